// SPDX-License-Identifier: GPL-2.0-only
/*
 * Back to the main device, while no I/O is under way.
 *
 *   read the spare block ; write it to main ; flush ; read back, the same?
 *   its entry becomes free: copy A, flush, copy B, flush ; the map forgets the block
 *
 * Until the entry is free in both copies, main and the spare block hold the
 * same, so a power cut leaves the block with its data, wherever it is.
 */
#include <linux/device-mapper.h>
#include <linux/jiffies.h>
#include <linux/string.h>

#include "../compat/compat.h"
#include "recover.h"
#include "repair.h"
#include "trace.h"

#define DM_MSG_PREFIX "remap"

/* Foreground I/O stands still meanwhile. */
#define WINDOW	HZ

/*
 * Wishes
 */

int remap_recover_want(struct remap_device *dev, u64 first, u64 end)
{
	struct remap_recover *rec = &dev->recover;
	int r;

	spin_lock_irq(&dev->lock);
	r = remap_repair_closed(dev);
	if (!r && remap_device_mode(dev) != REMAP_MODE_RW)
		r = -EROFS;
	if (!r && rec->nr == REMAP_MAX_RECOVER)
		r = -EBUSY;
	if (!r) {
		rec->ranges[rec->nr].generation = READ_ONCE(dev->md.generation);
		rec->ranges[rec->nr].next = first;
		rec->ranges[rec->nr++].end = end;
	}
	spin_unlock_irq(&dev->lock);
	return r;
}

void remap_recover_cancel(struct remap_device *dev)
{
	spin_lock_irq(&dev->lock);
	dev->recover.nr = 0;
	spin_unlock_irq(&dev->lock);
}

void remap_recover_figures(struct remap_device *dev, u64 *waiting, u64 *recovered,
			   u64 *kept)
{
	struct remap_recover *rec = &dev->recover;
	unsigned int i;

	*waiting = 0;
	spin_lock_irq(&dev->lock);
	for (i = 0; i < rec->nr; i++)
		*waiting += rec->ranges[i].end - rec->ranges[i].next;
	*recovered = rec->recovered;
	*kept = rec->kept;
	spin_unlock_irq(&dev->lock);
}

/* A block that has failed since does not go back to where it just failed. */
static bool meant(struct remap_device *dev, const struct remap_range *range,
		  remap_place_t place)
{
	u32 spare = remap_place_spare(place);

	return spare == REMAP_NO_SPARE ||
	       le64_to_cpu(remap_metadata_truth(&dev->md, spare)->generation) <=
	       range->generation;
}

/* The next remapped block that is wished for, or U64_MAX. */
static u64 next_wish(struct remap_device *dev, remap_place_t *place)
{
	struct remap_recover *rec = &dev->recover;
	u64 block = U64_MAX;

	spin_lock_irq(&dev->lock);
	while (rec->nr && block == U64_MAX) {
		struct remap_range *range = &rec->ranges[0];

		if (range->next < range->end)
			block = remap_map_first(&dev->map, range->next, range->end - 1, place);
		if (block == U64_MAX) {
			*range = rec->ranges[--rec->nr];
			continue;
		}
		range->next = block + 1;
		if (!meant(dev, range, *place))
			block = U64_MAX;
	}
	spin_unlock_irq(&dev->lock);
	return block;
}

/*
 * One block
 */

static size_t bytes_on_main(struct remap_device *dev, u64 block)
{
	return (size_t)remap_job_sectors(dev, block) << SECTOR_SHIFT;
}

/* Beyond the end of the device there is more of main: what it holds there is read after growth. */
static bool main_goes_on(struct remap_device *dev)
{
	sector_t room = compat_bdev_sectors(dev->main.dev->bdev) - dev->main.start;

	return room - dev->ti->len >= dev->md.super.mask_unit >> SECTOR_SHIFT;
}

/* Neither lost data nor an entry that cannot be freed goes anywhere. */
static const char *must_stay(struct remap_device *dev, u64 block, remap_place_t place)
{
	u32 spare = remap_place_spare(place);
	u64 full = remap_job_bits(dev, 0, dev->spb), lost;
	struct remap_disk_entry *e;

	if (place & (REMAP_PLACE_BUSY | REMAP_PLACE_DOUBT) || spare == REMAP_NO_SPARE)
		return "what the spare says of it is not decided";
	e = remap_metadata_truth(&dev->md, spare);
	lost = le64_to_cpu(e->lost);
	if (lost & remap_job_valid(dev, block))
		return "some of its data is lost";
	/* it may have been lost while the device was longer; or never was there */
	if (lost & ~remap_job_valid(dev, block) && !(e->flags & REMAP_ENTRY_RESCUABLE) &&
	    main_goes_on(dev))
		return "some of its data beyond the end of the device may be lost";
	/* what is there only on the spare, after the device was made smaller */
	if (full & ~remap_job_valid(dev, block) & ~lost)
		return "it holds data beyond the end of the device";
	if (remap_metadata_block_state(&dev->md, spare) != REMAP_BLOCK_GOOD)
		return "its entry is in a damaged part of the table, and moves to another first";
	return NULL;
}

static const char *copy_back(struct remap_device *dev, struct remap_job *job)
{
	sector_t sector = job->block << dev->map.block_shift;

	if (remap_disk_read(&dev->spare, remap_spare_sector(dev, remap_job_old_spare(job)),
			    job->buf, dev->md.super.block_size))
		return "its spare block cannot be read";
	if (remap_disk_write(&dev->main, sector, job->buf, bytes_on_main(dev, job->block)))
		return "the main device does not take it";
	return NULL;
}

static const char *read_back(struct remap_device *dev, struct remap_job *job)
{
	size_t bytes = bytes_on_main(dev, job->block);

	if (remap_disk_read(&dev->main, job->block << dev->map.block_shift, dev->bounce, bytes))
		return "it cannot be read back from the main device";
	if (memcmp(job->buf, dev->bounce, bytes))
		return "the main device gives back something else";
	return NULL;
}

static void keep(struct remap_device *dev, u64 block, const char *why)
{
	dev->recover.kept++;
	DMWARN_LIMIT("%s: block %llu stays on the spare device: %s", dev->name, block, why);
}

/*
 * A batch of them
 */

/* By a range that overlaps: the map changes only when the batch is committed. */
static bool is_taken(struct remap_device *dev, unsigned int nr, u64 block)
{
	unsigned int i;

	for (i = 0; i < nr; i++)
		if (dev->jobs[i].block == block)
			return true;
	return false;
}

/* Fills the jobs with blocks whose data is on main now, if not yet durable. */
static unsigned int collect(struct remap_device *dev, unsigned long until)
{
	unsigned int nr = 0;

	while (nr < REMAP_BATCH && time_before(jiffies, until)) {
		struct remap_job *job = &dev->jobs[nr];
		const char *why;
		remap_place_t place;
		u64 block = next_wish(dev, &place);

		if (block == U64_MAX)
			break;
		if (is_taken(dev, nr, block))
			continue;
		job->block = block;
		job->old = place;
		why = must_stay(dev, block, place);
		if (!why)
			why = copy_back(dev, job);
		if (why)
			keep(dev, block, why);
		else
			nr++;
	}
	return nr;
}

/* Only what main holds durably, and gives back in time, may be freed. */
static unsigned int verify(struct remap_device *dev, unsigned int nr, unsigned long until)
{
	const char *flushed = remap_disk_flush(&dev->main) ?
			      "the main device cannot be flushed" : NULL;
	unsigned int i, good = 0;

	for (i = 0; i < nr; i++) {
		const char *why = flushed;

		if (!why && time_after(jiffies, until + WINDOW))
			why = "the main device is too slow to read it back";
		if (!why)
			why = read_back(dev, &dev->jobs[i]);
		if (why) {
			keep(dev, dev->jobs[i].block, why);
			continue;
		}
		dev->jobs[good].block = dev->jobs[i].block;
		dev->jobs[good++].old = dev->jobs[i].old;
	}
	return good;
}

static void finish(struct remap_device *dev, struct remap_job *job, enum remap_outcome outcome)
{
	if (outcome == REMAP_HAPPENED) {
		remap_map_set(&dev->map, job->block, 0);
		WRITE_ONCE(dev->map.remapped, dev->map.remapped - 1);
		dev->recover.recovered++;
		trace_remap_recovered(dev, job);
		return;
	}
	if (outcome == REMAP_IN_DOUBT)
		remap_map_set(&dev->map, job->block, job->old | REMAP_PLACE_DOUBT);
	keep(dev, job->block, "the spare device does not record the change");
}

static void commit(struct remap_device *dev, unsigned int nr)
{
	struct remap_change *c = dev->changes;
	unsigned int i;

	memset(c, 0, nr * sizeof(*c));	/* state FREE */
	for (i = 0; i < nr; i++)
		c[i].spare = remap_job_old_spare(&dev->jobs[i]);
	remap_metadata_commit(&dev->md, c, nr);
	for (i = 0; i < nr; i++)
		finish(dev, &dev->jobs[i], c[i].outcome);
}

/*
 * The whole
 */

/*
 * An older entry of a block would win once the newest is free. There is one where a move
 * could not be brought to its end: it has to be retired, or its table block emptied, first.
 */
static bool older_entries(struct remap_device *dev)
{
	unsigned long mapped = 0;
	u32 i;

	for (i = 0; i < dev->spares.total; i++)
		if (remap_metadata_block_state(&dev->md, i) != REMAP_BLOCK_DEAD &&
		    remap_metadata_truth(&dev->md, i)->state == REMAP_ENTRY_MAPPED)
			mapped++;
	return mapped != dev->map.remapped;
}

static const char *obstacle(struct remap_device *dev)
{
	if (remap_device_mode(dev) != REMAP_MODE_RW)
		return "the map cannot change any more";
	if (dev->fault.unreachable[REMAP_FAULT_MAIN] || dev->fault.write_dead)
		return "the main device takes no writes";
	if (!older_entries(dev))
		return NULL;
	if (dev->md.super.disowned_count)
		return "a damaged part of the table has to be emptied; try again in a minute";
	return "the spare still holds older entries; activate the device anew";
}

void remap_recover(struct remap_device *dev)
{
	u64 before = dev->recover.recovered;
	unsigned long until = jiffies + WINDOW;
	const char *why;
	unsigned int nr;

	if (!dev->recover.nr)
		return;
	/* once: nothing here makes a new entry */
	why = obstacle(dev);
	if (why)
		DMERR("%s: nothing goes back to the main device: %s", dev->name, why);
	while (!why && dev->recover.nr && remap_device_mode(dev) == REMAP_MODE_RW &&
	       time_before(jiffies, until)) {
		nr = collect(dev, until);
		if (nr)
			nr = verify(dev, nr, until);
		if (nr)
			commit(dev, nr);
		cond_resched();
	}
	DMINFO("%s: %llu blocks are on the main device again", dev->name,
	       dev->recover.recovered - before);
	remap_device_event(dev);
}
