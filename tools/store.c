// SPDX-License-Identifier: GPL-2.0-only
/* The core's disk.h over any store. What a superblock says may point anywhere. */
#include <string.h>

#include <linux/kernel.h>

#include "store.h"

static struct store *store_of(struct remap_disk *disk)
{
	return container_of(disk, struct store, disk);
}

static bool within(const struct remap_disk *disk, sector_t sector, size_t bytes)
{
	u64 sectors = bytes >> SECTOR_SHIFT;

	return sector <= disk->length && sectors <= disk->length - sector;
}

static blk_status_t failed(struct store *store, int error)
{
	store->error = error;
	return BLK_STS_IOERR;
}

blk_status_t remap_disk_read(struct remap_disk *disk, sector_t sector, void *buf, size_t bytes)
{
	struct store *store = store_of(disk);

	if (!within(disk, sector, bytes))
		return BLK_STS_IOERR;
	return store->read(store, sector << SECTOR_SHIFT, buf, bytes) ? BLK_STS_IOERR : BLK_STS_OK;
}

blk_status_t remap_disk_write(struct remap_disk *disk, sector_t sector, void *buf, size_t bytes)
{
	struct store *store = store_of(disk);
	int r;

	if (!within(disk, sector, bytes))
		return failed(store, -ENOSPC);
	store->writes++;
	if (!store->write || store->dropping)
		return BLK_STS_OK;
	r = store->write(store, sector << SECTOR_SHIFT, buf, bytes);
	return r ? failed(store, r) : BLK_STS_OK;
}

blk_status_t remap_disk_flush(struct remap_disk *disk)
{
	struct store *store = store_of(disk);
	int r = store->write && !store->dropping ? store->flush(store) : 0;

	return r ? failed(store, r) : BLK_STS_OK;
}

/*
 * Memory
 */

static int read_memory(struct store *store, u64 offset, void *buf, size_t bytes)
{
	memcpy(buf, container_of(store, struct store_memory, store)->bytes + offset, bytes);
	return 0;
}

static int write_memory(struct store *store, u64 offset, const void *buf, size_t bytes)
{
	memcpy(container_of(store, struct store_memory, store)->bytes + offset, buf, bytes);
	return 0;
}

static int flush_memory(struct store *store)
{
	return 0;
}

void store_memory(struct store_memory *memory, u8 *bytes, u64 sectors, enum store_mode mode)
{
	memset(memory, 0, sizeof(*memory));
	memory->store.disk.length = sectors;
	memory->store.read = read_memory;
	memory->store.flush = flush_memory;
	if (mode == STORE_WRITE)
		memory->store.write = write_memory;
	memory->bytes = bytes;
}
