/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * All that reads of a device goes to another one. What does not read is on record as lost
 * before the copy goes on, so that nobody takes what is in its place for data.
 *
 * The ends come last: until then they are zeros, and what was interrupted looks like nothing.
 */
#ifndef REMAPSETUP_CLONE_H
#define REMAPSETUP_CLONE_H

#include <stdbool.h>
#include <stddef.h>

#include <linux/types.h>

#define CLONE_CHUNK	(1 << 20)
#define CLONE_ENDS	8	/* chunks */

/**
 * struct clone_ops - where it is read and written; 0 or a negative error number
 * @read: from the device
 * @write: to the other one
 * @look: read back what was written
 * @flush: make it durable
 * @settle: are all these logical blocks of a block lost by the map? -EAGAIN: the map has
 *	changed, read the block again
 * @go_on: so many sectors of so many are done; false: somebody wants it to end
 */
struct clone_ops {
	int (*read)(void *context, u64 sector, void *buf, size_t bytes);
	int (*write)(void *context, u64 sector, const void *buf, size_t bytes);
	int (*look)(void *context, u64 sector, void *buf, size_t bytes);
	int (*flush)(void *context);
	int (*settle)(void *context, u64 block, u64 mask);
	bool (*go_on)(void *context, u64 done, u64 all);
};

/**
 * struct clone
 * @sectors: how many there are, a multiple of the logical block
 * @block_size, @unit: bytes of a block, and of a logical block
 * @at: where it failed: a sector
 * @lost: logical blocks that did not read
 * @holes: blocks with some of them, @nr_holes; in no order before clone_copy() is done
 * @sums: crc32c of each chunk as it was written
 */
struct clone {
	const struct clone_ops *ops;
	void *context;
	u64 sectors;
	u32 block_size, unit;
	u64 at, lost;
	u64 *holes;
	size_t nr_holes, room;
	u32 *sums;
	u8 *buf;
};

/**
 * clone_copy() - all of it, durably
 *
 * Return: 0; -ENODATA: @at does not read, and cannot be recorded as lost; -EIO: the other
 * device does not take it; -EINTR; -ENOMEM.
 */
int clone_copy(struct clone *clone);

/** clone_compare() - what was written is there. 0; -EIO: not at @at; -EINTR */
int clone_compare(struct clone *clone);

/** clone_wipe_ends() - zeros over both ends of the other device, of @sectors; durably */
int clone_wipe_ends(const struct clone_ops *ops, void *context, u64 sectors);

void clone_free(struct clone *clone);

#endif
