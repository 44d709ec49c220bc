/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which spare block next. Pure bookkeeping: one user at a time, the worker or
 * the life cycle while it is stopped. The counters may be read by anybody.
 *
 * A spare block is handed out only if it is free durably, has not held data
 * since the last resume (a read may be on its way to it), is not bad, and its
 * table block is good.
 */
#ifndef REMAP_SPARE_H
#define REMAP_SPARE_H

#include "metadata.h"

/**
 * struct remap_spare
 * @taken: a bit for each spare block that may not be handed out
 * @total: spare blocks
 * @next: where to look first
 * @used: blocks that hold data or did so since the last resume, or can't be used
 * @bad: blocks known to be bad
 */
struct remap_spare {
	unsigned long *taken;
	u32 total;
	u32 next;
	u32 used;
	u32 bad;
};

/** remap_spare_init() - 0 or -ENOMEM */
int remap_spare_init(struct remap_spare *spare, u32 total);
void remap_spare_exit(struct remap_spare *spare);

/** remap_spare_load() - recompute from the table; no I/O may be under way */
void remap_spare_load(struct remap_spare *spare, struct remap_metadata *md);

/** remap_spare_take() - hand out a block, or REMAP_NO_SPARE when all are used */
u32 remap_spare_take(struct remap_spare *spare);

/**
 * remap_spare_skip() - look elsewhere next
 * @from: block that failed
 * @distance: in blocks; errors cluster
 */
void remap_spare_skip(struct remap_spare *spare, u32 from, u32 distance);

/** remap_spare_give_back() - of a block that was taken and no entry ever named */
void remap_spare_give_back(struct remap_spare *spare, u32 block);

/** remap_spare_close() - take all free blocks of a table block out of use */
void remap_spare_close(struct remap_spare *spare, u32 table_block);

#endif
