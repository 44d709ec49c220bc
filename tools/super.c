// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "super.h"

const char *verdict_name(enum remap_verdict verdict)
{
	static const char * const names[] = {
		[REMAP_VALID] = "valid",
		[REMAP_BLANK] = "blank",
		[REMAP_FOREIGN] = "something else",
		[REMAP_CORRUPT] = "damaged",
		[REMAP_INSANE] = "impossible",
		[REMAP_TOO_NEW] = "of a newer version",
	};

	return names[verdict];
}

/* One unreadable copy must not hide the other: it counts as corrupt. */
static void read_copy(struct supers *s, const struct disk *disk, u32 copy, u64 sector)
{
	s->error[copy] = disk_read(disk, s->start + sector, s->raw[copy], REMAP_META_SIZE);
	s->seen[copy] = s->error[copy] ? REMAP_CORRUPT :
			remap_format_decode_super(s->raw[copy], copy, &s->super[copy]);
}

static u64 place_of_twin(const struct supers *s)
{
	if (s->seen[0] == REMAP_VALID)
		return s->super[0].super_b;
	return s->length - REMAP_META_SECTORS;
}

static bool is_ours(const struct supers *s, u32 copy)
{
	return s->seen[copy] == REMAP_CORRUPT || s->seen[copy] == REMAP_INSANE;
}

static enum spare_is judge_none(const struct supers *s)
{
	if (s->seen[0] == REMAP_BLANK && s->seen[1] == REMAP_BLANK)
		return SPARE_BLANK;
	return is_ours(s, 0) || is_ours(s, 1) ? SPARE_BOTH_DAMAGED : SPARE_FOREIGN;
}

static bool contradict(const struct remap_super *a, const struct remap_super *b)
{
	return memcmp(a->uuid, b->uuid, sizeof(a->uuid)) ||
	       (a->generation == b->generation && memcmp(a, b, sizeof(*a)));
}

/* A damaged copy of ours still carries the UUID; a file system made over it does not. */
static bool overwritten(const struct supers *s, u32 copy)
{
	const struct remap_disk_header *h = s->raw[copy];

	return s->seen[copy] == REMAP_FOREIGN &&
	       memcmp(h->uuid, s->super[!copy].uuid, sizeof(h->uuid));
}

static enum spare_is judge_state(const struct remap_super *sb)
{
	switch (sb->state) {
	case REMAP_SUPER_ACTIVE:
		return SPARE_GOOD;
	case REMAP_SUPER_FORMATTING:
		return SPARE_FORMATTING;
	default:
		return SPARE_REPLACED;
	}
}

static enum spare_is judge(struct supers *s)
{
	bool a = s->seen[0] == REMAP_VALID, b = s->seen[1] == REMAP_VALID;

	if (s->seen[0] == REMAP_TOO_NEW || s->seen[1] == REMAP_TOO_NEW)
		return SPARE_TOO_NEW;	/* the other may be an old leftover */
	if (!a && !b)
		return judge_none(s);
	if (a && b && contradict(&s->super[0], &s->super[1]))
		return SPARE_SUPERS_DIFFER;
	s->best = &s->super[a && b ? s->super[1].generation > s->super[0].generation : b];
	if ((a && overwritten(s, 1)) || (b && overwritten(s, 0)))
		return SPARE_OVERWRITTEN;
	return judge_state(s->best);
}

int supers_read(struct supers *s, const struct disk *disk, u64 start, enum spare_is *is)
{
	memset(s, 0, sizeof(*s));
	s->start = start;
	s->length = disk->sectors > start ?
		    (disk->sectors - start) & ~(u64)(REMAP_META_SECTORS - 1) : 0;
	s->raw[0] = disk_buffer(REMAP_META_SIZE);
	s->raw[1] = disk_buffer(REMAP_META_SIZE);
	if (!s->raw[0] || !s->raw[1])
		return NO_MEMORY;
	*is = SPARE_FOREIGN;
	if (s->length < 2 * REMAP_META_SECTORS)
		return OK;
	read_copy(s, disk, 0, 0);
	read_copy(s, disk, 1, place_of_twin(s));
	*is = s->error[0] && s->error[1] ? SPARE_UNREADABLE : judge(s);
	return OK;
}

void supers_free(struct supers *s)
{
	free(s->raw[0]);
	free(s->raw[1]);
	s->raw[0] = NULL;
	s->raw[1] = NULL;
}

static int write_copy(const struct disk *disk, u64 start, const struct remap_super *sb,
		      u32 copy, void *buf)
{
	int r;

	remap_format_encode_super(buf, sb, copy);
	r = disk_write(disk, start + (copy ? sb->super_b : 0), buf, REMAP_META_SIZE);
	return r ? r : disk_flush(disk);
}

int supers_write(const struct disk *disk, u64 start, const struct remap_super *sb)
{
	void *buf = disk_buffer(REMAP_META_SIZE);
	int r;

	if (!buf)
		return -ENOMEM;
	r = write_copy(disk, start, sb, 0, buf);
	if (!r)
		r = write_copy(disk, start, sb, 1, buf);
	free(buf);
	return r;
}
