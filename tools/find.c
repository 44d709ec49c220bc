// SPDX-License-Identifier: GPL-2.0-only
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>
#include <uuid/uuid.h>

#include "clock.h"
#include "device.h"
#include "find.h"
#include "identity.h"
#include "in_use.h"
#include "part.h"
#include "sysfs.h"
#include "terms.h"

#define MAX_FOUND	8
#define SETTLE_MS	10000	/* for udev, if a disk has just come */
#define SETTLE_STEP_MS	100

struct search {
	const char *identity;
	uuid_t uuid;
	u64 start;	/* of the spare area */
	u64 sectors;	/* at least */
	char found[MAX_FOUND][256];
	int nr;
	u32 states[MAX_FOUND];	/* of spares, enum remap_super_state */
	bool held[MAX_FOUND];	/* another device stands on it, and shows the same spare perhaps */
	char member[256];	/* the last one that shows it only as a part of something */
	char unready[256];	/* and that udev is not through with */
	char waits[256];	/* the last one that was not looked at: it is suspended */
	bool active_aside;	/* any of those is the active spare */
};

static int note(struct search *s, dev_t number)
{
	if (s->nr < MAX_FOUND)
		device_path(number, s->found[s->nr++], sizeof(s->found[0]));
	return 0;
}

/* None is what we look for; more than one, and we would have to guess. */
static int single(const struct search *s, char *path, size_t size, const char *what,
		  const char *remedy)
{
	int i;

	if (s->nr == 1) {
		snprintf(path, size, "%s", s->found[0]);
		return OK;
	}
	if (!s->nr)
		return fail(WRONG_DEVICE, "%s is not here. %s", what, remedy);
	fail(0, "%s is here more than once, perhaps a copy, or one disk by two ways:", what);
	for (i = 0; i < s->nr && !say_nothing; i++)
		fprintf(stderr, "  %s\n", s->found[i]);
	return fail(WRONG_DEVICE, "say which one you mean; nothing was changed");
}

/*
 * A spare by its UUID
 */

/* Empty drives, and names in /dev that are something else, are no news. */
static bool is_readable(const char *path, dev_t number)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	struct stat st;
	bool good;

	if (fd < 0)
		return false;
	good = !fstat(fd, &st) && S_ISBLK(st.st_mode) && st.st_rdev == number;
	close(fd);
	return good;
}

static void note_spare(struct search *s, dev_t number, u32 state, bool held)
{
	if (s->nr < MAX_FOUND) {
		s->states[s->nr] = state;
		s->held[s->nr] = held;
	}
	note(s, number);
}

/* Not to be opened, or not yet. */
static void note_aside(struct search *s, enum part part, const char *path, u32 state)
{
	snprintf(part == PART_UNKNOWN ? s->unready : s->member, sizeof(s->member), "%s", path);
	s->active_aside |= state == REMAP_SUPER_ACTIVE;
}

static int try_spare(dev_t number, void *context)
{
	struct search *s = context;
	struct supers supers;
	char path[256];
	struct disk disk;
	enum spare_is is;
	enum part part;
	int r;

	device_path(number, path, sizeof(path));
	/* for as long as somebody else takes, and no signal would end it */
	if (device_waits(number)) {
		snprintf(s->waits, sizeof(s->waits), "%s", path);
		return 0;
	}
	if (!is_readable(path, number) || disk_open(&disk, path, 0))
		return 0;
	r = supers_read(&supers, &disk, s->start, &is);
	if (!r && supers.best && !uuid_compare(supers.best->uuid, s->uuid)) {
		part = part_is(number, supers.best);
		if (part != PART_NOT)
			note_aside(s, part, path, supers.best->state);
		else
			note_spare(s, number, supers.best->state, in_use_by(disk.fd, NULL, 0));
	}
	disk_close(&disk);
	return r;
}

/* Of a disk and what stands on it, a multipath device for one, the upper one is meant. */
static void drop_held(struct search *s)
{
	int i, n = 0;

	for (i = 0; i < s->nr; i++) {
		if (s->held[i])
			continue;
		memmove(s->found[n], s->found[i], sizeof(s->found[0]));
		s->states[n++] = s->states[i];
	}
	/* all of them in use: which is for others to say */
	if (n)
		s->nr = n;
}

/* During a replacement there are two of one UUID, and at most one of them is active. */
static void prefer(struct search *s, u32 state)
{
	int i, n = 0, which = 0;

	for (i = 0; i < s->nr; i++)
		if (s->states[i] == state && !n++)
			which = i;
	if (n != 1)
		return;
	memmove(s->found[0], s->found[which], sizeof(s->found[0]));
	s->states[0] = state;
	s->nr = 1;
}

static bool any_active(const struct search *s)
{
	int i;

	for (i = 0; i < s->nr; i++)
		if (s->states[i] == REMAP_SUPER_ACTIVE)
			return true;
	return false;
}

static int search_spares(struct search *s, const u8 *uuid, u64 start)
{
	memset(s, 0, sizeof(*s));
	memcpy(s->uuid, uuid, sizeof(s->uuid));
	s->start = start;
	return device_each(try_spare, s);
}

/* A disk that has just come: udev may be through with it in a moment. Nor is most suspended for long. */
static int search_settled(struct search *s, const u8 *uuid, u64 start)
{
	u64 end = now_ms() + SETTLE_MS;
	int r = search_spares(s, uuid, start);

	while (!r && (s->unready[0] || s->waits[0]) && now_ms() < end) {
		sleep_ms(SETTLE_STEP_MS);
		r = search_spares(s, uuid, start);
	}
	return r;
}

static void say_waits(const struct search *s)
{
	if (s->waits[0])
		warn("%s is suspended, or stands on what is, and was not looked at", s->waits);
}

bool find_active(const u8 *uuid, u64 start)
{
	struct search s;

	if (search_spares(&s, uuid, start) || s.active_aside || any_active(&s))
		return true;
	say_waits(&s);
	return s.waits[0];
}

bool find_twin(const u8 *uuid, u64 start, u32 state, char *path, size_t size)
{
	struct search s;

	if (search_spares(&s, uuid, start))
		return false;
	drop_held(&s);
	prefer(&s, state);
	if (s.nr != 1 || s.states[0] != state)
		return false;
	snprintf(path, size, "%s", s.found[0]);
	return true;
}

static int say_aside(const struct search *s, const char *what)
{
	if (s->unready[0])
		return fail(WRONG_DEVICE, "%s is on %s, which udev has not finished with: it may be a part of an array. Try again, or give its path, and do not use the main device alone",
			    what, s->unready);
	return fail(WRONG_DEVICE, "%s is here only on %s, which is a part of an array, or one path of several: start the whole, and do not use the main device alone. If %s is none any more, give its path, or wipe what is left of the array there (wipefs)",
		    what, s->member, s->member);
}

int find_spare(const char *text, u64 start, bool settle, char *path, size_t size)
{
	struct search s;
	char what[64];
	uuid_t uuid;
	int r;

	if (strncasecmp(text, "UUID=", 5)) {
		if (snprintf(path, size, "%s", text) >= size)
			return fail(BAD_USE, "the path of the spare is too long");
		return OK;
	}
	if (uuid_parse(text + 5, uuid))
		return fail(BAD_USE, "'%s' is no UUID", text + 5);
	r = settle ? search_settled(&s, uuid, start) : search_spares(&s, uuid, start);
	drop_held(&s);
	/* what is here besides is not the one any more, or not yet */
	if (s.active_aside && !any_active(&s))
		s.nr = 0;
	prefer(&s, any_active(&s) ? REMAP_SUPER_ACTIVE : REMAP_SUPER_STANDBY);
	snprintf(what, sizeof(what), "the spare %s", text);
	if (!r && !s.nr && (s.unready[0] || s.member[0]))
		return say_aside(&s, what);
	say_waits(&s);
	return r ? r : single(&s, path, size, what,
			      "Blocks that were moved to it are nowhere else: plug it in (or its area begins elsewhere: --spare-start), and do not use the main device alone");
}

bool find_is_here(const u8 *uuid, u64 start, char *path, size_t size, bool *seen)
{
	struct search s;

	if (search_spares(&s, uuid, start))
		return false;
	snprintf(path, size, "%s", s.nr ? s.found[0] : s.member[0] ? s.member : s.unready);
	*seen = path[0];
	if (!*seen)
		snprintf(path, size, "%s", s.waits);
	return path[0];
}

/*
 * The main device by its identity
 */

static int try_main(dev_t number, void *context)
{
	struct search *s = context;
	char identity[IDENTITY_SIZE];
	u64 sectors = 0;

	if (!identity_of(number, identity) || strcmp(identity, s->identity))
		return 0;
	sysfs_number(number, "size", &sectors);
	return sectors < s->sectors ? 0 : note(s, number);
}

int find_main(const struct remap_super *sb, const char *spare, char *path, size_t size)
{
	const char *identity = identity_text(sb);
	struct search s = { .identity = identity, .sectors = sb->main_start + sb->main_length };
	char what[256];

	if (!identity[0])
		return fail(BAD_USE, "%s does not know its main device, which had neither WWN nor serial number when it was formatted: name it with --data-device",
			    spare);
	device_each(try_main, &s);
	snprintf(what, sizeof(what), "the main device of %s, %s,", spare, identity);
	return single(&s, path, size, what, "Plug it in, or name it with --data-device");
}
