// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include <linux/kernel.h>

#include "disk.h"
#include "store.h"

static struct store_disk *disk_of(struct store *store)
{
	return container_of(store, struct store_disk, store);
}

static int read_disk(struct store *store, u64 offset, void *buf, size_t bytes)
{
	struct store_disk *d = disk_of(store);

	return disk_read(d->disk, store->start + (offset >> SECTOR_SHIFT), buf, bytes);
}

static int write_disk(struct store *store, u64 offset, const void *buf, size_t bytes)
{
	struct store_disk *d = disk_of(store);

	return disk_write(d->disk, store->start + (offset >> SECTOR_SHIFT), buf, bytes);
}

static int flush_disk(struct store *store)
{
	return disk_flush(disk_of(store)->disk);
}

int store_disk(struct store_disk *store, const struct disk *disk, u64 start,
	       enum store_mode mode)
{
	memset(store, 0, sizeof(*store));
	if (start >= disk->sectors)
		return -ERANGE;
	store->disk = disk;
	store->store.start = start;
	store->store.disk.length = disk->sectors - start;
	store->store.read = read_disk;
	store->store.flush = flush_disk;
	if (mode == STORE_WRITE)
		store->store.write = write_disk;
	return 0;
}
