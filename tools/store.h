/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where a spare's bytes are: a block device, an image of one, or memory. It stands
 * behind the contract of the core's disk.h, so that the core's code reads and
 * writes a spare here as it does in the kernel.
 */
#ifndef REMAPSETUP_STORE_H
#define REMAPSETUP_STORE_H

#include "../dm-remap-core/disk.h"

struct disk;

/**
 * struct store - a spare area
 * @disk: its length; what the core gets
 * @start: its first sector, for whoever looks for it on the device
 * @read: bytes from @offset on, all or none; 0 or -errno
 * @write: likewise; NULL: as if @dropping
 * @flush: make what was written durable; 0 or -errno
 * @dropping: writes succeed and change nothing: to see what a start would do
 * @writes: how many there were
 * @error: of the last write or flush that failed, or 0
 */
struct store {
	struct remap_disk disk;
	u64 start;
	int (*read)(struct store *store, u64 offset, void *buf, size_t bytes);
	int (*write)(struct store *store, u64 offset, const void *buf, size_t bytes);
	int (*flush)(struct store *store);
	bool dropping;
	unsigned int writes;
	int error;
};

enum store_mode {
	STORE_READ,
	STORE_WRITE,
};

/**
 * struct store_disk - on a block device or an image
 * @disk: open, for as long as the store is used
 */
struct store_disk {
	struct store store;
	const struct disk *disk;
};

/** store_disk() - from sector @start to the end of the disk. 0, or -ERANGE: none is left */
int store_disk(struct store_disk *store, const struct disk *disk, u64 start,
	       enum store_mode mode);

/**
 * struct store_memory - for tests
 */
struct store_memory {
	struct store store;
	u8 *bytes;
};

void store_memory(struct store_memory *memory, u8 *bytes, u64 sectors, enum store_mode mode);

#endif
