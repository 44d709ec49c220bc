// SPDX-License-Identifier: GPL-2.0-only
#include <linux/device-mapper.h>
#include <linux/vmalloc.h>

#include "map.h"

#define DM_MSG_PREFIX "remap"

int remap_map_init(struct remap_map *map, sector_t sectors, u32 block_size)
{
	xa_init(&map->blocks);
	map->block_shift = ilog2(block_size) - SECTOR_SHIFT;
	map->region_shift = REMAP_REGION_SHIFT - SECTOR_SHIFT;
	map->nr_blocks = DIV_ROUND_UP_ULL(sectors, block_size >> SECTOR_SHIFT);
	map->nr_regions = (sectors >> map->region_shift) + 1;
	map->regions = vzalloc(BITS_TO_LONGS(map->nr_regions) * sizeof(long));
	return map->regions ? 0 : -ENOMEM;
}

void remap_map_exit(struct remap_map *map)
{
	xa_destroy(&map->blocks);
	vfree(map->regions);
}

void remap_map_clear(struct remap_map *map)
{
	xa_destroy(&map->blocks);
	bitmap_zero(map->regions, map->nr_regions);
	WRITE_ONCE(map->remapped, 0);
	WRITE_ONCE(map->used, false);
}

static void mark_region(struct remap_map *map, u64 block)
{
	set_bit((block << map->block_shift) >> map->region_shift, map->regions);
	WRITE_ONCE(map->used, true);
}

void remap_map_set(struct remap_map *map, u64 block, remap_place_t place)
{
	if (place)
		/* over an entry: no node is needed, so nothing can fail */
		xa_store(&map->blocks, block, xa_mk_value(place), GFP_NOWAIT);
	else
		xa_erase(&map->blocks, block);
}

int remap_map_claim(struct remap_map *map, u64 block)
{
	remap_place_t place = remap_map_get(map, block) | REMAP_PLACE_BUSY;
	void *old;

	mark_region(map, block);
	old = xa_store(&map->blocks, block, xa_mk_value(place), GFP_NOIO);
	if (xa_is_err(old))
		return xa_err(old);
	/*
	 * Who reads the new generation also sees BUSY; who read the old one
	 * finds out at its completion. The barrier: a write that completes
	 * without noticing was on the device before anything that the caller
	 * reads from there now.
	 */
	smp_store_release(&map->generation, map->generation + 1);
	smp_mb();	/* pairs with smp_mb() in end_success() of io.c */
	return 0;
}

static int load_entry(struct remap_map *map, struct remap_metadata *md, u32 spare)
{
	struct remap_disk_entry *e = remap_metadata_truth(md, spare);
	u64 block = le64_to_cpu(e->main_block);
	remap_place_t place = remap_place_on_spare(spare, e->lost);
	remap_place_t old = remap_map_get(map, block);

	if (block >= map->nr_blocks)
		return -EUCLEAN;
	if (old) {
		u64 rival = le64_to_cpu(remap_metadata_truth(md,
						remap_place_spare(old))->generation);

		if (rival == le64_to_cpu(e->generation)) {
			DMERR("%s: two entries of the map of the same generation claim block %llu",
			      md->name, block);
			return -EUCLEAN;
		}
		if (rival > le64_to_cpu(e->generation))
			return 0;
	}
	mark_region(map, block);
	if (!old)
		WRITE_ONCE(map->remapped, map->remapped + 1);
	return xa_err(xa_store(&map->blocks, block, xa_mk_value(place), GFP_NOIO));
}

int remap_map_load(struct remap_map *map, struct remap_metadata *md)
{
	u32 spare;
	int r;

	for (spare = 0; spare < md->super.spare_blocks; spare++) {
		if (remap_metadata_block_state(md, spare) == REMAP_BLOCK_DEAD ||
		    remap_metadata_truth(md, spare)->state != REMAP_ENTRY_MAPPED)
			continue;
		r = load_entry(map, md, spare);
		if (r)
			return r;
		cond_resched();
	}
	return 0;
}
