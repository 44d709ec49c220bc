// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <string.h>

#include <linux/kernel.h>
#include <linux/vmalloc.h>

#include "survey.h"

static bool is_uuid(const struct inspection *spare, u32 copy, const struct backup *backup)
{
	const struct remap_disk_header *h = (const void *)spare->super_raw[copy];

	return !memcmp(h->uuid, backup->super.uuid, sizeof(h->uuid));
}

/* A damaged superblock still says whose it is, unless that is what was damaged. */
static void look_at_super(struct survey *s, const struct inspection *spare, u32 copy,
			  const struct backup *backup)
{
	const struct spare_copy *c = &spare->supers[copy];

	if (c->unread || c->verdict == REMAP_BLANK)
		return;
	s->too_new |= c->verdict == REMAP_TOO_NEW;
	/* of this spare or another: it belongs to an area that is not this one */
	if (copy == SPARE_B && s->elsewhere)
		return;
	if (is_uuid(spare, copy, backup))
		return;
	if (c->verdict == REMAP_FOREIGN)
		s->other_content = true;
	else if (c->verdict != REMAP_CORRUPT)
		s->other_spare = true;
}

/* One that names none may belong to any. */
static bool names_other_main(const struct remap_super *sb, const struct remap_super *backup)
{
	return sb->main_identity[0] &&
	       strncmp((const char *)sb->main_identity, (const char *)backup->main_identity,
		       sizeof(sb->main_identity));
}

/* Of two that contradict each other none counts, and neither is overlooked. */
static void listen_to_super(struct survey *s, const struct inspection *spare, u32 copy,
			    const struct backup *backup)
{
	const struct spare_copy *c = &spare->supers[copy];
	struct remap_super sb;

	if (c->unread || c->verdict != REMAP_VALID || !is_uuid(spare, copy, backup) ||
	    (!spare->super_error && copy != spare->super_counts))
		return;
	remap_format_decode_super(spare->super_raw[copy], copy, &sb);
	s->standby |= sb.state == REMAP_SUPER_STANDBY;
	s->replaced |= sb.state == REMAP_SUPER_REPLACED;
	s->other_main |= names_other_main(&sb, &backup->super);
}

/* What leaves no room to count was given out by no start; all of it is overwritten. */
static void see(struct survey *s, u64 generation)
{
	if (!(generation >> 62))
		s->highest = max(s->highest, generation);
}

static u64 newest_entry(const struct remap_disk_table *block)
{
	u64 newest = 0;
	u32 i;

	for (i = 0; i < REMAP_ENTRIES_PER_BLOCK; i++)
		newest = max(newest, (u64)le64_to_cpu(block->entries[i].generation));
	return newest;
}

/* Where the backup says that it is: also when no superblock leads there any more. */
static u64 look_at_table(struct survey *s, struct store *store, const struct backup *backup,
			 struct remap_disk_table *block)
{
	const struct remap_super *sb = &backup->super;
	u64 newest = 0;
	u32 k, copy;

	for (k = 0; k < sb->table_blocks; k++) {
		for (copy = 0; copy < 2; copy++) {
			u64 sector = sb->table[copy] + (u64)k * REMAP_META_SECTORS;

			if (remap_disk_read(&store->disk, sector, block, REMAP_META_SIZE) ||
			    remap_format_check_table(block, sb, k, copy) != REMAP_VALID)
				continue;
			see(s, le64_to_cpu(block->header.generation));
			newest = max(newest, newest_entry(block));
		}
	}
	return newest;
}

/*
 * Nothing was remapped, moved or rewritten since the backup. With FORGET entries may be as they
 * were: that it goes for all of them is in the superblock only.
 */
static bool is_same_map(const struct inspection *spare, const struct backup *backup)
{
	u32 i;

	if (!inspect_starts(spare) || spare->super.flags & REMAP_SUPER_FORGET ||
	    spare->super.spare_blocks != backup->super.spare_blocks ||
	    spare->map_generation != backup->map_generation ||
	    spare->mapped + spare->bad != backup->nr)
		return false;
	for (i = 0; i < backup->nr; i++)
		if (memcmp(inspect_entry(spare, backup->entries[i].spare),
			   &backup->entries[i].entry, sizeof(backup->entries[i].entry)))
			return false;
	return true;
}

static bool has_entry(const struct inspection *spare, const struct backup_entry *e)
{
	const struct remap_disk_entry *now;

	if (e->spare >= spare->super.spare_blocks)
		return false;
	now = inspect_entry(spare, e->spare);
	return now->state == REMAP_ENTRY_MAPPED && now->main_block == e->entry.main_block &&
	       now->generation == e->entry.generation;
}

/*
 * What became of an entry is forgotten where its table block is dead, and by the spare that took
 * its place: no generation tells of it then. Or it was never there: an older copy of the spare.
 */
static bool lacks_entries(const struct inspection *spare, const struct backup *backup)
{
	u32 i;

	for (i = 0; i < backup->nr; i++)
		if (backup->entries[i].entry.state == REMAP_ENTRY_MAPPED &&
		    !has_entry(spare, &backup->entries[i]))
			return true;
	return false;
}

/* A new disk in place of the old one has none of the data: it would read as zeros. */
static bool all_zeros(struct store *store, const struct backup *backup, void *buf)
{
	const struct remap_super *sb = &backup->super;
	bool any = false;
	u32 i;

	for (i = 0; i < backup->nr; i++) {
		const struct backup_entry *e = &backup->entries[i];
		u64 sector = sb->data + (u64)e->spare * (sb->block_size >> SECTOR_SHIFT);

		if (e->entry.state != REMAP_ENTRY_MAPPED)
			continue;
		any = true;
		if (remap_disk_read(&store->disk, sector, buf, sb->block_size) ||
		    !remap_format_is_blank(buf, sb->block_size))
			return false;
	}
	return any;
}

/*
 * A spare behind its main device, on a disk that has become larger, has no superblock at the end
 * of it that would tell.
 */
static bool is_behind_main(struct survey *s, struct store *store, const struct backup *backup,
			   void *buf)
{
	const struct remap_super *b = &backup->super;
	u64 behind = b->main_start + b->main_length;
	struct remap_super sb;

	if (behind <= store->start ||
	    behind - store->start + REMAP_META_SECTORS > store->disk.length ||
	    remap_disk_read(&store->disk, behind - store->start, buf, REMAP_META_SIZE) ||
	    remap_format_decode_super(buf, SPARE_A, &sb) != REMAP_VALID ||
	    memcmp(sb.uuid, b->uuid, sizeof(sb.uuid)))
		return false;
	s->begin = behind;
	return true;
}

/* Which superblock counts is not decided; in memory stands the one by which it was used last. */
static void listen_to_cut(struct survey *s, const struct inspection *spare,
			  const struct backup *backup)
{
	if (memcmp(spare->md.super.uuid, backup->super.uuid, sizeof(backup->super.uuid)))
		return;
	s->cut = true;
	s->other_main |= names_other_main(&spare->md.super, &backup->super);
}

static void look(struct survey *s, struct inspection *spare, const struct backup *backup,
		 void *buf)
{
	u64 newest;
	bool whole;
	u32 copy;

	s->elsewhere = inspect_elsewhere(spare, &s->begin);
	for (copy = 0; copy < 2; copy++) {
		see(s, spare->supers[copy].generation);
		see(s, spare->health[copy].generation);
		look_at_super(s, spare, copy, backup);
		if (spare->super_error != -ESTALE)
			listen_to_super(s, spare, copy, backup);
	}
	if (spare->super_error == -ESTALE)
		listen_to_cut(s, spare, backup);
	if (!s->elsewhere)
		s->elsewhere = is_behind_main(s, spare->store, backup, buf);
	newest = look_at_table(s, spare->store, backup, buf);
	/* what is disowned on the disk is no change of the map */
	whole = spare->standing && !s->other_spare;
	if (whole)
		newest = spare->map_generation;
	s->newer = newest > backup->map_generation;
	s->lacks = whole && !s->newer && lacks_entries(spare, backup);
	s->same = !s->other_spare && !s->other_main && is_same_map(spare, backup);
	s->no_data = all_zeros(spare->store, backup, buf);
}

int survey(struct survey *s, struct store *store, const struct backup *backup)
{
	struct inspection spare;
	void *buf = vzalloc(REMAP_MAX_BLOCK_SIZE);
	int r;

	memset(s, 0, sizeof(*s));
	r = inspect_spare(&spare, store, false);
	if (!buf)
		r = -ENOMEM;
	if (!r)
		look(s, &spare, backup, buf);
	inspect_free(&spare);
	vfree(buf);
	return r;
}
