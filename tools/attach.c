// SPDX-License-Identifier: GPL-2.0-only
/*
 * attach: open what /etc/remaptab lists. At boot the disks come one by one, so it
 * waits for both, and no longer than the line says.
 */
#include <ctype.h>
#include <errno.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include <linux/kernel.h>

#include "clock.h"
#include "device.h"
#include "dm.h"
#include "find.h"
#include "identity.h"
#include "remaptab.h"
#include "verb.h"

#define LOOK_MS		100	/* at the list of devices */
#define PROBE_MS	2000	/* at the devices themselves, if the list stays the same */
#define BUSY_MS		500	/* between two tries with a device that is in use */
#define BUSY_MAX_MS	10000ULL

struct attach {
	const struct call *call;
	const char *file;
	const struct remaptab *entry;
	char spare[256], main[256];
	char start[24];
};

static int explain(const struct attach *a, const struct remaptab *e)
{
	return fail(BAD_USE, "%s:%u: %s%s%s", a->file, e->line, e->name, e->name[0] ? ": " : "",
		    e->why);
}

/*
 * From words to devices
 */

static void link_name(char *path, size_t size, const char *directory, const char *value,
		      bool lower)
{
	char *c;

	snprintf(path, size, "/dev/disk/%s/%s", directory, value);
	for (c = strrchr(path, '/'); lower && *c; c++)
		*c = tolower(*c);
}

/* Also for what is in no folder of its own: a path, or the UUID of a spare. */
static void path_of(const char *text, char *path, size_t size)
{
	if (!strncasecmp(text, "PARTUUID=", 9))
		link_name(path, size, "by-partuuid", text + 9, true);
	else if (!strncasecmp(text, "PARTLABEL=", 10))
		link_name(path, size, "by-partlabel", text + 10, false);
	else
		snprintf(path, size, "%s", text);
}

static int check_there(const char *path)
{
	struct stat st;

	if (stat(path, &st))
		return errno == ENOENT ? fail(WRONG_DEVICE, "%s is not here", path) :
					 fail_errno(errno, "%s", path);
	return S_ISBLK(st.st_mode) ? OK : fail(WRONG_DEVICE, "%s is not a block device", path);
}

static int seek_spare(struct attach *a)
{
	char text[256];
	int r;

	path_of(a->entry->spare, text, sizeof(text));
	r = find_spare(text, a->entry->spare_start, false, a->spare, sizeof(a->spare));
	if (!r)
		r = check_there(a->spare);
	if (r)
		fail(0, "%s:%u: the spare of %s, %s, was not found. Blocks that were moved to it are nowhere else: plug it in and do 'remapsetup attach %s', and do not use the main device alone",
		     a->file, a->entry->line, a->entry->name, a->entry->spare, a->entry->name);
	return r;
}

/* What the spare knows of its main device; what is wrong with it, open tells better. */
static int seek_recorded(struct attach *a)
{
	struct supers supers;
	enum spare_is is;
	struct disk disk;
	int r = disk_open(&disk, a->spare, 0);

	if (r)
		return r;
	r = supers_read(&supers, &disk, a->entry->spare_start, &is);
	if (!r && supers.best)
		r = find_main(supers.best, a->spare, a->main, sizeof(a->main));
	disk_close(&disk);
	return r;
}

static int seek_main(struct attach *a)
{
	const char *text = a->entry->main;
	struct remap_super wanted = { };
	int r;

	if (!text[0])
		return seek_recorded(a);
	if (!strncasecmp(text, "ID=", 3)) {
		strncpy((char *)wanted.main_identity, text + 3, sizeof(wanted.main_identity) - 1);
		return find_main(&wanted, a->entry->spare, a->main, sizeof(a->main));
	}
	path_of(text, a->main, sizeof(a->main));
	r = check_there(a->main);
	if (r)
		fail(0, "%s:%u: the main device of %s, %s, was not found", a->file,
		     a->entry->line, a->entry->name, text);
	return r;
}

static int seek(struct attach *a)
{
	int r = seek_spare(a);

	return r ? r : seek_main(a);
}

/*
 * Waiting
 */

/* Changes when a device comes or goes, or a link to one, or when udev is through with one. */
static u64 scenery(void)
{
	static const char * const places[] = {
		"/sys/class/block/*", "/dev/disk/by-id/*", "/dev/disk/by-partuuid/*",
		"/dev/disk/by-partlabel/*", "/dev/mapper/*", "/run/udev/data/b*"
	};
	glob_t names = { };
	unsigned int i;
	u64 sum = 0;

	for (i = 0; i < ARRAY_SIZE(places); i++)
		glob(places[i], GLOB_APPEND, NULL, &names);
	for (i = 0; i < names.gl_pathc; i++)
		for (const char *c = names.gl_pathv[i]; *c; c++)
			sum = (sum ^ *c) * 0x100000001b3;
	globfree(&names);
	return sum;
}

/*
 * After a replacement the retired spare may be there before the one that has taken its place: it
 * will not do, but the other may still come. Where both are there and the replacement was
 * interrupted, open ends it.
 */
static bool may_open(const struct attach *a)
{
	struct supers supers;
	enum spare_is is;
	struct disk disk;
	char twin[256];
	bool may = true;

	if (disk_open(&disk, a->spare, 0))
		return false;
	if (!supers_read(&supers, &disk, a->entry->spare_start, &is) && is == SPARE_REPLACED)
		may = find_twin(supers.best->uuid, a->entry->spare_start,
				supers.best->state == REMAP_SUPER_REPLACED ?
				REMAP_SUPER_STANDBY : REMAP_SUPER_REPLACED, twin, sizeof(twin));
	disk_close(&disk);
	return may;
}

static bool here(struct attach *a)
{
	bool found;

	say_nothing = true;
	found = !seek(a) && may_open(a);
	say_nothing = false;
	return found;
}

static void wait_for_devices(struct attach *a, unsigned int seconds)
{
	u64 end = now_ms() + seconds * 1000ULL;

	while (seconds && now_ms() < end) {
		u64 seen = scenery(), probed = now_ms();

		if (here(a))
			return;
		while (scenery() == seen && now_ms() < probed + PROBE_MS && now_ms() < end)
			sleep_ms(LOOK_MS);
	}
}

/*
 * Opening
 */

static int open_found(struct attach *a)
{
	char *args[] = { a->spare, (char *)a->entry->name };
	struct call call = { .verb = &verb_open, .args = args, .nr_args = 2 };

	if (a->main[0])
		call.value[OPT_DATA_DEVICE] = a->main;
	if (a->entry->spare_start) {
		snprintf(a->start, sizeof(a->start), "%llu", a->entry->spare_start);
		call.value[OPT_SPARE_START] = a->start;
	}
	if (a->entry->readonly)
		call.value[OPT_READONLY] = "";
	return verb_open.run(&call);
}

/*
 * What was found first may be in use by what is meant: an array or a multipath device that shows the
 * same spare, but was not there yet.
 */
static int open_again(struct attach *a)
{
	int r;

	say_nothing = true;
	r = seek(a) ? BUSY : open_found(a);
	say_nothing = false;
	return r;
}

/* While a system starts, somebody may look at the disk and be done soon. */
static int open_patiently(struct attach *a, unsigned int seconds)
{
	u64 end = now_ms() + min(seconds * 1000ULL, BUSY_MAX_MS);
	int r = open_found(a);

	while (r == BUSY && now_ms() < end) {
		sleep_ms(BUSY_MS);
		r = open_again(a);
		if (!r)
			warn("%s is open now: nobody else uses its disks",
			     a->entry->name);
		else if (r != BUSY)
			r = open_found(a);
	}
	return r;
}

/* By that name, and what the line says, as far as that can be told. */
static int is_open(const struct attach *a, const struct remaptab *e, bool *open)
{
	struct remap_status status;
	int r;

	*open = dm_exists(e->name);
	r = *open ? dm_read_status(e->name, &status) : OK;
	if (r || !*open || strncasecmp(e->spare, "UUID=", 5) ||
	    !strcasecmp(e->spare + 5, status.uuid))
		return r;
	return fail(BUSY, "%s:%u: %s is open already, but with another spare, UUID=%s. Nothing was changed",
		    a->file, e->line, e->name, status.uuid);
}

static int attach_entry(struct attach *a, const struct remaptab *e)
{
	unsigned long long wait = e->wait;
	bool open;
	int r = option_number(a->call, OPT_WAIT_SECONDS, 0, REMAPTAB_MAX_WAIT, &wait);

	a->entry = e;
	a->spare[0] = '\0';
	a->main[0] = '\0';
	if (!r && e->why[0])
		r = explain(a, e);
	if (!r)
		r = is_open(a, e, &open);
	if (r)
		return r;
	if (open) {
		verbose("%s is open already", e->name);
		return OK;
	}
	wait_for_devices(a, wait);
	r = seek(a);
	return r ? r : open_patiently(a, wait);
}

/* Of several, one that fails does not stop the others; the first failure counts. */
static int attach_all(struct attach *a, const struct remaptab_file *tab)
{
	int first = OK, r;
	unsigned int i;

	for (i = 0; i < tab->nr; i++) {
		if (tab->entries[i].noauto && !tab->entries[i].why[0])
			continue;
		r = attach_entry(a, &tab->entries[i]);
		first = first ? first : r;
	}
	return first;
}

static int attach_one(struct attach *a, const struct remaptab_file *tab, const char *name)
{
	const struct remaptab *e = remaptab_find(tab, name);

	if (!e)
		return fail(BAD_USE, "there is no line for '%s' in %s", name, a->file);
	return attach_entry(a, e);
}

static int run(const struct call *call)
{
	struct attach a = { .call = call, .file = REMAPTAB_PATH };
	struct remaptab_file tab;
	int r = dm_begin();

	if (r)
		return r;
	if (given(call, OPT_TAB))
		a.file = call->value[OPT_TAB];
	r = remaptab_load(a.file, &tab);
	if (r)
		return fail_errno(r, "%s cannot be read", a.file);
	r = call->nr_args ? attach_one(&a, &tab, call->args[0]) : attach_all(&a, &tab);
	remaptab_free(&tab);
	return r;
}

static const struct verb_option options[] = {
	{ OPT_TAB, "another file than " REMAPTAB_PATH },
	{ OPT_WAIT_SECONDS, "wait so long for the disks (the line's spare-timeout)" },
	{ }
};

const struct verb verb_attach = {
	.name = "attach",
	.usage = "[<name>]",
	.summary = "open what /etc/remaptab lists",
	.details =
"Opens the device of that name as its line in /etc/remaptab says, or all whose line\n"
"does not say noauto. What is open already is left alone. Disks that are not there\n"
"are waited for, 30 seconds or as long as the line says. remaptab(5) describes the\n"
"file; at boot systemd does this by the units remap@<name>.service.",
	.min_args = 0,
	.max_args = 1,
	.options = options,
	.run = run,
};
