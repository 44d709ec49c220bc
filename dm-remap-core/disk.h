/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Synchronous I/O to one of the two devices, with the block layer's own
 * status as the answer.
 *
 * Context: all functions sleep. They share one bio in struct remap_disk, so
 * only one task may use a disk at a time: the worker, or the life cycle while
 * the worker is stopped.
 */
#ifndef REMAP_DISK_H
#define REMAP_DISK_H

#include <linux/blk_types.h>

#define REMAP_DISK_VECS	64

/**
 * struct remap_disk - a range of a block device
 * @dev: device-mapper's handle
 * @start: first sector of the range
 * @length: sectors
 * @twin: the other one, if it is a range of the same device: what that says that it has
 *	lost may be of either; NULL: it has a cache of its own
 * @unit: bytes; the smallest write that does not make the device read first
 * @flush_failed: bit 0: one of our flushes failed, and with it perhaps writes
 *	of users; the next flush of a user clears it and returns the error
 * @unflushed: we have written since our last flush
 * @user_flush_failed: bit 0: and since then a flush of a user failed, and with it
 *	perhaps what we wrote: our next flush fails as well
 * @fua_failed: bit 0: and since then a write with FUA failed, anybody's; without FUA
 *	in the disk that may have been a flush
 * @doubted: how often in a row a flush of ours failed for nothing but that; who
 *	writes so to a bad place again and again must not keep all else from being durable
 */
struct remap_disk {
	struct dm_dev *dev;
	sector_t start;
	sector_t length;
	struct remap_disk *twin;
	u32 unit;
	unsigned long flush_failed;
	unsigned long user_flush_failed;
	unsigned long fua_failed;
	unsigned int doubted;
	bool unflushed;

	struct bio bio;
	struct bio_vec vecs[REMAP_DISK_VECS];
};

/**
 * remap_disk_read() - read into a kernel buffer
 * @sector: relative to the start of the range, 512 bytes
 * @buf: kmalloc'ed or vmalloc'ed, at a multiple of 512 bytes in its page
 * @bytes: a multiple of the logical block size, any length
 *
 * Return: the status of the first bio that failed, or BLK_STS_OK.
 */
blk_status_t remap_disk_read(struct remap_disk *disk, sector_t sector,
			     void *buf, size_t bytes);

/** remap_disk_write() - write a kernel buffer; not durable before a flush */
blk_status_t remap_disk_write(struct remap_disk *disk, sector_t sector,
			      void *buf, size_t bytes);

/** remap_disk_rewrite() - a user's write once more: the user's to flush, or durable if @fua */
blk_status_t remap_disk_rewrite(struct remap_disk *disk, sector_t sector,
				void *buf, size_t bytes, bool fua);

/** remap_disk_note_write() - what is submitted next has to be durable after our next flush */
void remap_disk_note_write(struct remap_disk *disk);

/** remap_disk_user_flush_failed() - a flush that was not ours failed; any context */
void remap_disk_user_flush_failed(struct remap_disk *disk);

/** remap_disk_fua_failed() - a write with FUA failed with @status; any context */
void remap_disk_fua_failed(struct remap_disk *disk, blk_status_t status);

/** remap_disk_forget_unflushed() - what we have not flushed so far is of no use any more */
void remap_disk_forget_unflushed(struct remap_disk *disk);

/**
 * remap_disk_flush() - make all completed writes durable
 *
 * Return: not BLK_STS_OK if any write of ours since the last call may be gone.
 */
blk_status_t remap_disk_flush(struct remap_disk *disk);

/**
 * remap_disk_submit() - do a part of somebody else's bio
 * @clone: its pages are used
 * @iter: which of them; bi_sector is ignored
 * @sector: relative to the start of the range
 * @opf: operation and flags
 */
blk_status_t remap_disk_submit(struct remap_disk *disk, struct bio *clone,
			       struct bvec_iter iter, sector_t sector,
			       blk_opf_t opf);

#endif
