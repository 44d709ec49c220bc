/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A job is one claimed block on its way through a batch:
 *
 *	walk.c     makes it        (claim)
 *	confirm.c  judges it       (confirm, salvage)
 *	place.c    carries it out  (place, flush, commit, publish, retire)
 *	repair.c   is the line that strings these together, and tells the bios
 *
 * Everything here belongs to the worker.
 */
#ifndef REMAP_JOB_H
#define REMAP_JOB_H

#include <linux/jiffies.h>

#include "device.h"

enum remap_job_kind {
	REMAP_JOB_NEW,		/* from main to a spare block */
	REMAP_JOB_MOVE,		/* from a spare block to another */
	REMAP_JOB_CLEAR,	/* lost logical blocks were written or rescued in place */
};

/**
 * enum remap_job_state
 * @REMAP_JOB_OPEN: nothing decided yet
 * @REMAP_JOB_PLACE: to be written to a spare block and committed
 * @REMAP_JOB_DONE: durable and published
 * @REMAP_JOB_HEALTHY: the suspect works after all: nothing changes
 * @REMAP_JOB_AGAIN: this attempt failed, another may not
 * @REMAP_JOB_FAILED: nothing changed, and @status says why
 * @REMAP_JOB_DOUBT: the commit is undecided
 */
enum remap_job_state {
	REMAP_JOB_OPEN,
	REMAP_JOB_PLACE,
	REMAP_JOB_DONE,
	REMAP_JOB_HEALTHY,
	REMAP_JOB_AGAIN,
	REMAP_JOB_FAILED,
	REMAP_JOB_DOUBT,
};

enum remap_request_kind {
	REMAP_REQUEST_RELOCATE,
	REMAP_REQUEST_REPORT,	/* relocate only with evidence */
	REMAP_REQUEST_RETRY,
	REMAP_REQUEST_HEALTH,
};

/**
 * struct remap_request - from a message or a client
 * @next: next block to look at
 * @end: behind the last one
 * @changed: blocks moved, logical blocks rescued
 * @skipped: blocks there was nothing to do for
 * @rounds: attempts that came to nothing
 * @failed_at: block where
 * @error: the first one; ends the request
 */
struct remap_request {
	struct list_head list;
	enum remap_request_kind kind;
	enum remap_reason reason;
	u64 next;
	u64 end;
	u64 changed;
	u64 skipped;
	unsigned int rounds;
	u64 failed_at;
	int error;
	struct completion done;
};

/**
 * struct remap_job
 * @block: of main
 * @bio: whose failure or write it is, or NULL
 * @request: or who asked for it, or NULL
 * @old: the block's place before the claim
 * @entry: of the old place, if it was remapped
 * @buf: the block's content as far as known
 * @payload: logical blocks in @buf that came from a write
 * @have: logical blocks in @buf that are right; includes @payload
 * @touched: logical blocks that were tried in any window
 * @untried: and those for which there was no time left
 * @failed: logical blocks that could not be read in the last window
 * @gone: could not be read, confirmed
 * @lost: logical blocks that will be recorded as lost
 * @wanted: logical blocks that the bio asked for
 * @suspect: first sector of what failed, relative to the block; it made this a job
 * @suspect_sectors: 0: no suspicion, only a request to move
 * @suspect_write: it failed as a write
 * @proven: the suspect is bad, confirmed
 * @windows: control windows it still has to fail in
 * @tried: in this window
 * @since: this window's try began (jiffies)
 * @spent: time in tries before
 * @status: of the failure, for the bio
 * @error: negative errno, for the request
 * @slot: spare block it goes to
 */
struct remap_job {
	u64 block;
	enum remap_job_kind kind;
	enum remap_job_state state;
	enum remap_reason reason;
	struct bio *bio;
	struct remap_request *request;
	remap_place_t old;
	struct remap_disk_entry entry;
	void *buf;
	u64 payload;
	u64 have;
	u64 touched;
	u64 untried;
	u64 failed;
	u64 gone;
	u64 lost;
	u64 wanted;
	u32 suspect;
	u32 suspect_sectors;
	bool suspect_write;
	bool proven;
	u8 windows;
	bool tried;
	unsigned long since;
	unsigned long spent;
	blk_status_t status;
	int error;
	u32 slot;
};

/* Bits of the logical blocks that cover these sectors of a block. */
static inline u64 remap_job_bits(struct remap_device *dev, u32 first, u32 sectors)
{
	u32 unit = dev->md.super.mask_unit >> SECTOR_SHIFT;

	return GENMASK_ULL((first + sectors - 1) / unit, first / unit);
}

/* Sectors of this block that main really has: the last may be cut short. */
static inline u32 remap_job_sectors(struct remap_device *dev, u64 block)
{
	sector_t left = dev->ti->len - (block << dev->map.block_shift);

	return min_t(sector_t, left, dev->spb);
}

/* Likewise, its logical blocks. */
static inline u64 remap_job_valid(struct remap_device *dev, u64 block)
{
	return remap_job_bits(dev, 0, remap_job_sectors(dev, block));
}

/* A drive may take long over each bad sector; no more than this for one block. */
#define REMAP_JOB_PATIENCE	(30 * HZ)

static inline bool remap_job_in_time(const struct remap_job *job)
{
	return job->spent + (jiffies - job->since) < REMAP_JOB_PATIENCE;
}

static inline void remap_job_fail(struct remap_job *job, blk_status_t status, int error)
{
	job->state = REMAP_JOB_FAILED;
	job->status = status;
	job->error = error;
}

/* The first failure ends a request. */
static inline void remap_request_fail(struct remap_request *req, u64 block, int error)
{
	if (req->error)
		return;
	req->error = error;
	req->failed_at = block;
}

static inline u32 remap_job_old_spare(struct remap_job *job)
{
	return remap_place_spare(job->old);
}

/* walk.c */

/** remap_walk() - bios and requests until the batch is full or nothing is left */
void remap_walk(struct remap_device *dev);

/** remap_job_copy() - between the part of a bio in this block and the job's buffer */
void remap_job_copy(struct remap_device *dev, struct remap_job *job, bool to_bio);

/* confirm.c */

/** remap_confirm() - gather evidence and salvage; leaves no job open */
void remap_confirm(struct remap_device *dev);

/**
 * remap_confirm_spare() - a write to @job's spare block failed: is the block bad?
 * Return: 1 it is, 0 it was written after all, -ENODEV the spare does not answer
 */
int remap_confirm_spare(struct remap_device *dev, struct remap_job *job);

/** remap_confirm_probe() - does main, or the spare, answer now? */
bool remap_confirm_probe(struct remap_device *dev, enum remap_fault_disk which);

/** remap_confirm_breaker() - see whether it closes: time has passed, or the limit was raised */
void remap_confirm_breaker(struct remap_device *dev);

/* place.c */

/** remap_place() - spare block, data, flush, commit, publish, for all of the batch */
void remap_place(struct remap_device *dev);

/** remap_retire() - make superseded and bad entries durable */
void remap_retire(struct remap_device *dev);

/** remap_evacuate() - jobs for the entries in frozen table blocks, if any */
void remap_evacuate(struct remap_device *dev);

/** remap_job_new() - claim a block. NULL: batch full; ERR_PTR(-ENOMEM) */
struct remap_job *remap_job_new(struct remap_device *dev, u64 block,
				enum remap_job_kind kind, enum remap_reason reason);

#endif
