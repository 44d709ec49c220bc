// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "disk.h"
#include "inspect.h"
#include "super.h"

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

/* What was overwritten is told from what never was ours by the other one, which is whole. */
static bool one_is_valid(const struct inspection *spare)
{
	return spare->supers[SPARE_A].verdict == REMAP_VALID ||
	       spare->supers[SPARE_B].verdict == REMAP_VALID;
}

/* No superblock can be used. The kernel does not say that one belongs elsewhere. */
static enum spare_is judge_unusable(const struct inspection *spare, s64 *elsewhere)
{
	if (inspect_elsewhere(spare, elsewhere))
		return SPARE_ELSEWHERE;
	if (spare->super_error == -EILSEQ)
		return SPARE_BOTH_DAMAGED;
	return one_is_valid(spare) ? SPARE_OVERWRITTEN : SPARE_FOREIGN;
}

static enum spare_is judge(const struct inspection *spare, s64 *elsewhere)
{
	switch (spare->super_error) {
	case 0:
		return judge_state(&spare->super);
	case -ENODATA:
		return SPARE_BLANK;
	case -EIO:
		return SPARE_UNREADABLE;
	case -EPROTONOSUPPORT:
		return SPARE_TOO_NEW;
	case -EUCLEAN:
		return SPARE_SUPERS_DIFFER;
	case -ESTALE:
		return SPARE_CUT;
	default:
		return judge_unusable(spare, elsewhere);
	}
}

static int look(struct supers *s, struct store *store, bool force, enum spare_is *is)
{
	struct inspection spare;
	u32 copy;

	if (inspect_supers(&spare, store, force)) {
		inspect_free(&spare);
		return no_memory();
	}
	if (!force)
		*is = judge(&spare, &s->elsewhere);
	s->unusable = 0;
	for (copy = 0; copy < 2; copy++)
		s->unusable += spare.supers[copy].unread ||
			       spare.supers[copy].verdict != REMAP_VALID;
	if (!spare.super_error || spare.super_error == -ESTALE) {
		s->super = spare.md.super;
		s->best = &s->super;
	}
	inspect_free(&spare);
	return OK;
}

int supers_read(struct supers *s, const struct disk *disk, u64 start, enum spare_is *is)
{
	struct store_disk store;
	int r;

	memset(s, 0, sizeof(*s));
	*is = SPARE_FOREIGN;
	if (store_disk(&store, disk, start, STORE_READ) ||
	    store.store.disk.length < 2 * REMAP_META_SECTORS)
		return OK;
	r = look(s, &store.store, false, is);
	/* what it was is in the other one */
	if (!r && *is == SPARE_OVERWRITTEN)
		r = look(s, &store.store, true, is);
	return r;
}

const char *super_elsewhere_text(s64 begin)
{
	static char text[96];

	if (begin < 0)
		snprintf(text, sizeof(text), "the end of a spare of dm-remap that begins %lld sectors before it",
			 -begin);
	else
		snprintf(text, sizeof(text), "a spare of dm-remap that begins at its sector %lld",
			 begin);
	return text;
}

const char *super_what(const struct inspection *spare)
{
	s64 begin;

	if (inspect_elsewhere(spare, &begin))
		return super_elsewhere_text(begin);
	return inspect_is_spare(spare) ? "a spare of dm-remap" : NULL;
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
