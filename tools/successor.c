// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include <linux/crc32c.h>
#include <linux/kernel.h>
#include <linux/vmalloc.h>

#include "successor.h"
#include "super_exchange.h"

#define AT_ONCE		64	/* table blocks */

static u32 spb(const struct successor *s)
{
	return s->sb.block_size >> SECTOR_SHIFT;
}

/*
 * Writing the new one
 */

int successor_layout(struct remap_super *sb, const struct remap_super *old, u32 align, u32 shift)
{
	u64 length = sb->length;
	u32 blocks = sb->spare_blocks;

	*sb = *old;
	sb->length = length;
	sb->spare_blocks = blocks;
	sb->state = REMAP_SUPER_STANDBY;
	sb->flags = 0;
	sb->generation = 0;
	sb->disowned_count = 0;
	memset(sb->disowned, 0, sizeof(sb->disowned));
	memset(sb->fingerprint, 0, sizeof(sb->fingerprint));
	return remap_format_layout(sb, align, shift);
}

static int put_super(struct store *store, const struct remap_super *sb, u32 copy)
{
	void *buf = vzalloc(REMAP_META_SIZE);
	int r = -ENOMEM;

	if (buf)
		r = super_put(store, sb, copy, buf);
	vfree(buf);
	return r;
}

static int put_supers(struct store *store, const struct remap_super *sb)
{
	int r = put_super(store, sb, 0);

	return r ? r : put_super(store, sb, 1);
}

static void seal(struct successor *s, u32 copy, u32 first, u32 nr)
{
	u32 i;

	for (i = first; i < first + nr; i++)
		remap_format_seal_table(&s->table[i], s->sb.uuid, s->sb.generation, i, copy);
}

static int put_table(struct successor *s, u32 copy)
{
	u32 first, nr;

	for (first = 0; first < s->sb.table_blocks; first += nr) {
		nr = min((u32)AT_ONCE, s->sb.table_blocks - first);
		seal(s, copy, first, nr);
		if (remap_disk_write(&s->new->disk,
				     s->sb.table[copy] + (u64)first * REMAP_META_SECTORS,
				     &s->table[first], (size_t)nr * REMAP_META_SIZE))
			return -EIO;
	}
	return remap_disk_flush(&s->new->disk) ? -EIO : 0;
}

static int put_health(struct successor *s, u32 copy)
{
	struct remap_disk_health *h = (void *)s->buf;

	memset(h, 0, sizeof(*h));
	if (s->was.md.health)
		memcpy(h->payload, s->was.md.health, sizeof(h->payload));
	remap_format_seal_health(h, s->sb.uuid, s->sb.generation, copy);
	return remap_disk_write(&s->new->disk, s->sb.health[copy], h, sizeof(*h)) ||
	       remap_disk_flush(&s->new->disk) ? -EIO : 0;
}

static int put_both(struct successor *s, int (*put)(struct successor *s, u32 copy))
{
	int r;

	s->sb.generation++;
	r = put(s, 0);
	return r ? r : put(s, 1);
}

/* Like format: nobody takes it for a spare before its superblocks are there. */
int successor_prepare(struct successor *s)
{
	int r;

	s->table = vzalloc((size_t)s->sb.table_blocks * REMAP_META_SIZE);
	s->sums = calloc(s->sb.spare_blocks, sizeof(*s->sums));
	s->taken = calloc(s->sb.spare_blocks, 1);
	s->buf = vzalloc(max(s->sb.block_size, (u32)REMAP_META_SIZE));
	if (!s->table || !s->sums || !s->taken || !s->buf)
		return -ENOMEM;
	r = put_both(s, put_table);
	if (!r)
		r = put_both(s, put_health);
	s->sb.generation++;
	return r ? r : put_supers(s->new, &s->sb);
}

void successor_free(struct successor *s)
{
	inspect_free(&s->was);
	vfree(s->table);
	vfree(s->buf);
	free(s->sums);
	free(s->taken);
}

/*
 * Reading the old one
 */

static bool in_order(const struct inspection *was, const struct remap_super *sb)
{
	const u32 other = !was->super_counts;
	u32 i;

	if (was->super_error || !inspect_starts(was) ||
	    memcmp(was->super.uuid, sb->uuid, sizeof(sb->uuid)))
		return false;
	/* what load.c says: a newer health record takes the mark back */
	if (!(was->md.super.flags & REMAP_SUPER_CLEAN))
		return false;
	if (was->supers[other].verdict != REMAP_VALID || was->supers[other].unread ||
	    was->supers[0].generation != was->supers[1].generation)
		return false;
	/* one that was emptied says nothing any more */
	for (i = 0; i < was->super.disowned_count; i++)
		if (!was->super.disowned[i].dead)
			return false;
	return was->super.block_size == sb->block_size && was->super.mask_unit == sb->mask_unit;
}

/* Control reads: it is these few blocks that fail, and not the device. */
static bool answers(struct successor *s)
{
	const struct remap_super *sb = &s->was.super;
	const u64 places[] = { 0, sb->health[0], sb->health[1], sb->super_b };
	void *buf = s->was.md.scratch;
	unsigned int i, good = 0;

	for (i = 0; i < ARRAY_SIZE(places); i++)
		good += !remap_disk_read(&s->old->disk, places[i], buf, REMAP_META_SIZE);
	return good >= 3;
}

static int salvage_unit(struct successor *s, u64 sector, u32 unit, u64 *lost)
{
	const u32 bytes = s->sb.mask_unit;
	u8 *to = s->buf + (size_t)unit * bytes;

	sector += (u64)unit * (bytes >> SECTOR_SHIFT);
	if (!remap_disk_read(&s->old->disk, sector, to, bytes) ||
	    !remap_disk_read(&s->old->disk, sector, to, bytes))
		return 0;
	memset(to, 0, bytes);
	if (!answers(s))
		return -ENODEV;
	*lost |= 1ULL << unit;
	return 0;
}

/* A spare block into @s->buf; what it does not give is lost from now on. */
static int read_spare_block(struct successor *s, u32 nr, struct remap_disk_entry *e)
{
	u64 sector = s->was.super.data + (u64)nr * spb(s);
	u64 lost = le64_to_cpu(e->lost), before = lost;
	u32 units = s->sb.block_size / s->sb.mask_unit, i;
	int r = 0;

	if (!remap_disk_read(&s->old->disk, sector, s->buf, s->sb.block_size))
		return 0;
	for (i = 0; !r && i < units; i++) {
		if (lost >> i & 1)
			memset(s->buf + (size_t)i * s->sb.mask_unit, 0, s->sb.mask_unit);
		else
			r = salvage_unit(s, sector, i, &lost);
	}
	if (!r && lost != before) {
		/* the main device is older than what was lost here */
		e->flags &= ~REMAP_ENTRY_RESCUABLE;
		e->lost = cpu_to_le64(lost);
		s->newly_lost += __builtin_popcountll(lost & ~before);
	}
	return r;
}

static int copy_entry(struct successor *s, u32 from, u32 to)
{
	struct remap_disk_entry e = *inspect_entry(&s->was, from);
	int r = read_spare_block(s, from, &e);

	if (r)
		return r;
	/* FORGET: none is, whatever it says; the flag itself stays behind */
	if (s->was.super.flags & REMAP_SUPER_FORGET)
		e.flags &= ~REMAP_ENTRY_RESCUABLE;
	e.generation = cpu_to_le64(++s->sb.generation);
	s->table[to / REMAP_ENTRIES_PER_BLOCK].entries[to % REMAP_ENTRIES_PER_BLOCK] = e;
	s->sums[to] = crc32c(~0, s->buf, s->sb.block_size);
	s->copied++;
	return remap_disk_write(&s->new->disk, s->sb.data + (u64)to * spb(s), s->buf,
				s->sb.block_size) ? -EIO : 0;
}

/* To the same number where there is one; the others into the gaps. */
static int copy_entries(struct successor *s)
{
	u32 total = s->sb.spare_blocks, i, gap = 0;
	int r = 0;

	for (i = 0; i < s->was.super.spare_blocks && i < total; i++)
		s->taken[i] = s->was.standing[i] == SPARE_COUNTS;
	for (i = 0; !r && i < s->was.super.spare_blocks; i++) {
		if (s->was.standing[i] != SPARE_COUNTS)
			continue;
		if (i < total) {
			r = copy_entry(s, i, i);
			continue;
		}
		while (gap < total && s->taken[gap])
			gap++;
		if (gap == total)
			return -ENOSPC;
		s->taken[gap] = 1;
		r = copy_entry(s, i, gap);
	}
	return r ? r : remap_disk_flush(&s->new->disk) ? -EIO : 0;
}

/*
 * Reading back
 */

static bool same_on_disk(struct successor *s, u64 sector, const void *expected, size_t bytes)
{
	return !remap_disk_read(&s->new->disk, sector, s->was.md.scratch, bytes) &&
	       !memcmp(s->was.md.scratch, expected, bytes);
}

static bool same_table(struct successor *s, u32 copy, u64 generation)
{
	u64 now = s->sb.generation;
	u32 first, nr;
	bool same = true;

	s->sb.generation = generation;
	for (first = 0; same && first < s->sb.table_blocks; first += nr) {
		nr = min((u32)AT_ONCE, s->sb.table_blocks - first);
		seal(s, copy, first, nr);
		same = same_on_disk(s, s->sb.table[copy] + (u64)first * REMAP_META_SECTORS,
				    &s->table[first], (size_t)nr * REMAP_META_SIZE);
	}
	s->sb.generation = now;
	return same;
}

static bool same_supers(struct successor *s)
{
	remap_format_encode_super(s->buf, &s->sb, 0);
	if (!same_on_disk(s, 0, s->buf, REMAP_META_SIZE))
		return false;
	remap_format_encode_super(s->buf, &s->sb, 1);
	return same_on_disk(s, s->sb.super_b, s->buf, REMAP_META_SIZE);
}

static bool same_data(struct successor *s)
{
	u32 i;

	for (i = 0; i < s->sb.spare_blocks; i++)
		if (s->taken[i] &&
		    (remap_disk_read(&s->new->disk, s->sb.data + (u64)i * spb(s), s->buf,
				     s->sb.block_size) ||
		     crc32c(~0, s->buf, s->sb.block_size) != s->sums[i]))
			return false;
	return true;
}

static int read_back(struct successor *s, u64 table_generation)
{
	return same_supers(s) && same_table(s, 0, table_generation) &&
	       same_table(s, 1, table_generation) && same_data(s) ? 0 : -EIO;
}

static int take_over(struct successor *s)
{
	const struct inspection *was = &s->was;
	u32 apart;

	/* main may have grown since; all the rest is the same */
	s->sb.main_start = was->super.main_start;
	s->sb.main_length = was->super.main_length;
	memcpy(s->sb.main_identity, was->super.main_identity, sizeof(s->sb.main_identity));
	memcpy(s->sb.label, was->super.label, sizeof(s->sb.label));
	memcpy(s->sb.fingerprint, was->super.fingerprint, sizeof(s->sb.fingerprint));
	if (was->mapped > s->sb.spare_blocks)
		return -ENOSPC;
	/*
	 * load.c has gone to the next multiple of 2^32 above all that it has seen. One that was
	 * filled before and could not be wiped must not be taken for this one. Up to the commit
	 * all numbers stay below the next multiple: super.c goes by that.
	 */
	if (getrandom(&apart, sizeof(apart), 0) != sizeof(apart))
		return -EIO;
	s->sb.generation = max(was->md.generation, (was->highest | U32_MAX) + 1) + apart / 2;
	return s->sb.generation >> 62 ? -EUCLEAN : 0;
}

int successor_fill(struct successor *s)
{
	u64 table_generation;
	int r;

	if (inspect_spare(&s->was, s->old, false))
		return -ENOMEM;
	if (!in_order(&s->was, &s->sb))
		return -EUCLEAN;
	r = take_over(s);
	if (!r)
		r = copy_entries(s);
	if (!r)
		r = put_both(s, put_table);
	table_generation = s->sb.generation;
	if (!r)
		r = put_both(s, put_health);
	if (r)
		return r;
	/* in a standby, clean says that it is complete */
	s->sb.flags = s->was.md.super.flags & (REMAP_SUPER_CLEAN | REMAP_SUPER_FINGERPRINT);
	s->sb.generation++;
	r = put_supers(s->new, &s->sb);
	return r ? r : read_back(s, table_generation);
}
