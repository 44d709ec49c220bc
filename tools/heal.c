// SPDX-License-Identifier: GPL-2.0-only
#include <linux/kernel.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#include "backup_check.h"
#include "heal.h"

static bool health_is_whole(const struct inspection *spare)
{
	const struct spare_copy *c = spare->health;

	return c[SPARE_A].verdict == REMAP_VALID && c[SPARE_B].verdict == REMAP_VALID &&
	       c[SPARE_A].generation == c[SPARE_B].generation;
}

/*
 * After load: the record first and the superblocks last, as at a stop. A record that is newer than
 * the superblocks would take their clean mark back.
 */
static int finish(struct remap_metadata *md, const struct inspection *spare)
{
	if (md->mode != REMAP_MODE_RW)
		return -EIO;
	/* of a handover that was cut nothing was looked at but the superblocks */
	if (spare->super_error || !health_is_whole(spare))
		remap_metadata_write_health(md);
	return remap_super_write(md);
}

static int load_and_finish(struct remap_metadata *md, const struct inspection *spare)
{
	int r = remap_super_read(md);

	/* load writes both as the one under which the device was used last */
	if (r == -ESTALE && md->force)
		r = 0;
	if (r || md->super.length > md->disk->length)
		return r ? r : -EIO;
	if (remap_metadata_alloc(md))
		return -ENOMEM;
	r = remap_load(md, false);
	return r ? r : finish(md, spare);
}

int heal(const struct inspection *spare, struct store *store, bool force)
{
	struct remap_metadata md = { .force = force };
	int r = remap_metadata_init(&md, &store->disk, "repair");

	if (!r)
		r = load_and_finish(&md, spare);
	remap_metadata_exit(&md);
	return r == -ENOMEM || !r ? r : -EIO;
}

int heal_would(const struct inspection *spare, struct store *store, bool force)
{
	bool dropping = store->dropping;
	int r;

	store->dropping = true;
	r = heal(spare, store, force);
	store->dropping = dropping;
	return r;
}

/*
 * Erase
 */

static int wipe(struct store *store, void *zeros, u64 sector, u64 sectors)
{
	const u64 step = REMAP_LOAD_BLOCKS * REMAP_META_SECTORS;
	u64 n;

	for (; sectors; sector += n, sectors -= n) {
		n = min(sectors, step);
		if (remap_disk_write(&store->disk, sector, zeros, n << SECTOR_SHIFT))
			return -EIO;
	}
	return 0;
}

/* Where no superblock leads, one may be left over; ours only. @block ends up as zeros. */
static int wipe_if_super(struct store *store, u8 *block, u64 sector)
{
	const struct remap_disk_header *h = (void *)block;
	bool is_one = !remap_disk_read(&store->disk, sector, block, REMAP_META_SIZE) &&
		      le64_to_cpu(h->magic) == REMAP_MAGIC_SUPER;

	memset(block, 0, REMAP_META_SIZE);
	return is_one ? wipe(store, block, sector, REMAP_META_SECTORS) : 0;
}

/*
 * Where the layout is known, so are the places of both: what does not read there is written all
 * the same, for it may read again. Else only what is seen to be ours.
 */
static int wipe_super(const struct remap_super *sb, u32 copy, struct store *store, u8 *zeros)
{
	int r = wipe_if_super(store, zeros, copy ? inspect_last_place(store) : 0);

	if (!r && sb)
		r = wipe(store, zeros, copy ? sb->super_b : 0, REMAP_META_SECTORS);
	return r || remap_disk_flush(&store->disk) ? -EIO : 0;
}

/*
 * The newer one last: it may be all that says that the spare was retired. One that does not
 * count has the generation 0.
 */
static int wipe_supers(const struct inspection *spare, struct store *store, u8 *zeros)
{
	const struct remap_super *sb = inspect_layout(spare);
	u32 first = spare->supers[SPARE_A].generation >= spare->supers[SPARE_B].generation ?
		    SPARE_B : SPARE_A;
	int r = wipe_super(sb, first, store, zeros);

	return r ? r : wipe_super(sb, !first, store, zeros);
}

static int wipe_rest(const struct remap_super *sb, struct store *store, u8 *zeros)
{
	u32 copy;

	for (copy = 0; copy < 2; copy++)
		if (wipe(store, zeros, sb->table[copy],
			 (u64)sb->table_blocks * REMAP_META_SECTORS) ||
		    wipe(store, zeros, sb->health[copy],
			 (u64)sb->health_blocks * REMAP_META_SECTORS))
			return -EIO;
	return remap_disk_flush(&store->disk) ? -EIO : 0;
}

int erase(const struct inspection *spare, struct store *store)
{
	const struct remap_super *sb = inspect_layout(spare);
	u8 *zeros = vzalloc(REMAP_LOAD_BLOCKS * REMAP_META_SIZE);
	int r;

	if (!zeros)
		return -ENOMEM;
	r = wipe_supers(spare, store, zeros);
	if (!r && sb)
		r = wipe_rest(sb, store, zeros);
	vfree(zeros);
	return r;
}

/*
 * Restore
 */

static void fill(struct remap_metadata *md, const struct backup *backup, bool rescuable)
{
	u32 block, first = 0, i;

	for (block = 0; block < md->super.table_blocks; block++) {
		struct remap_disk_table *t = &md->table[block];

		backup_fill(backup, block, &first, t);
		for (i = 0; i < REMAP_ENTRIES_PER_BLOCK && !rescuable; i++)
			t->entries[i].flags &= ~REMAP_ENTRY_RESCUABLE;
	}
	memcpy(md->health, backup->health, REMAP_HEALTH_PAYLOAD);
}

/*
 * A format that ends with a map: the state is "formatting" until all of it is durable. Not
 * marked clean: what main was at the time of the backup is not what it is now.
 */
static int format(struct remap_metadata *md, struct store *store, const struct backup *backup,
		  u64 seen, bool rescuable)
{
	md->super = backup->super;
	md->super.flags = 0;
	memset(md->super.fingerprint, 0, sizeof(md->super.fingerprint));
	if (remap_metadata_alloc(md))
		return -ENOMEM;
	fill(md, backup, rescuable);
	md->generation = (max(seen, backup->highest) | U32_MAX) + 1;
	/* one that stands where this one's B is not would be found if A were damaged */
	if (inspect_last_place(store) != md->super.super_b &&
	    wipe_if_super(store, (u8 *)md->scratch, inspect_last_place(store)))
		return -EIO;
	return remap_metadata_format(md);
}

int restore(const struct backup *backup, struct store *store, u64 seen, bool rescuable)
{
	struct remap_metadata md = {};
	int r;

	if (backup->super.length > store->disk.length || seen >> 62)
		return -EINVAL;
	r = remap_metadata_init(&md, &store->disk, "restore");
	if (!r)
		r = format(&md, store, backup, seen, rescuable);
	remap_metadata_exit(&md);
	return r;
}
