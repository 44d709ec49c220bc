// SPDX-License-Identifier: GPL-2.0-only
/*
 * Changing the map on disk.
 *
 *   commit: A of every block ; flush ; B of every block ; flush ; visible in memory
 *
 *   power cut          A          B          load finds
 *   before A flushed   old/new    old        the newer valid copy: old or new
 *   before B flushed   new        old/new    new
 *   after              new        new        new
 *
 * A copy that can't be written is settled by remap_super_disown(): what counts then is
 * the other copy. docs/architecture.md, section 4, has the argument.
 */
#include <linux/delay.h>
#include <linux/device-mapper.h>
#include <linux/string.h>
#include <linux/timekeeping.h>
#include <linux/vmalloc.h>

#include "metadata.h"

#define DM_MSG_PREFIX "remap"

#define COMMIT_RETRIES	2

static const char * const mode_names[] = {
	[REMAP_MODE_RW] = "rw",
	[REMAP_MODE_RO_MAP] = "ro-map",
	[REMAP_MODE_READ_ONLY] = "read-only",
	[REMAP_MODE_FAIL] = "fail",
};

static const char * const mode_meanings[] = {
	[REMAP_MODE_RW] = "",
	[REMAP_MODE_RO_MAP] = "what is remapped keeps working, new errors go up unchanged",
	[REMAP_MODE_READ_ONLY] = "all writes fail until the spare is repaired",
	[REMAP_MODE_FAIL] = "all I/O fails",
};

const char *remap_mode_name(enum remap_mode mode)
{
	return mode_names[mode];
}

int remap_metadata_init(struct remap_metadata *md, struct remap_disk *disk,
			const char *name)
{
	spin_lock_init(&md->lock);
	md->disk = disk;
	strscpy(md->name, name, sizeof(md->name));
	md->scratch = vzalloc(REMAP_LOAD_BLOCKS * REMAP_META_SIZE);
	md->images = vzalloc(REMAP_BATCH * REMAP_META_SIZE);
	md->health = vzalloc(REMAP_META_SIZE);
	md->super_buf = vzalloc(4 * REMAP_META_SIZE);
	if (!md->scratch || !md->images || !md->health || !md->super_buf)
		return -ENOMEM;
	return 0;
}

int remap_metadata_alloc(struct remap_metadata *md)
{
	md->table = vzalloc((size_t)md->super.table_blocks * REMAP_META_SIZE);
	md->block_state = vzalloc(md->super.table_blocks);
	return md->table && md->block_state ? 0 : -ENOMEM;
}

void remap_metadata_exit(struct remap_metadata *md)
{
	vfree(md->block_state);
	vfree(md->table);
	vfree(md->super_buf);
	vfree(md->health);
	vfree(md->images);
	vfree(md->scratch);
}

void remap_metadata_degrade(struct remap_metadata *md, enum remap_mode mode,
			    const char *why)
{
	unsigned long flags;
	bool lower;

	spin_lock_irqsave(&md->lock, flags);
	lower = md->mode < mode;
	if (lower)
		WRITE_ONCE(md->mode, mode);
	spin_unlock_irqrestore(&md->lock, flags);
	if (lower)
		DMERR("%s: mode is now %s: %s; %s", md->name, mode_names[mode],
		      why, mode_meanings[mode]);
}

void remap_metadata_entry(struct remap_metadata *md, u32 spare,
			  struct remap_disk_entry *entry)
{
	unsigned long flags;

	spin_lock_irqsave(&md->lock, flags);
	*entry = *remap_metadata_truth(md, spare);
	spin_unlock_irqrestore(&md->lock, flags);
}

/*
 * Format
 */

/* After an interrupted format our own blocks may stand there; there is no data yet. */
static bool is_leftover(const void *block)
{
	const struct remap_disk_header *h = block;
	u64 magic = le64_to_cpu(h->magic);

	return magic == REMAP_MAGIC_SUPER || magic == REMAP_MAGIC_TABLE ||
	       magic == REMAP_MAGIC_HEALTH;
}

static bool blocks_are_blank(struct remap_metadata *md, size_t bytes, bool leftovers)
{
	size_t i;

	if (!leftovers)
		return remap_format_is_blank(md->scratch, bytes);
	for (i = 0; i < bytes / REMAP_META_SIZE; i++)
		if (!remap_format_is_blank(&md->scratch[i], REMAP_META_SIZE) &&
		    !is_leftover(&md->scratch[i]))
			return false;
	return true;
}

static int range_is_blank(struct remap_metadata *md, sector_t from, sector_t to,
			  bool leftovers)
{
	const sector_t step = REMAP_LOAD_BLOCKS * REMAP_META_SECTORS;

	while (from < to) {
		size_t bytes = min(step, to - from) << SECTOR_SHIFT;

		if (remap_disk_read(md->disk, from, md->scratch, bytes))
			return -EIO;
		if (!blocks_are_blank(md, bytes, leftovers))
			return 0;
		from += bytes >> SECTOR_SHIFT;
	}
	return 1;
}

int remap_metadata_is_blank(struct remap_metadata *md, bool leftovers)
{
	const sector_t mib = (1 << 20) >> SECTOR_SHIFT;
	const struct remap_super *sb = &md->super;
	sector_t length = sb->length & ~(sector_t)(REMAP_META_SECTORS - 1), from, to;
	int blank;

	from = length > mib ? min_t(sector_t, length - mib, sb->health[1]) : 0;
	from &= ~(sector_t)(REMAP_META_SECTORS - 1);
	to = min(length, max_t(sector_t, mib, sb->data));
	to &= ~(sector_t)(REMAP_META_SECTORS - 1);
	blank = range_is_blank(md, 0, to, leftovers);
	return blank <= 0 ? blank : range_is_blank(md, from, length, leftovers);
}

/* Both copies get the same, whoever is changing the record meanwhile. */
static void take_health(struct remap_metadata *md)
{
	struct remap_disk_health *h = (void *)&md->scratch[0];
	unsigned long flags;

	spin_lock_irqsave(&md->lock, flags);
	memcpy(h->payload, md->health, sizeof(h->payload));
	spin_unlock_irqrestore(&md->lock, flags);
}

static blk_status_t write_health(struct remap_metadata *md, u32 copy)
{
	struct remap_disk_health *h = (void *)&md->scratch[0];

	remap_format_seal_health(h, md->super.uuid, md->generation, copy);
	return remap_disk_write(md->disk, md->super.health[copy], h, sizeof(*h));
}

static blk_status_t write_empty_tables(struct remap_metadata *md)
{
	blk_status_t status = BLK_STS_OK;
	u32 copy, k;

	for (k = 0; k < md->super.table_blocks && !status; k++) {
		for (copy = 0; copy < 2 && !status; copy++) {
			struct remap_disk_table *t = &md->table[k];

			remap_format_seal_table(t, md->super.uuid,
						md->generation, k, copy);
			status = remap_disk_write(md->disk,
						  remap_metadata_sector(md, copy, k),
						  t, sizeof(*t));
		}
	}
	return status;
}

int remap_metadata_format(struct remap_metadata *md)
{
	blk_status_t status;

	md->super.state = REMAP_SUPER_FORMATTING;
	if (remap_super_write(md))
		return -EIO;
	remap_metadata_next(md);
	status = write_empty_tables(md);
	take_health(md);
	if (!status)
		status = write_health(md, 0);
	if (!status)
		status = write_health(md, 1);
	if (!status)
		status = remap_disk_flush(md->disk);
	if (status) {
		DMERR("%s: formatting the spare failed (error %d)", md->name,
		      blk_status_to_errno(status));
		return -EIO;
	}
	/* Only now may anybody take it for a spare. */
	md->super.state = REMAP_SUPER_ACTIVE;
	return remap_super_write(md);
}

/*
 * Commit
 */

/* One table block of a commit; its image is md->images[same index]. */
struct pending {
	u32 block;
	bool open;	/* nothing went wrong so far */
	enum remap_outcome outcome;
};

struct commit {
	struct remap_metadata *md;
	struct pending pending[REMAP_BATCH];
	unsigned int nr;
	u64 number;	/* generation of both copies: superblocks may be written between them */
};

static unsigned int find_pending(struct commit *c, u32 block)
{
	unsigned int i;

	for (i = 0; i < c->nr; i++)
		if (c->pending[i].block == block)
			break;
	return i;
}

static unsigned int add_pending(struct commit *c, u32 block)
{
	unsigned int i = find_pending(c, block);

	if (i < c->nr)
		return i;
	c->pending[c->nr].block = block;
	c->pending[c->nr].open = true;
	c->md->images[c->nr] = c->md->table[block];
	return c->nr++;
}

/*
 * Every changed entry gets a generation of its own. A block that was frozen since the
 * change was thought of is left alone: its one good copy must not be overwritten.
 */
static void prepare_images(struct commit *c, struct remap_change *changes,
			   unsigned int nr)
{
	unsigned int i;

	c->nr = 0;
	for (i = 0; i < nr; i++) {
		u32 block = changes[i].spare / REMAP_ENTRIES_PER_BLOCK;
		u32 slot = changes[i].spare % REMAP_ENTRIES_PER_BLOCK;

		changes[i].outcome = REMAP_DID_NOT_HAPPEN;
		if (c->md->block_state[block] != REMAP_BLOCK_GOOD)
			continue;
		changes[i].entry.generation = cpu_to_le64(remap_metadata_next(c->md));
		changes[i].entry.time = cpu_to_le32(ktime_get_real_seconds());
		c->md->images[add_pending(c, block)].entries[slot] = changes[i].entry;
	}
	c->number = c->md->generation;
}

/*
 * Copy @copy of @p could not be written: what it holds is unknown. Either both
 * superblocks say that it is to be ignored, or nobody knows what counts.
 */
static void settle(struct commit *c, struct pending *p, u8 copy)
{
	struct remap_metadata *md = c->md;

	p->open = false;
	if (md->mode == REMAP_MODE_RW && !remap_super_disown(md, p->block, copy)) {
		DMWARN("%s: copy %c of table block %u of the spare cannot be written and is ignored from now on; its spare blocks will be moved",
		       md->name, 'A' + copy, p->block);
		md->block_state[p->block] = REMAP_BLOCK_FROZEN;
		p->outcome = copy ? REMAP_HAPPENED : REMAP_DID_NOT_HAPPEN;
		return;
	}
	p->outcome = REMAP_IN_DOUBT;
	remap_metadata_degrade(md, REMAP_MODE_RO_MAP,
			       "a change of the map could not be made durable on the spare");
}

/* One attempt at every block in @todo; leaves those that failed there. */
static void attempt(struct commit *c, u8 copy, bool *todo)
{
	struct remap_metadata *md = c->md;
	bool failed[REMAP_BATCH] = {};
	bool flushed;
	unsigned int i;

	for (i = 0; i < c->nr; i++) {
		u32 block = c->pending[i].block;

		if (todo[i])
			failed[i] = remap_disk_write(md->disk,
						     remap_metadata_sector(md, copy, block),
						     &md->images[i], REMAP_META_SIZE);
	}
	flushed = !remap_disk_flush(md->disk);
	for (i = 0; i < c->nr; i++)
		if (flushed && !failed[i])
			todo[i] = false;
}

/*
 * A copy may be tried again as long as the other is left alone: same image, same
 * generation. That rides out a short outage of the spare, which must not
 * cost a table block.
 */
static void write_copies(struct commit *c, u8 copy)
{
	struct remap_metadata *md = c->md;
	bool todo[REMAP_BATCH];
	unsigned int i, tries;

	for (i = 0; i < c->nr; i++) {
		todo[i] = c->pending[i].open;
		if (todo[i])
			remap_format_seal_table(&md->images[i], md->super.uuid,
						c->number, c->pending[i].block, copy);
	}
	attempt(c, copy, todo);
	for (tries = 0; tries < COMMIT_RETRIES && memchr(todo, true, c->nr); tries++) {
		msleep(md->settle_ms);
		attempt(c, copy, todo);
	}
	for (i = 0; i < c->nr; i++)
		if (todo[i])
			settle(c, &c->pending[i], copy);
}

static void publish(struct commit *c, struct remap_change *changes, unsigned int nr)
{
	struct remap_metadata *md = c->md;
	unsigned long flags;
	unsigned int i;

	for (i = 0; i < nr; i++) {
		u32 block = changes[i].spare / REMAP_ENTRIES_PER_BLOCK;
		unsigned int n = find_pending(c, block);

		if (n == c->nr)
			continue;
		changes[i].outcome = c->pending[n].outcome;
		if (changes[i].outcome != REMAP_HAPPENED)
			continue;
		spin_lock_irqsave(&md->lock, flags);
		*remap_metadata_truth(md, changes[i].spare) = changes[i].entry;
		md->table[block].header.generation = cpu_to_le64(c->number);
		spin_unlock_irqrestore(&md->lock, flags);
	}
}

static void fail_all(struct remap_change *changes, unsigned int nr)
{
	while (nr--)
		changes[nr].outcome = REMAP_DID_NOT_HAPPEN;
}

void remap_metadata_commit(struct remap_metadata *md,
			   struct remap_change *changes, unsigned int nr)
{
	struct commit c = { .md = md };
	unsigned int i;

	if (md->mode != REMAP_MODE_RW || nr > REMAP_BATCH) {
		fail_all(changes, nr);
		return;
	}
	prepare_images(&c, changes, nr);
	write_copies(&c, 0);
	/* No B is submitted before every A is durable or settled. */
	write_copies(&c, 1);
	for (i = 0; i < c.nr; i++)
		if (c.pending[i].open)
			c.pending[i].outcome = REMAP_HAPPENED;
	publish(&c, changes, nr);
}

int remap_metadata_bury(struct remap_metadata *md, u32 block)
{
	struct remap_disowned *o = remap_super_disowned(md, block);

	if (!o || md->mode != REMAP_MODE_RW)
		return -EIO;
	o->dead = true;
	if (remap_super_write(md)) {
		/* Harmless on disk either way: the block is empty. */
		o->dead = false;
		return -EIO;
	}
	md->block_state[block] = REMAP_BLOCK_DEAD;
	return 0;
}

unsigned int remap_metadata_write_health(struct remap_metadata *md)
{
	unsigned int copy, good = 0;

	remap_metadata_next(md);
	take_health(md);
	for (copy = 0; copy < 2; copy++)
		good += !write_health(md, copy) && !remap_disk_flush(md->disk);
	return good;
}
