/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where each block of the main device lives, in memory.
 *
 * Readers take no lock and may be in any context. There is one writer: the
 * worker, or the life cycle while the worker is stopped.
 *
 * Readers:  generation (acquire), then region bit, then xarray.
 * A claim:  region bit, then xarray, then generation (release), then a full barrier.
 */
#ifndef REMAP_MAP_H
#define REMAP_MAP_H

#include <linux/bitops.h>
#include <linux/types.h>
#include <linux/xarray.h>

#include "metadata.h"

/* One region bit covers this many bytes of the main device. */
#define REMAP_REGION_SHIFT	20

/**
 * struct remap_map
 * @generation: raised by every claim
 * @regions: a bit for each region that holds, or held, an entry
 * @blocks: value entries, see remap_place
 * @block_shift: sectors to blocks
 * @region_shift: sectors to regions
 * @nr_regions: bits in @regions
 * @nr_blocks: of the device, the last one perhaps not whole
 * @remapped: blocks on the spare
 * @used: anything was ever mapped in this activation
 */
struct remap_map {
	unsigned int generation;
	unsigned int block_shift;
	unsigned int region_shift;
	unsigned long *regions;
	struct xarray blocks;
	unsigned long nr_regions;
	u64 nr_blocks;
	unsigned long remapped;
	bool used;
};

/*
 * A place: what the map says of one block. 0: it lives on main.
 * MAPPED: it lives on the spare block in the low bits. BUSY: claimed by the worker, its
 * I/O waits. DOUBT: a commit failed undecided, its I/O fails. LOST: some logical
 * blocks are lost, the entry's mask says which.
 */
typedef unsigned long remap_place_t;

#define REMAP_PLACE_SPARE	0x00ffffffUL
#define REMAP_PLACE_MAPPED	0x01000000UL
#define REMAP_PLACE_BUSY	0x02000000UL
#define REMAP_PLACE_DOUBT	0x04000000UL
#define REMAP_PLACE_LOST	0x08000000UL

static inline remap_place_t remap_place_on_spare(u32 spare, bool lost)
{
	return spare | REMAP_PLACE_MAPPED | (lost ? REMAP_PLACE_LOST : 0);
}

static inline u32 remap_place_spare(remap_place_t place)
{
	return place & REMAP_PLACE_MAPPED ? place & REMAP_PLACE_SPARE : REMAP_NO_SPARE;
}

/**
 * remap_map_init() - empty map for a main device of @sectors sectors
 * Return: 0 or -ENOMEM. Context: sleeps.
 */
int remap_map_init(struct remap_map *map, sector_t sectors, u32 block_size);
void remap_map_exit(struct remap_map *map);

/** remap_map_clear() - forget everything, before the table is loaded anew */
void remap_map_clear(struct remap_map *map);

/**
 * remap_map_load() - fill the map from the table
 *
 * Of several entries for one block the newest counts. Return: 0, -ENOMEM, or
 * -EUCLEAN when two of the same generation differ or a block lies beyond the
 * end of the map. Context: sleeps.
 */
int remap_map_load(struct remap_map *map, struct remap_metadata *md);

/** remap_map_get() - the place of one block */
static inline remap_place_t remap_map_get(struct remap_map *map, u64 block)
{
	void *entry = xa_load(&map->blocks, block);

	return entry ? xa_to_value(entry) : 0;
}

/**
 * remap_map_set() - change a place that was claimed
 * @place: 0 to forget the block
 *
 * Never allocates: the claim has left a node. Context: the writer.
 */
void remap_map_set(struct remap_map *map, u64 block, remap_place_t place);

/**
 * remap_map_claim() - make a block busy
 *
 * After it returns, a write that is still on its way to the block's old place
 * will notice at its completion.
 *
 * Return: 0, or -ENOMEM: nothing changed. Context: the writer; GFP_NOIO.
 */
int remap_map_claim(struct remap_map *map, u64 block);

static inline unsigned int remap_map_generation(struct remap_map *map)
{
	/* pairs with smp_store_release() in remap_map_claim() */
	return smp_load_acquire(&map->generation);
}

/**
 * remap_map_quiet() - quick test: surely nothing remapped in these sectors
 * @first: first sector
 * @last: last sector
 */
static inline bool remap_map_quiet(struct remap_map *map, sector_t first, sector_t last)
{
	unsigned long a = first >> map->region_shift;
	unsigned long b = last >> map->region_shift;

	if (likely(a == b))
		return !test_bit(a, map->regions);
	return find_next_bit(map->regions, b + 1, a) > b;
}

/**
 * remap_map_first() - first block in [@first, @last] that is not simply on main
 * @place: set to its place
 * Return: the block, or U64_MAX.
 */
static inline u64 remap_map_first(struct remap_map *map, u64 first, u64 last,
				  remap_place_t *place)
{
	unsigned long index = first;
	void *entry = xa_find(&map->blocks, &index, last, XA_PRESENT);

	if (!entry)
		return U64_MAX;
	*place = xa_to_value(entry);
	return index;
}

#endif
