// SPDX-License-Identifier: GPL-2.0-only
/*
 * Activation: read both copies of the table, believe the newer valid one of
 * each block, and make the other agree before anything else is written.
 *
 *   flush ; superblocks ; read ; rewrite what is older or damaged ; flush ;
 *   disown what can't be rewritten
 *
 * The first flush: what we read may still be in the drive's cache only. A newer copy
 * must be durable before the older one, the only durable one perhaps, is overwritten.
 */
#include <linux/device-mapper.h>
#include <linux/string.h>

#include "metadata.h"

#define DM_MSG_PREFIX "remap"

struct load {
	struct remap_metadata *md;
	bool read_only;
	bool alone;		/* one superblock can be neither used nor rewritten */
	u32 first;		/* block at the start of the scratch area */
	u32 nr;
	u64 highest;		/* generation seen anywhere */
	u32 healed;
};

/* In one go; if that fails, block by block. Unreadable blocks become zeros: never valid. */
static void read_blocks(struct remap_metadata *md, u32 copy, u32 first, u32 nr,
			struct remap_disk_table *to)
{
	u32 i;

	if (!remap_disk_read(md->disk, remap_metadata_sector(md, copy, first), to,
			     (size_t)nr * REMAP_META_SIZE))
		return;
	for (i = 0; i < nr; i++) {
		if (!remap_disk_read(md->disk, remap_metadata_sector(md, copy, first + i), &to[i],
				     REMAP_META_SIZE))
			continue;
		DMWARN("%s: copy %c of table block %u of the spare cannot be read",
		       md->name, 'A' + copy, first + i);
		memset(&to[i], 0, sizeof(to[i]));
	}
}

static bool rewrite(struct load *l, u32 copy, u32 block)
{
	struct remap_metadata *md = l->md;
	struct remap_disk_table *t = &md->table[block];

	if (l->read_only)
		return true;
	if (l->alone) {
		/* the other superblock may disown the copy that we believe */
		remap_metadata_degrade(md, REMAP_MODE_READ_ONLY,
				       "the copies of the table differ, and one superblock of the spare can be neither used nor rewritten");
		return true;
	}
	remap_format_seal_table(t, md->super.uuid,
				le64_to_cpu(t->header.generation), block, copy);
	if (!remap_disk_write(md->disk, remap_metadata_sector(md, copy, block), t,
			      REMAP_META_SIZE)) {
		l->healed++;
		return true;
	}
	return false;
}

/* The twin of a copy that can be neither used nor rewritten is all there is. */
static void disown(struct load *l, u32 copy, u32 block)
{
	struct remap_metadata *md = l->md;
	struct remap_disowned *o = remap_super_disowned(md, block);

	md->block_state[block] = REMAP_BLOCK_FROZEN;
	if (o && md->super_good[0] && md->super_good[1])
		return;		/* that is what both superblocks say already */
	if (o ? remap_super_write(md) : remap_super_disown(md, block, copy)) {
		remap_metadata_degrade(md, REMAP_MODE_READ_ONLY,
				       "a copy of the table can be neither read nor rewritten, nor can that be recorded");
		return;
	}
	DMWARN("%s: copy %c of table block %u of the spare is ignored from now on; its spare blocks will be moved",
	       md->name, 'A' + copy, block);
}

static int refuse(struct load *l, u32 block, enum remap_verdict a, enum remap_verdict b)
{
	if (a == REMAP_INSANE || b == REMAP_INSANE || a == REMAP_TOO_NEW || b == REMAP_TOO_NEW) {
		DMERR("%s: table block %u of the spare has a good checksum and impossible content",
		      l->md->name, block);
		return -EUCLEAN;
	}
	DMERR("%s: both copies of table block %u of the spare are damaged; the map is not complete, so the device is not started (see remapsetup repair)",
	      l->md->name, block);
	return -EIO;
}

static void see(struct load *l, const struct remap_disk_table *t)
{
	l->highest = max_t(u64, l->highest, le64_to_cpu(t->header.generation));
}

/* Decides one block: md->table[block] holds A, b is B. */
static int decide(struct load *l, u32 block, const struct remap_disk_table *b)
{
	struct remap_metadata *md = l->md;
	struct remap_disk_table *a = &md->table[block];
	struct remap_disowned *o = remap_super_disowned(md, block);
	enum remap_verdict va, vb;
	bool use_a, use_b;

	if (o && o->dead) {
		md->block_state[block] = REMAP_BLOCK_DEAD;
		memset(a, 0, sizeof(*a));
		return 0;
	}
	va = remap_format_check_table(a, &md->super, block, 0);
	vb = remap_format_check_table(b, &md->super, block, 1);
	/* a disowned copy is ignored, whatever it holds */
	if (o && o->copy == 0)
		va = REMAP_BLANK;
	if (o && o->copy == 1)
		vb = REMAP_BLANK;
	use_a = va == REMAP_VALID;
	use_b = vb == REMAP_VALID;
	if (use_a)
		see(l, a);
	if (use_b)
		see(l, b);
	if ((!use_a && !use_b) || va == REMAP_INSANE || vb == REMAP_INSANE)
		return refuse(l, block, va, vb);
	if (use_a && use_b && remap_format_same_table(a, b))
		return 0;
	if (use_a && use_b && a->header.generation == b->header.generation) {
		DMERR("%s: the two copies of table block %u of the spare contradict each other",
		      md->name, block);
		return -EUCLEAN;
	}
	if (use_a && use_b)
		use_a = le64_to_cpu(a->header.generation) > le64_to_cpu(b->header.generation);
	if (!use_a)
		*a = *b;
	if (!rewrite(l, use_a ? 1 : 0, block))
		disown(l, use_a ? 1 : 0, block);
	else if (o && (l->read_only || l->alone))
		md->block_state[block] = REMAP_BLOCK_FROZEN;
	return 0;
}

static int load_chunk(struct load *l)
{
	struct remap_metadata *md = l->md;
	u32 i;
	int r;

	read_blocks(md, 0, l->first, l->nr, &md->table[l->first]);
	read_blocks(md, 1, l->first, l->nr, md->scratch);
	for (i = 0; i < l->nr; i++) {
		r = decide(l, l->first + i, &md->scratch[i]);
		if (r)
			return r;
	}
	return 0;
}

/* A disown mark goes only after its copy was rewritten and flushed. */
static void forget_healed_marks(struct remap_metadata *md)
{
	u32 i = 0;

	while (i < md->super.disowned_count) {
		struct remap_disowned *o = &md->super.disowned[i];

		if (md->block_state[o->block] == REMAP_BLOCK_GOOD)
			remap_super_own(md, o->block);	/* moves the last one here */
		else
			i++;
	}
}

/*
 * What was rewritten counts once it is durable. If the flush fails, any of these
 * copies may come back with its old content: nothing may be written under
 * our reading of the map.
 */
static void finish_healing(struct load *l)
{
	struct remap_metadata *md = l->md;

	if (!l->healed)
		return;
	if (remap_disk_flush(md->disk)) {
		remap_metadata_degrade(md, REMAP_MODE_READ_ONLY,
				       "the healed copies of the table could not be made durable");
		return;
	}
	DMWARN("%s: %u table blocks of the spare were healed from their other copy",
	       md->name, l->healed);
	forget_healed_marks(md);
}

/* Without a valid copy the record starts empty. */
static void load_health(struct load *l)
{
	struct remap_metadata *md = l->md;
	struct remap_disk_health *h = (void *)md->scratch;
	u64 best = 0;
	u32 copy;

	memset(md->health, 0, REMAP_HEALTH_PAYLOAD);
	for (copy = 0; copy < 2; copy++) {
		u64 generation;

		if (remap_disk_read(md->disk, md->super.health[copy], h, sizeof(*h)) ||
		    remap_format_check_health(h, &md->super, copy) != REMAP_VALID)
			continue;
		generation = le64_to_cpu(h->header.generation);
		l->highest = max(l->highest, generation);
		if (generation <= best)
			continue;
		best = generation;
		memcpy(md->health, h->payload, sizeof(h->payload));
	}
	/* The superblocks are written last at a stop: what is newer took the clean mark back. */
	if (best > md->super.generation)
		md->super.flags &= ~(REMAP_SUPER_CLEAN | REMAP_SUPER_FINGERPRINT);
}

/*
 * Above everything seen anywhere, and so far above that a number from a copy
 * that can't be read now is never used again. By one superblock alone nothing is written
 * but health records: they stay near to it, and so tell which one it was (super.c).
 */
static int raise_generation(struct load *l)
{
	struct remap_metadata *md = l->md;
	u64 seen = max(l->highest, md->generation);

	if (seen >> 62) {
		DMERR("%s: the generations of the spare are impossibly high", md->name);
		return -EUCLEAN;
	}
	md->generation = l->alone ? max(seen, (md->super.generation | U32_MAX) + 1) :
				    (seen | U32_MAX) + 1;
	return 0;
}

/*
 * A superblock that is damaged or older may come back and speak of other disown marks. So
 * before a table block is touched under the marks of one, both have to say the same.
 */
static void settle_superblocks(struct load *l)
{
	struct remap_metadata *md = l->md;

	if (l->read_only || (md->super_good[0] && md->super_good[1]))
		return;
	if (!remap_super_write(md)) {
		DMWARN("%s: a superblock of the spare was healed from the other", md->name);
		return;
	}
	l->alone = true;
}

int remap_load(struct remap_metadata *md, bool read_only)
{
	struct load l = { .md = md, .read_only = read_only };
	int r;

	md->generation = md->super.generation;
	if (!read_only && remap_disk_flush(md->disk)) {
		l.read_only = true;
		remap_metadata_degrade(md, REMAP_MODE_READ_ONLY,
				       "the spare cannot be flushed");
	}
	load_health(&l);
	settle_superblocks(&l);
	memset(md->block_state, REMAP_BLOCK_GOOD, md->super.table_blocks);
	for (; l.first < md->super.table_blocks; l.first += l.nr) {
		l.nr = min_t(u32, REMAP_LOAD_BLOCKS, md->super.table_blocks - l.first);
		r = load_chunk(&l);
		if (r)
			return r;
	}
	finish_healing(&l);
	return raise_generation(&l);
}
