/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The medium of a test disk and the cache before it. Nothing here sleeps, but medium_power_cut().
 */
#ifndef MEDIUM_H
#define MEDIUM_H

#include <linux/bio.h>
#include <linux/workqueue.h>

/* The bits of a sector's faults, in the order of the letters of the message. */
#define FAULT_READ	0x01
#define FAULT_WRITE	0x02
#define FAULT_HEALS	0x04
#define FAULT_LANDS	0x08
#define FAULT_MEDIUM	0x10
#define FAULT_SLOW	0x20
#define FAULT_LETTERS	"rwhlms"

/* Of a flush that was told to fail, and of no other. */
#define MEDIUM_FLUSH_FAILED	BLK_STS_MEDIUM

struct testdisk {
	u8 *cache;
	u8 *medium;
	u8 *fault;		/* of each sector */
	unsigned long *dirty;	/* sectors in the cache that are not on the medium */
	sector_t sectors;
	u32 logical, physical;

	spinlock_t lock;	/* all of the above, and below */
	u64 random;
	/* as the messages of these names say */
	u32 outage, protect, flushfail, stopflush, slow;
	u32 jitter_permille, jitter_us;
	/* that were told to fail: which began to, and of which somebody was told */
	u32 flushes_failing, flushes_failed;
	u32 flushes_running;	/* all others */

	struct list_head late;
	struct work_struct work;
	struct workqueue_struct *wq;
};

/* Everything of a disk is looked at and changed between these. The power is common to all. */
unsigned long medium_lock(struct testdisk *d);
void medium_unlock(struct testdisk *d, unsigned long flags);

u32 medium_chance(struct testdisk *d, u32 n);

/* After a failure the rest is done all the same when @go_on. BLK_STS_AGAIN: a flush has to wait. */
blk_status_t medium_do(struct testdisk *d, struct bio *bio, bool go_on);

bool medium_has_power(void);
void medium_set_power(bool on);
/*
 * Of what was not flushed, so many of a thousand pieces of @step sectors are lost.
 * -EBUSY: the power is on
 */
int medium_power_cut(struct testdisk *d, u32 permille, u32 step);

int medium_init(struct testdisk *d);
void medium_exit(struct testdisk *d);

#endif
