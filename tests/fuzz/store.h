/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The memory behind a block device, with a volatile cache and places that fail. It
 * stands behind the contract of dm-remap-core/disk.h.
 */
#ifndef STORE_H
#define STORE_H

#include "kernel.h"
#include "disk.h"

#define STORE_WRITES	512	/* kept between two flushes */
#define STORE_PAGE	4096

/* what a page does; bits */
#define STORE_UNREADABLE	1
#define STORE_UNWRITABLE	2

struct store_write {
	sector_t sector;
	size_t bytes;
	size_t at;	/* in the arena */
};

/**
 * struct store
 * @now: what a read returns
 * @durable: what is left if all cached writes are lost
 * @allowed: a write must match this; NULL: no write is allowed at all
 * @faults: STORE_* for each page of 4096 bytes
 * @fail_flush: this many flushes fail from now on
 * @cut_after: power goes after so many writes and flushes; negative: never
 * @writes: so far, flushes not counted
 * @beyond: reads that reached past the end
 */
struct store {
	size_t sectors;
	u8 *now, *durable;
	bool (*allowed)(struct store *store, sector_t sector, size_t bytes);
	u8 *faults;
	unsigned int fail_flush;
	int cut_after;
	unsigned int steps, writes, beyond;
	bool off;
	struct store_write pending[STORE_WRITES];
	unsigned int nr_pending;
	u8 *arena;
	size_t arena_used, arena_room;
};

void store_init(struct store *store, size_t sectors);
void store_exit(struct store *store);

/** store_set() - this content, durable, no faults, power on */
void store_set(struct store *store, const u8 *image);

/** store_heal() - no faults any more, power on */
void store_heal(struct store *store);

/**
 * store_power_cut() - what was not flushed is decided by @fates
 *
 * Two bits a write: lost, kept, its first sector only, all but its first sector.
 */
void store_power_cut(struct store *store, u32 fates);

#endif
