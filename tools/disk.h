/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A block device, or for the verbs that work offline an image of one, read and
 * written past the page cache.
 *
 * Sectors are 512 bytes. A failing read or write is returned as an error
 * number, for the caller knows what it means; only disk_open() says why.
 */
#ifndef REMAPSETUP_DISK_H
#define REMAPSETUP_DISK_H

#include <sys/types.h>

#include <linux/types.h>

#include "say.h"

/* for disk_open() */
#define DISK_WRITE	0x01
#define DISK_EXCLUSIVE	0x02	/* O_EXCL and a lock: nobody else uses it, nor looks at it */
#define DISK_IMAGE	0x04	/* a regular file will do */
#define DISK_QUIET	0x08	/* that it cannot be opened is no news */

/**
 * struct disk - an open device
 * @fd: file descriptor; -1 after disk_let_go()
 * @path: as given
 * @number: device number; 0 for an image
 * @sectors: its size
 * @start: where it begins on its disk, if it is a partition
 * @logical, @physical: block sizes, in bytes
 */
struct disk {
	int fd;
	char *path;
	dev_t number;
	u64 sectors;
	u64 start;
	u32 logical;
	u32 physical;
};

/** disk_open() - Return: 0, or an exit code after a message */
int disk_open(struct disk *disk, const char *path, unsigned int flags);
void disk_close(struct disk *disk);

/** disk_lock() - keep udev from looking at it; Return: 0, or BUSY after a message */
int disk_lock(const struct disk *disk);

/** disk_let_go() - close it, but remember what is known of it; disk_close() follows */
void disk_let_go(struct disk *disk);

/**
 * disk_read() - read whole sectors
 * @buf: from disk_buffer()
 *
 * Return: 0, or a negative error number.
 */
int disk_read(const struct disk *disk, u64 sector, void *buf, size_t bytes);

/** disk_write() - write whole sectors; durable after disk_flush() */
int disk_write(const struct disk *disk, u64 sector, const void *buf, size_t bytes);

/** disk_flush() - make all writes durable */
int disk_flush(const struct disk *disk);

/** disk_buffer() - zeroed, aligned for any device; NULL after a message; free() it */
void *disk_buffer(size_t bytes);

#endif
