// SPDX-License-Identifier: GPL-2.0-only
/*
 * Third step of a batch: carry out what was decided.
 *
 *   write every block to a spare block ; flush ; commit ; publish     (remap_place)
 *   retire what was superseded, in a commit of its own                (remap_retire)
 */
#include <linux/device-mapper.h>
#include <linux/err.h>

#include "repair.h"
#include "trace.h"

#define DM_MSG_PREFIX "remap"

#define MAX_SLOTS	4	/* spare blocks that may fail in a row */

/*
 * Spare blocks
 */

static void retire(struct remap_device *dev, u32 spare, bool bad)
{
	struct remap_change *c;

	if (remap_metadata_block_state(&dev->md, spare) != REMAP_BLOCK_GOOD)
		return;		/* it goes with its table block */
	if (WARN_ON_ONCE(dev->nr_retired == REMAP_MAX_RETIRED))
		return;
	c = &dev->retired[dev->nr_retired++];
	memset(c, 0, sizeof(*c));
	c->spare = spare;
	c->entry.state = bad ? REMAP_ENTRY_BAD : REMAP_ENTRY_FREE;
	c->entry.reason = bad ? REMAP_REASON_SPARE_FAILED : REMAP_REASON_NONE;
	if (bad)
		WRITE_ONCE(dev->spares.bad, dev->spares.bad + 1);
}

/* Lost logical blocks become zeros there: nothing of what the spare held before stays. */
static void wipe_lost(struct remap_device *dev, struct remap_job *job)
{
	u32 unit = dev->md.super.mask_unit;
	u32 i;

	for (i = 0; i < dev->md.super.block_size / unit; i++)
		if (job->lost & BIT_ULL(i))
			memset(job->buf + i * unit, 0, unit);
}

/* No entry ever spoke of it, so nobody reads there: it is as free as before. */
static void give_back(struct remap_device *dev, struct remap_job *job)
{
	u32 slot = job->slot;

	job->slot = REMAP_NO_SPARE;
	if (slot != REMAP_NO_SPARE && job->kind != REMAP_JOB_CLEAR)
		remap_spare_give_back(&dev->spares, slot);
}

/* Writes the block to one spare block. 1: that one is bad, try another. */
static int write_slot(struct remap_device *dev, struct remap_job *job)
{
	blk_status_t status;

	status = remap_disk_write(&dev->spare, remap_spare_sector(dev, job->slot),
				  job->buf, dev->md.super.block_size);
	if (!status)
		return 0;
	if (status == BLK_STS_NOSPC) {
		set_bit(REMAP_SPARE_NOSPC, &dev->flags);
		DMERR("%s: the spare device itself is out of space: remapping stops", dev->name);
		remap_device_event(dev);
		return -ENOSPC;
	}
	if (!remap_fault_suspicious(status))
		return -EIO;
	return remap_confirm_spare(dev, job);
}

static void find_slot(struct remap_device *dev, struct remap_job *job)
{
	u32 distance = (REMAP_COPY_DISTANCE >> SECTOR_SHIFT) / dev->spb;
	unsigned int i;
	int r = -EIO;

	for (i = 0; i < MAX_SLOTS; i++) {
		job->slot = test_bit(REMAP_SPARE_NOSPC, &dev->flags) ? REMAP_NO_SPARE :
			    remap_spare_take(&dev->spares);
		if (job->slot == REMAP_NO_SPARE) {
			remap_job_fail(job, job->status, -ENOSPC);
			return;
		}
		r = write_slot(dev, job);
		if (r <= 0)
			break;
		DMWARN_LIMIT("%s: spare block %u is bad, taking another", dev->name, job->slot);
		retire(dev, job->slot, true);
		remap_spare_skip(&dev->spares, job->slot, distance);
		job->slot = REMAP_NO_SPARE;
		r = -EIO;
	}
	if (r == -ENODEV)
		remap_repair_unreachable(dev, REMAP_FAULT_SPARE);
	if (r) {
		give_back(dev, job);
		remap_job_fail(job, job->status, r);
	}
}

/*
 * Commit
 */

static void fill_entry(struct remap_job *job, struct remap_change *c)
{
	struct remap_disk_entry *e = &c->entry;

	c->spare = job->slot;
	*e = job->entry;
	e->main_block = cpu_to_le64(job->block);
	e->lost = cpu_to_le64(job->lost);
	e->state = REMAP_ENTRY_MAPPED;
	if (job->kind == REMAP_JOB_CLEAR)
		return;
	e->reason = job->reason;
	if (job->kind == REMAP_JOB_NEW && job->lost)
		e->flags |= REMAP_ENTRY_RESCUABLE;
	if (job->kind == REMAP_JOB_MOVE && job->lost & ~le64_to_cpu(job->entry.lost))
		e->flags &= ~REMAP_ENTRY_RESCUABLE;	/* main is older than what was lost */
}

/* Logical blocks that this job gave up, for good or until they are rescued. */
static unsigned int given_up(struct remap_device *dev, const struct remap_job *job)
{
	u64 gone = job->lost & ~le64_to_cpu(job->entry.lost);

	if (job->kind == REMAP_JOB_CLEAR)
		return 0;
	/* a move has the whole spare block to lose, a new entry what there is of main */
	if (job->kind == REMAP_JOB_NEW)
		gone &= remap_job_valid(dev, job->block);
	return hweight64(gone);
}

static void count(struct remap_device *dev, struct remap_job *job)
{
	u64 valid = remap_job_valid(dev, job->block);
	u64 before = hweight64(le64_to_cpu(job->entry.lost) & valid);

	remap_count(&dev->counters.lost, hweight64(job->lost & valid) - before);
	if (job->kind == REMAP_JOB_NEW)
		WRITE_ONCE(dev->map.remapped, dev->map.remapped + 1);
	if (job->kind != REMAP_JOB_CLEAR && !given_up(dev, job))
		remap_count(&dev->counters.salvaged, 1);
	if (job->kind == REMAP_JOB_CLEAR && job->request)
		remap_count(&dev->counters.rescued, hweight64(job->payload));
}

static void publish(struct remap_device *dev, struct remap_job *job)
{
	unsigned int lost = given_up(dev, job);

	remap_map_set(&dev->map, job->block, remap_place_on_spare(job->slot, job->lost));
	job->state = REMAP_JOB_DONE;
	count(dev, job);
	trace_remap_remapped(dev, job);
	if (job->kind == REMAP_JOB_MOVE)
		retire(dev, remap_job_old_spare(job), job->proven || job->gone);
	if (lost)
		DMERR_LIMIT("%s: block %llu could not be read whole: %u logical blocks are lost and read as errors until written; it is on spare block %u now",
			    dev->name, job->block, lost, job->slot);
	else if (job->kind != REMAP_JOB_CLEAR && job->reason != REMAP_REASON_MANUAL)
		DMWARN_LIMIT("%s: block %llu is on spare block %u now, without loss",
			     dev->name, job->block, job->slot);
}

/* A commit may have cost this spare block's table block one of its copies. */
static void see_frozen(struct remap_device *dev, u32 spare)
{
	if (remap_metadata_block_state(&dev->md, spare) != REMAP_BLOCK_FROZEN)
		return;
	remap_spare_close(&dev->spares, spare / REMAP_ENTRIES_PER_BLOCK);
	set_bit(REMAP_EVACUATE, &dev->flags);
}

static void finish(struct remap_device *dev, struct remap_job *job, enum remap_outcome outcome)
{
	if (outcome == REMAP_HAPPENED) {
		publish(dev, job);
	} else if (outcome == REMAP_DID_NOT_HAPPEN) {
		if (remap_device_mode(dev) == REMAP_MODE_RW)
			job->state = REMAP_JOB_AGAIN;
		else
			remap_job_fail(job, job->status ?: BLK_STS_IOERR, -EROFS);
	} else {
		remap_map_set(&dev->map, job->block, job->old | REMAP_PLACE_DOUBT);
		job->state = REMAP_JOB_DOUBT;
		job->status = BLK_STS_IOERR;
		job->error = -EIO;
	}
	see_frozen(dev, job->slot);
}

static void commit(struct remap_device *dev, struct remap_job **jobs, unsigned int nr)
{
	unsigned int i;

	memset(dev->changes, 0, nr * sizeof(*dev->changes));
	for (i = 0; i < nr; i++)
		fill_entry(jobs[i], &dev->changes[i]);
	remap_metadata_commit(&dev->md, dev->changes, nr);
	for (i = 0; i < nr; i++)
		finish(dev, jobs[i], dev->changes[i].outcome);
}

void remap_place(struct remap_device *dev)
{
	struct remap_job *jobs[REMAP_BATCH];
	unsigned int i, nr = 0;

	for (i = 0; i < dev->nr_jobs; i++) {
		struct remap_job *job = &dev->jobs[i];

		if (job->state != REMAP_JOB_PLACE)
			continue;
		wipe_lost(dev, job);
		if (job->kind == REMAP_JOB_CLEAR)
			job->slot = remap_job_old_spare(job);
		else
			find_slot(dev, job);
		if (job->state == REMAP_JOB_PLACE)
			jobs[nr++] = job;
	}
	if (!nr)
		return;
	if (remap_disk_flush(&dev->spare)) {
		while (nr--) {
			give_back(dev, jobs[nr]);
			jobs[nr]->state = REMAP_JOB_AGAIN;
		}
		return;
	}
	commit(dev, jobs, nr);
}

/*
 * The superseded entry loses against the newer one with or without this, so
 * failure changes nothing for the block; the spare block just stays in use.
 */
void remap_retire(struct remap_device *dev)
{
	unsigned int i, n;

	for (i = 0; i < dev->nr_retired; i += n) {
		n = min_t(unsigned int, dev->nr_retired - i, REMAP_BATCH);
		remap_metadata_commit(&dev->md, &dev->retired[i], n);
	}
	for (i = 0; i < dev->nr_retired; i++)
		see_frozen(dev, dev->retired[i].spare);
	dev->nr_retired = 0;
}

/*
 * Frozen table blocks
 */

static bool evacuate_entry(struct remap_device *dev, u32 spare)
{
	struct remap_disk_entry *e = remap_metadata_truth(&dev->md, spare);
	u64 block = le64_to_cpu(e->main_block);
	remap_place_t place;

	if (e->state != REMAP_ENTRY_MAPPED)
		return false;
	place = remap_map_get(&dev->map, block);
	/* superseded already: the newer entry wins */
	if (remap_place_spare(place) != spare)
		return false;
	if (!(place & (REMAP_PLACE_BUSY | REMAP_PLACE_DOUBT)) &&
	    IS_ERR(remap_job_new(dev, block, REMAP_JOB_MOVE, REMAP_REASON_SPARE_FAILED)))
		dev->evacuate_later = true;
	return true;
}

/* Jobs for its entries; if there are none left, it is buried. Anything done? */
static bool evacuate_block(struct remap_device *dev, u32 k)
{
	u32 first = k * REMAP_ENTRIES_PER_BLOCK, i;
	unsigned int before = dev->nr_jobs;
	bool empty = true;

	for (i = first; i < first + REMAP_ENTRIES_PER_BLOCK && i < dev->spares.total; i++)
		if (evacuate_entry(dev, i))
			empty = false;
	if (!empty)
		return dev->nr_jobs > before;
	if (remap_metadata_bury(&dev->md, k)) {
		dev->evacuate_later = true;
		return false;
	}
	DMWARN("%s: table block %u of the spare is out of use now; all its blocks were moved",
	       dev->name, k);
	return true;
}

void remap_evacuate(struct remap_device *dev)
{
	bool progress = false;
	u32 k;

	if (!test_and_clear_bit(REMAP_EVACUATE, &dev->flags))
		return;
	if (remap_device_mode(dev) == REMAP_MODE_RW &&
	    !test_bit(REMAP_SUSPENDING, &dev->flags))
		for (k = 0; k < dev->md.super.table_blocks && dev->nr_jobs < REMAP_BATCH; k++)
			if (dev->md.block_state[k] == REMAP_BLOCK_FROZEN)
				progress |= evacuate_block(dev, k);
	/* What can't go on must not spin. */
	if (progress)
		set_bit(REMAP_EVACUATE, &dev->flags);
}
