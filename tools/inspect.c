// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <linux/kernel.h>

#include "inspect.h"

/*
 * Superblocks
 */

static void see(struct inspection *spare, u64 generation)
{
	spare->highest = max(spare->highest, generation);
}

static void judge_super(struct inspection *spare, u32 copy)
{
	struct spare_copy *c = &spare->supers[copy];
	struct remap_super sb;

	c->unread = spare->md.super_unread[copy];
	if (!c->unread)
		memcpy(spare->super_raw[copy], &spare->md.super_buf[copy], REMAP_META_SIZE);
	c->verdict = spare->md.super_seen[copy];
	if (c->verdict != REMAP_VALID)
		return;
	remap_format_decode_super(spare->super_raw[copy], copy, &sb);
	c->generation = sb.generation;
	see(spare, sb.generation);
}

static void read_supers(struct inspection *spare)
{
	spare->super_error = remap_super_read(&spare->md);
	judge_super(spare, SPARE_A);
	judge_super(spare, SPARE_B);
	spare->super_counts = SPARE_NEITHER;
	if (spare->super_error)
		return;
	spare->super = spare->md.super;
	spare->super_counts = !spare->md.super_good[SPARE_A];
	spare->fits = spare->super.length <= spare->store->disk.length;
}

/*
 * Table blocks
 */

static u8 disowned_copy(const struct inspection *spare, u32 block, bool *dead)
{
	u32 i;

	for (i = 0; i < spare->super.disowned_count; i++) {
		if (spare->super.disowned[i].block != block)
			continue;
		*dead = spare->super.disowned[i].dead;
		return spare->super.disowned[i].copy;
	}
	return SPARE_NEITHER;
}

static void judge_copy(struct inspection *spare, u32 block, u32 copy,
		       const struct remap_disk_table *t, bool unread)
{
	struct spare_copy *c = &spare->blocks[block].copy[copy];

	c->unread = unread;
	c->verdict = remap_format_check_table(t, &spare->super, block, copy);
	if (c->verdict == REMAP_VALID)
		c->generation = le64_to_cpu(t->header.generation);
}

/* To explain what load.c decides: the same rule, without its consequences. */
static void judge_pair(struct spare_block *b, bool same)
{
	bool use[2];
	u32 copy;

	for (copy = 0; copy < 2; copy++)
		use[copy] = b->disowned != copy && b->copy[copy].verdict == REMAP_VALID;
	b->counts = SPARE_NEITHER;
	for (copy = 0; copy < 2; copy++)
		if (b->disowned != copy && b->copy[copy].verdict == REMAP_INSANE)
			b->outcome = SPARE_IMPOSSIBLE;
	if (b->outcome == SPARE_IMPOSSIBLE)
		return;
	b->outcome = SPARE_HEALS;
	if (!use[0] && !use[1]) {
		b->outcome = SPARE_DAMAGED;
	} else if (!use[0] || !use[1]) {
		b->counts = !use[0];
	} else if (b->copy[0].generation != b->copy[1].generation) {
		b->counts = b->copy[1].generation > b->copy[0].generation;
	} else {
		b->outcome = same ? SPARE_AGREE : SPARE_CONTRADICTS;
		b->counts = same ? SPARE_A : SPARE_NEITHER;
	}
}

static void judge_block(struct inspection *spare, u32 block, const struct remap_disk_table *a,
			const struct remap_disk_table *b, const bool *unread)
{
	struct spare_block *s = &spare->blocks[block];
	bool dead = false;
	u32 copy;

	s->disowned = disowned_copy(spare, block, &dead);
	judge_copy(spare, block, SPARE_A, a, unread[SPARE_A]);
	judge_copy(spare, block, SPARE_B, b, unread[SPARE_B]);
	if (dead) {
		s->outcome = SPARE_DEAD;
		s->counts = SPARE_NEITHER;
		return;
	}
	for (copy = 0; copy < 2; copy++)
		if (s->disowned != copy)
			see(spare, s->copy[copy].generation);
	judge_pair(s, remap_format_same_table(a, b));
}

/* As load.c reads: at once, and block by block where that fails. */
static void read_chunk(struct inspection *spare, u32 copy, u32 first, u32 nr,
		       struct remap_disk_table *to, bool *unread)
{
	struct remap_metadata *md = &spare->md;
	u32 i;

	memset(unread, 0, nr);
	if (!remap_disk_read(md->disk, remap_metadata_sector(md, copy, first), to,
			     (size_t)nr * REMAP_META_SIZE))
		return;
	for (i = 0; i < nr; i++) {
		unread[i] = remap_disk_read(md->disk, remap_metadata_sector(md, copy, first + i),
					    &to[i], REMAP_META_SIZE);
		if (unread[i])
			memset(&to[i], 0, sizeof(to[i]));
	}
}

static void read_table(struct inspection *spare)
{
	struct remap_disk_table *a = spare->md.table, *b = spare->md.scratch;
	bool unread_a[REMAP_LOAD_BLOCKS], unread_b[REMAP_LOAD_BLOCKS];
	u32 first, nr, i;

	for (first = 0; first < spare->super.table_blocks; first += nr) {
		nr = min_t(u32, REMAP_LOAD_BLOCKS, spare->super.table_blocks - first);
		read_chunk(spare, SPARE_A, first, nr, &a[first], unread_a);
		read_chunk(spare, SPARE_B, first, nr, b, unread_b);
		for (i = 0; i < nr; i++) {
			const bool unread[] = { unread_a[i], unread_b[i] };

			judge_block(spare, first + i, &a[first + i], &b[i], unread);
		}
	}
}

/*
 * Health record
 */

static void read_health(struct inspection *spare)
{
	struct remap_disk_health *h = (void *)spare->md.scratch;
	u64 best = 0;
	u32 copy;

	spare->health_counts = SPARE_NEITHER;
	for (copy = 0; copy < 2; copy++) {
		struct spare_copy *c = &spare->health[copy];

		c->unread = remap_disk_read(spare->md.disk, spare->super.health[copy], h,
					    sizeof(*h));
		c->verdict = c->unread ? REMAP_CORRUPT :
			     remap_format_check_health(h, &spare->super, copy);
		if (c->verdict != REMAP_VALID)
			continue;
		c->generation = le64_to_cpu(h->header.generation);
		see(spare, c->generation);
		if (c->generation > best)
			spare->health_counts = copy;
		best = max(best, c->generation);
	}
}

/*
 * Entries against one another. Not the core's map.c: it takes memory by the size of the
 * main device, and here there is only the superblock's word for that.
 */

struct claim {
	u64 block;
	u64 generation;
	u32 spare;
};

static int by_block(const void *a, const void *b)
{
	const struct claim *x = a, *y = b;

	if (x->block != y->block)
		return x->block < y->block ? -1 : 1;
	return x->spare < y->spare ? -1 : x->spare > y->spare;
}

/* Dead table blocks are empty after load. */
static u32 count_claims(struct inspection *spare, struct claim *claims)
{
	u32 i, nr = 0;

	for (i = 0; i < spare->super.spare_blocks; i++) {
		const struct remap_disk_entry *e = inspect_entry(spare, i);

		if (e->state != REMAP_ENTRY_MAPPED)
			continue;
		if (claims)
			claims[nr] = (struct claim){ le64_to_cpu(e->main_block),
						     le64_to_cpu(e->generation), i };
		nr++;
	}
	return nr;
}

/*
 * All claims to one block, in the order of spare blocks, in which the kernel goes through
 * them too: of equals it notices those of which none was beaten before.
 */
static int settle(struct inspection *spare, const struct claim *claims, u32 nr)
{
	u32 winner = 0, i;
	int r = 0;

	spare->standing[claims[0].spare] = SPARE_COUNTS;
	for (i = 1; i < nr; i++) {
		if (claims[i].generation == claims[winner].generation) {
			spare->standing[claims[i].spare] = SPARE_RIVAL;
			spare->standing[claims[winner].spare] = SPARE_RIVAL;
			r = -EUCLEAN;
		} else if (claims[i].generation > claims[winner].generation) {
			if (spare->standing[claims[winner].spare] != SPARE_RIVAL)
				spare->standing[claims[winner].spare] = SPARE_SUPERSEDED;
			spare->standing[claims[i].spare] = SPARE_COUNTS;
			winner = i;
		} else {
			spare->standing[claims[i].spare] = SPARE_SUPERSEDED;
		}
	}
	return r;
}

/* Logical blocks beyond the end of main count for nothing. */
static u64 lost_within(const struct remap_super *sb, const struct remap_disk_entry *e)
{
	u64 first = le64_to_cpu(e->main_block) * (sb->block_size >> SECTOR_SHIFT);
	u64 bits = (sb->main_length - first) / (sb->mask_unit >> SECTOR_SHIFT);

	return le64_to_cpu(e->lost) & (bits < 64 ? (1ULL << bits) - 1 : U64_MAX);
}

static void count(struct inspection *spare)
{
	u32 i;

	spare->mapped = spare->superseded = spare->bad = 0;
	spare->lost = 0;
	for (i = 0; i < spare->super.spare_blocks; i++) {
		const struct remap_disk_entry *e = inspect_entry(spare, i);

		spare->map_generation = max(spare->map_generation,
					    (u64)le64_to_cpu(e->generation));
		spare->bad += e->state == REMAP_ENTRY_BAD;
		spare->superseded += spare->standing[i] == SPARE_SUPERSEDED;
		if (spare->standing[i] != SPARE_COUNTS)
			continue;
		spare->mapped++;
		spare->lost += __builtin_popcountll(lost_within(&spare->super, e));
	}
}

int inspect_compete(struct inspection *spare)
{
	u32 nr = count_claims(spare, NULL), i, end;
	struct claim *claims = calloc((size_t)nr + 1, sizeof(*claims));
	int r = 0;

	free(spare->standing);
	spare->standing = calloc(spare->super.spare_blocks, 1);
	if (!claims || !spare->standing) {
		free(claims);
		return -ENOMEM;
	}
	count_claims(spare, claims);
	qsort(claims, nr, sizeof(*claims), by_block);
	for (i = 0; i < nr; i = end) {
		for (end = i + 1; end < nr && claims[end].block == claims[i].block; end++)
			;
		if (settle(spare, &claims[i], end - i))
			r = -EUCLEAN;
	}
	free(claims);
	count(spare);
	return r;
}

/*
 * All of it
 */

/* The kernel's own start, on a disk that does not change. */
static int load(struct inspection *spare)
{
	bool dropping = spare->store->dropping;

	spare->store->dropping = true;
	spare->load_error = remap_load(&spare->md, false);
	spare->store->dropping = dropping;
	if (spare->load_error)
		return 0;
	spare->load_error = inspect_compete(spare);
	return spare->load_error == -ENOMEM ? -ENOMEM : 0;
}

int inspect_supers(struct inspection *spare, struct store *store, bool force)
{
	memset(spare, 0, sizeof(*spare));
	spare->store = store;
	spare->health_counts = SPARE_NEITHER;
	if (remap_metadata_init(&spare->md, &store->disk, "spare"))
		return -ENOMEM;
	spare->md.force = force;
	read_supers(spare);
	return 0;
}

int inspect_spare(struct inspection *spare, struct store *store, bool force)
{
	if (inspect_supers(spare, store, force))
		return -ENOMEM;
	if (spare->super_error || !spare->fits)
		return 0;
	spare->blocks = calloc(spare->super.table_blocks, sizeof(*spare->blocks));
	if (!spare->blocks || remap_metadata_alloc(&spare->md))
		return -ENOMEM;
	read_table(spare);
	read_health(spare);
	return load(spare);
}

void inspect_free(struct inspection *spare)
{
	remap_metadata_exit(&spare->md);
	free(spare->blocks);
	free(spare->standing);
	memset(spare, 0, sizeof(*spare));
}

bool inspect_starts(const struct inspection *spare)
{
	return !spare->super_error && spare->fits && !spare->load_error &&
	       spare->super.state == REMAP_SUPER_ACTIVE;
}

const struct remap_super *inspect_layout(const struct inspection *spare)
{
	const struct remap_super *sb = &spare->super;

	if (spare->super_error == -ESTALE)
		sb = &spare->md.super;
	else if (spare->super_error)
		return NULL;
	return sb->length <= spare->store->disk.length ? sb : NULL;
}

bool inspect_is_spare(const struct inspection *spare)
{
	u32 copy;

	for (copy = 0; copy < 2; copy++)
		if (!spare->supers[copy].unread && spare->supers[copy].verdict != REMAP_BLANK &&
		    spare->supers[copy].verdict != REMAP_FOREIGN)
			return true;
	return false;
}

u64 inspect_last_place(const struct store *store)
{
	const u64 meta = REMAP_META_SECTORS;

	return store->disk.length < meta ? 0 : (store->disk.length - meta) & ~(meta - 1);
}

/* What is whole and yet foreign to super.c is B in the wrong place. */
bool inspect_elsewhere(const struct inspection *spare, s64 *begin)
{
	const struct spare_copy *b = &spare->supers[SPARE_B];
	struct remap_super sb;

	if (b->unread || b->verdict != REMAP_FOREIGN ||
	    remap_format_decode_super(spare->super_raw[SPARE_B], SPARE_B, &sb) != REMAP_VALID)
		return false;
	*begin = spare->store->start + inspect_last_place(spare->store) - sb.super_b;
	return true;
}

const struct remap_disk_entry *inspect_entry(const struct inspection *spare, u32 nr)
{
	return &spare->md.table[nr / REMAP_ENTRIES_PER_BLOCK]
			       .entries[nr % REMAP_ENTRIES_PER_BLOCK];
}
