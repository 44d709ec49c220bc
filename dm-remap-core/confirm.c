// SPDX-License-Identifier: GPL-2.0-only
/*
 * Second step of a batch: evidence, and salvage in the same breath.
 *
 *   window:  3 control reads | every open job is tried | 3 control reads
 *
 * What fails with IOERR counts only inside a window in which the rest of the
 * device answered before and after, and only if it fails in two windows
 * confirm_ms apart. So a device that goes away and comes back costs nothing. MEDIUM
 * speaks of the sector itself, but of a whole request: it has to be repeated alone.
 */
#include <linux/delay.h>
#include <linux/jiffies.h>
#include <linux/random.h>

#include "repair.h"
#include "trace.h"

#define DM_MSG_PREFIX "remap"

static bool on_disk(const struct remap_job *job, enum remap_fault_disk which)
{
	return (job->kind == REMAP_JOB_MOVE) == (which == REMAP_FAULT_SPARE);
}

static struct remap_disk *disk_of(struct remap_device *dev, enum remap_fault_disk which)
{
	return which == REMAP_FAULT_SPARE ? &dev->spare : &dev->main;
}

static u64 now_ms(void)
{
	return ktime_to_ms(ktime_get_boottime());
}

/* It opens by what fails, in allow(), and closes by itself. */
void remap_confirm_breaker(struct remap_device *dev)
{
	dev->fault.storm_limit = READ_ONCE(dev->knobs.storm_limit);
	if (!remap_fault_calms(&dev->fault, now_ms()))
		return;
	DMWARN("%s: blocks fail less often again: all that fail are remapped, as before",
	       dev->name);
	remap_device_event(dev);
}

/*
 * Control reads
 */

static bool in_trouble(struct remap_device *dev, enum remap_fault_disk which,
		       sector_t sector, unsigned int try)
{
	u64 slot;

	if (which == REMAP_FAULT_MAIN) {
		/* a whole region away, unless the device has no such place */
		if (try < 32)
			return !remap_map_quiet(&dev->map, sector, sector);
		return remap_map_get(&dev->map, sector >> dev->map.block_shift);
	}
	if (sector < dev->md.super.data)
		return false;
	slot = div_u64(sector - dev->md.super.data, dev->spb);
	return slot < dev->spares.total && test_bit(slot, dev->spares.taken);
}

static bool control_read(struct remap_device *dev, enum remap_fault_disk which)
{
	struct remap_disk *disk = disk_of(dev, which);
	sector_t length = which == REMAP_FAULT_MAIN ? dev->ti->len : dev->md.super.length;
	/* a table may be shorter than a physical block */
	u32 unit = min_t(u64, disk->unit >> SECTOR_SHIFT, length);
	unsigned int try;

	for (try = 0; try < 64; try++) {
		u64 units = div_u64(length, unit);
		u64 random = get_random_u32() | (u64)get_random_u32() << 32;
		sector_t sector = (random % units) * unit;

		/* a spare that is all in use still has its table */
		if (which == REMAP_FAULT_SPARE && try >= 32)
			sector = (random % max_t(u64, 1, div_u64(dev->md.super.data, unit))) * unit;

		if (!in_trouble(dev, which, sector, try))
			return !remap_disk_read(disk, sector, dev->bounce,
						(size_t)unit << SECTOR_SHIFT);
	}
	return false;
}

/*
 * Two of three must answer. On a disk with many bad places the three may all hit some:
 * so before it is called silent it is asked more often. A disk that is gone answers none.
 */
bool remap_confirm_probe(struct remap_device *dev, enum remap_fault_disk which)
{
	unsigned int i, answers = 0;

	for (i = 0; i < REMAP_CONTROL_READS; i++)
		answers += control_read(dev, which);
	for (i = 0; i < REMAP_CONTROL_MORE && answers < REMAP_CONTROL_ANSWERS; i++)
		answers += control_read(dev, which);
	return answers >= REMAP_CONTROL_ANSWERS;
}

/*
 * One try of one job
 */

static sector_t source(struct remap_device *dev, const struct remap_job *job)
{
	if (job->kind == REMAP_JOB_MOVE)
		return remap_spare_sector(dev, remap_place_spare(job->old));
	return job->block << dev->map.block_shift;
}

/* The suspect works after all. */
static void acquit(struct remap_device *dev, struct remap_job *job)
{
	job->state = REMAP_JOB_HEALTHY;
	job->error = -EUCLEAN;
	remap_count(&dev->counters.unconfirmed, 1);
}

static void retry_write(struct remap_device *dev, struct remap_job *job,
			struct remap_disk *disk)
{
	/* as the user wrote it: some drives fail only when they can't use their cache */
	bool fua = job->bio && remap_bio_of(job->bio)->opf & REQ_FUA;
	blk_status_t status;

	status = remap_disk_rewrite(disk, source(dev, job) + job->suspect,
				    job->buf + (job->suspect << SECTOR_SHIFT),
				    job->suspect_sectors << SECTOR_SHIFT, fua);
	if (!status)
		acquit(dev, job);
	else if (!remap_fault_suspicious(status))
		remap_job_fail(job, status, -EIO);
	else if (!remap_fault_needs_window(status))
		job->proven = true;
	else
		job->status = status;
}

static void keep(struct remap_device *dev, struct remap_job *job, u32 offset,
		 u32 sectors, u64 wanted)
{
	u32 unit = dev->md.super.mask_unit >> SECTOR_SHIFT;
	u32 i;

	for (i = 0; i < sectors; i += unit) {
		u64 bit = remap_job_bits(dev, offset + i, unit);

		if (wanted & bit)
			memcpy(job->buf + ((offset + i) << SECTOR_SHIFT),
			       dev->bounce + (i << SECTOR_SHIFT), dev->md.super.mask_unit);
	}
	job->have |= wanted;
}

/*
 * Reads one unit of the block for the logical blocks that are still wanted of it.
 * What was tried before gets its read in this window whatever the clock says: a
 * window without a try would be no evidence.
 */
static void salvage_unit(struct remap_device *dev, struct remap_job *job,
			 struct remap_disk *disk, u32 offset, u32 sectors, u64 wanted)
{
	unsigned int tries = 1 + READ_ONCE(dev->knobs.read_retries), medium = 0;
	blk_status_t status;

	if (!(wanted & job->touched) && !remap_job_in_time(job)) {
		job->untried |= wanted;
		return;
	}
	job->touched |= wanted;
	do {
		status = remap_disk_read(disk, source(dev, job) + offset, dev->bounce,
					 sectors << SECTOR_SHIFT);
		if (!status) {
			keep(dev, job, offset, sectors, wanted);
			return;
		}
		medium += status == BLK_STS_MEDIUM;
	} while (--tries && remap_job_in_time(job));
	if (!remap_fault_suspicious(status)) {
		remap_job_fail(job, status, -EIO);
		return;
	}
	if (!job->suspect_write || !job->status)
		job->status = status;
	if (medium > 1)
		job->gone |= wanted;
	else
		job->failed |= wanted;
}

/*
 * What nobody suspects is read in one command first: unit by unit a slow disk may need
 * minutes. The time for the units begins after it.
 */
static void read_whole(struct remap_device *dev, struct remap_job *job)
{
	u64 wanted = remap_job_valid(dev, job->block) & ~job->have;
	u32 n = remap_job_sectors(dev, job->block);

	if (!remap_disk_read(&dev->main, source(dev, job), dev->bounce,
			     (size_t)n << SECTOR_SHIFT))
		keep(dev, job, 0, n, wanted);
	job->since = jiffies;
}

static void salvage(struct remap_device *dev, struct remap_job *job, struct remap_disk *disk)
{
	u32 unit = disk->unit >> SECTOR_SHIFT;
	/* a spare block is whole, also where the device was made smaller */
	u64 valid = job->kind == REMAP_JOB_NEW ? remap_job_valid(dev, job->block) : U64_MAX;
	/* spare blocks are aligned to their disk already */
	sector_t base = job->kind == REMAP_JOB_NEW ? disk->start + source(dev, job) : 0;
	u32 offset, n;

	for (offset = 0; offset < dev->spb && job->state == REMAP_JOB_OPEN; offset += n) {
		u64 bits;

		n = min_t(u32, unit - ((base + offset) & (unit - 1)), dev->spb - offset);
		bits = remap_job_bits(dev, offset, n) & valid;
		bits &= ~(job->have | job->gone | le64_to_cpu(job->entry.lost));
		if (job->kind == REMAP_JOB_NEW)
			n = min_t(sector_t, n, dev->ti->len - (source(dev, job) + offset));
		if (bits)
			salvage_unit(dev, job, disk, offset, n, bits);
		if (job->kind == REMAP_JOB_NEW &&
		    source(dev, job) + offset + n >= dev->ti->len)
			break;
	}
}

static void try_job(struct remap_device *dev, struct remap_job *job, struct remap_disk *disk)
{
	bool first = !job->touched;	/* not in each window */

	job->tried = true;
	job->failed = 0;
	job->untried = 0;
	job->since = jiffies;
	if (job->suspect_write && !job->proven)
		retry_write(dev, job, disk);
	if (first && job->kind == REMAP_JOB_NEW && !job->suspect_sectors)
		read_whole(dev, job);
	if (job->state == REMAP_JOB_OPEN)
		salvage(dev, job, disk);
	job->spent += jiffies - job->since;
}

/*
 * Verdict
 */

static bool undecided(const struct remap_job *job)
{
	return job->failed || (job->suspect_write && !job->proven);
}

/* Was this a false alarm? */
static bool healthy(struct remap_device *dev, const struct remap_job *job)
{
	return job->suspect_sectors && !job->suspect_write && !job->gone;
}

static void allow(struct remap_device *dev, struct remap_job *job)
{
	bool automatic = job->reason == REMAP_REASON_WRITE_ERROR ||
			 job->reason == REMAP_REASON_READ_ERROR ||
			 job->reason == REMAP_REASON_SLOW ||
			 job->reason == REMAP_REASON_IMPORTED;
	bool write = job->suspect_write;

	if (job->kind == REMAP_JOB_NEW && write) {
		remap_count(&dev->counters.write_errors, 1);
		/* a success since this batch began, anywhere, and main is not dead */
		if (!test_bit(REMAP_WRITE_SEEN, &dev->flags) &&
		    remap_fault_write_failed(&dev->fault, source(dev, job))) {
			DMERR_LIMIT("%s: the main device reads but refuses all writes: remapping stops until a write succeeds",
				    dev->name);
			remap_device_event(dev);
			remap_job_fail(job, job->status, -EIO);
			return;
		}
	} else if (job->kind == REMAP_JOB_NEW && job->suspect_sectors) {
		remap_count(&dev->counters.read_errors, 1);
	}
	if (automatic &&
	    !remap_fault_allows(&dev->fault, !write, remap_spares_free(dev), now_ms())) {
		remap_job_fail(job, job->status, -EBUSY);
		return;
	}
	if (READ_ONCE(dev->fault.unreachable[REMAP_FAULT_SPARE])) {
		remap_job_fail(job, job->status, -ENODEV);
		return;
	}
	if (automatic && dev->fault.storm)
		msleep(100);	/* a rescue goes on, but not at full speed */
	/* slow blocks have a budget of their own, and users' failures need this one */
	if (automatic && job->reason != REMAP_REASON_SLOW &&
	    remap_fault_count(&dev->fault, remap_spares_free(dev), now_ms())) {
		DMERR("%s: too many blocks fail too fast: only writes are remapped until it calms down",
		      dev->name);
		remap_device_event(dev);
	}
	job->state = REMAP_JOB_PLACE;
}

static void settle(struct remap_device *dev, struct remap_job *job)
{
	u64 full = remap_format_full_mask(&dev->md.super);

	if (healthy(dev, job)) {
		acquit(dev, job);
		return;
	}
	/*
	 * Out of time on main: the rest may be rescued later. On the spare it may
	 * not, so there it stays where it is. So does what need not be moved.
	 */
	if (job->untried && (job->kind == REMAP_JOB_MOVE ||
			     job->reason == REMAP_REASON_SLOW)) {
		remap_job_fail(job, job->status ?: BLK_STS_IOERR, -ETIMEDOUT);
		return;
	}
	job->lost = full & ~job->have;
	/* what was never there to be read is lost too, until main grows */
	allow(dev, job);
}

static void judge(struct remap_device *dev, struct remap_job *job,
		  enum remap_fault_disk which, bool counted, bool answered)
{
	if (job->state != REMAP_JOB_OPEN)
		return;
	if (job->tried && !undecided(job)) {
		settle(dev, job);
	} else if (!answered) {
		remap_job_fail(job, job->status, -ENODEV);
		remap_repair_unreachable(dev, which);
	} else if (!counted || !job->windows) {
		job->windows = REMAP_WINDOWS;	/* this suspicion is new */
	} else if (--job->windows == 0) {
		job->gone |= job->failed;
		job->failed = 0;
		job->proven = true;
		settle(dev, job);
	}
}

static bool any(struct remap_device *dev, enum remap_fault_disk which,
		bool (*is)(const struct remap_job *job))
{
	unsigned int i;

	for (i = 0; i < dev->nr_jobs; i++)
		if (dev->jobs[i].state == REMAP_JOB_OPEN && on_disk(&dev->jobs[i], which) &&
		    is(&dev->jobs[i]))
			return true;
	return false;
}

static bool is_open(const struct remap_job *job)
{
	return true;
}

static bool needs_window(const struct remap_job *job)
{
	return job->windows;
}

static void window(struct remap_device *dev, enum remap_fault_disk which)
{
	bool counted = any(dev, which, needs_window);
	bool answered = !counted || remap_confirm_probe(dev, which);
	struct remap_job *job;
	unsigned int i;

	for (i = 0; i < dev->nr_jobs; i++) {
		job = &dev->jobs[i];
		job->tried = false;
		if (job->state == REMAP_JOB_OPEN && on_disk(job, which) &&
		    (answered || !job->windows))
			try_job(dev, job, disk_of(dev, which));
	}
	if (answered && any(dev, which, undecided))
		answered = remap_confirm_probe(dev, which);
	for (i = 0; i < dev->nr_jobs; i++) {
		job = &dev->jobs[i];
		if (on_disk(job, which))
			judge(dev, job, which, counted, answered);
	}
}

static void confirm(struct remap_device *dev, enum remap_fault_disk which)
{
	window(dev, which);
	while (any(dev, which, is_open)) {
		msleep(READ_ONCE(dev->knobs.confirm_ms));
		window(dev, which);
	}
}

void remap_confirm(struct remap_device *dev)
{
	unsigned int i;

	for (i = 0; i < dev->nr_jobs; i++) {
		struct remap_job *job = &dev->jobs[i];

		/* Its data is in place already, and nothing was suspected. */
		if (job->kind != REMAP_JOB_CLEAR || job->state != REMAP_JOB_OPEN)
			continue;
		job->lost = le64_to_cpu(job->entry.lost) & ~job->payload;
		job->state = REMAP_JOB_PLACE;
	}
	confirm(dev, REMAP_FAULT_MAIN);
	confirm(dev, REMAP_FAULT_SPARE);
}

int remap_confirm_spare(struct remap_device *dev, struct remap_job *job)
{
	sector_t sector = remap_spare_sector(dev, job->slot);
	unsigned int i;

	for (i = 0; i < REMAP_WINDOWS; i++) {
		blk_status_t status;

		if (i)
			msleep(READ_ONCE(dev->knobs.confirm_ms));
		if (!remap_confirm_probe(dev, REMAP_FAULT_SPARE))
			return -ENODEV;
		status = remap_disk_write(&dev->spare, sector, job->buf,
					  dev->md.super.block_size);
		if (!status)
			return 0;
		if (!remap_fault_suspicious(status))
			return -EIO;
		if (!remap_confirm_probe(dev, REMAP_FAULT_SPARE))
			return -ENODEV;
		if (!remap_fault_needs_window(status))
			break;
	}
	return 1;
}
