// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>

#include "store.h"

void store_init(struct store *store, size_t sectors)
{
	memset(store, 0, sizeof(*store));
	store->sectors = sectors;
	store->now = calloc(sectors, SECTOR_SIZE);
	store->durable = calloc(sectors, SECTOR_SIZE);
	store->faults = calloc(sectors / (STORE_PAGE / SECTOR_SIZE) + 1, 1);
	store->cut_after = -1;
	assert(store->now && store->durable && store->faults);
}

void store_exit(struct store *store)
{
	free(store->now);
	free(store->durable);
	free(store->faults);
	free(store->arena);
}

void store_heal(struct store *store)
{
	memset(store->faults, 0, store->sectors / (STORE_PAGE / SECTOR_SIZE) + 1);
	store->fail_flush = 0;
	store->cut_after = -1;
	store->off = false;
}

void store_set(struct store *store, const u8 *image)
{
	memcpy(store->now, image, store->sectors * SECTOR_SIZE);
	memcpy(store->durable, image, store->sectors * SECTOR_SIZE);
	store->nr_pending = 0;
	store->arena_used = 0;
	store->steps = 0;
	store->writes = 0;
	store->beyond = 0;
	store_heal(store);
}

static void persist(struct store *store, const struct store_write *w, size_t from, size_t to)
{
	memcpy(store->durable + w->sector * SECTOR_SIZE + from,
	       store->arena + w->at + from, to - from);
}

static void flush(struct store *store)
{
	unsigned int i;

	for (i = 0; i < store->nr_pending; i++)
		persist(store, &store->pending[i], 0, store->pending[i].bytes);
	store->nr_pending = 0;
	store->arena_used = 0;
}

void store_power_cut(struct store *store, u32 fates)
{
	unsigned int i;

	for (i = 0; i < store->nr_pending; i++) {
		const struct store_write *w = &store->pending[i];
		u32 fate = fates >> (2 * i % 32) & 3;

		if (fate == 1 || fate == 2)
			persist(store, w, 0, SECTOR_SIZE);
		if (fate == 1 || fate == 3)
			persist(store, w, SECTOR_SIZE, w->bytes);
	}
	for (i = 0; i < store->nr_pending; i++) {
		size_t at = store->pending[i].sector * SECTOR_SIZE;

		memcpy(store->now + at, store->durable + at, store->pending[i].bytes);
	}
	store->nr_pending = 0;
	store->arena_used = 0;
	store_heal(store);
}

/* A write that nobody flushes for so long is as good as durable. */
static void cache(struct store *store, sector_t sector, const void *buf, size_t bytes)
{
	struct store_write *w;

	if (store->nr_pending == STORE_WRITES)
		flush(store);
	if (store->arena_used + bytes > store->arena_room) {
		store->arena_room = 2 * store->arena_room + bytes;
		store->arena = realloc(store->arena, store->arena_room);
		assert(store->arena);
	}
	w = &store->pending[store->nr_pending++];
	w->sector = sector;
	w->bytes = bytes;
	w->at = store->arena_used;
	memcpy(store->arena + w->at, buf, bytes);
	store->arena_used += bytes;
	memcpy(store->now + sector * SECTOR_SIZE, buf, bytes);
}

/* the block layer fails what reaches past the end */
static bool within(const struct store *store, sector_t sector, size_t bytes)
{
	assert(bytes && !(bytes % SECTOR_SIZE));
	return sector <= store->sectors &&
	       bytes / SECTOR_SIZE <= store->sectors - sector;
}

static bool faulty(const struct store *store, sector_t sector, size_t bytes, u8 fault)
{
	size_t first = sector * SECTOR_SIZE / STORE_PAGE;
	size_t last = (sector * SECTOR_SIZE + bytes - 1) / STORE_PAGE;

	for (; first <= last; first++)
		if (store->faults[first] & fault)
			return true;
	return false;
}

/* Counts a write or flush; false once the power is gone. */
static bool step(struct store *store)
{
	if (store->cut_after >= 0 && store->steps >= (unsigned int)store->cut_after)
		store->off = true;
	store->steps += !store->off;
	return !store->off;
}

/*
 * disk.h
 */

blk_status_t remap_disk_read(struct remap_disk *disk, sector_t sector,
			     void *buf, size_t bytes)
{
	struct store *store = disk->dev->bdev->store;

	sector += disk->start;
	memset(buf, 0xdb, bytes);	/* nobody may look at it after an error */
	if (!within(store, sector, bytes)) {
		store->beyond++;
		return BLK_STS_IOERR;
	}
	if (store->off || faulty(store, sector, bytes, STORE_UNREADABLE))
		return BLK_STS_IOERR;
	memcpy(buf, store->now + sector * SECTOR_SIZE, bytes);
	return BLK_STS_OK;
}

blk_status_t remap_disk_write(struct remap_disk *disk, sector_t sector,
			      void *buf, size_t bytes)
{
	struct store *store = disk->dev->bdev->store;

	sector += disk->start;
	assert(within(store, sector, bytes));
	assert(store->allowed && store->allowed(store, sector, bytes));
	store->writes++;
	if (!step(store) || faulty(store, sector, bytes, STORE_UNWRITABLE))
		return BLK_STS_IOERR;
	cache(store, sector, buf, bytes);
	return BLK_STS_OK;
}

blk_status_t remap_disk_flush(struct remap_disk *disk)
{
	struct store *store = disk->dev->bdev->store;

	if (!step(store))
		return BLK_STS_IOERR;
	if (store->fail_flush) {
		store->fail_flush--;
		return BLK_STS_IOERR;
	}
	flush(store);
	return BLK_STS_OK;
}
