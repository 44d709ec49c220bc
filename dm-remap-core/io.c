// SPDX-License-Identifier: GPL-2.0-only
/*
 * The hot path and nothing else: no lock, no allocation, no reference, no
 * shared cache line written. A healthy bio reads the map generation and one bit of
 * the region bitmap on its way down, and the generation again on its way up.
 */
#include <linux/ktime.h>

#include "../compat/compat.h"
#include "client.h"
#include "io.h"
#include "repair.h"
#include "trace.h"

/* What a range of the device looks like to a bio. */
enum look {
	LOOK_MAIN,	/* simply on main */
	LOOK_SPARE,	/* in one spare block */
	LOOK_BUSY,
	LOOK_LOST,	/* reads fail; writes go to the worker */
	LOOK_DOUBT,
};

static sector_t last_sector(const struct bvec_iter *iter)
{
	return iter->bi_sector + (iter->bi_size >> SECTOR_SHIFT) - 1;
}

/*
 * Is one of these logical blocks lost? Under the lock of the table the place
 * is looked up again: an entry that was superseded meanwhile says nothing.
 */
static bool touches_lost(struct remap_device *dev, u64 block, remap_place_t *place,
			 sector_t first, sector_t last)
{
	u32 shift = ilog2(dev->md.super.mask_unit) - SECTOR_SHIFT;
	sector_t base = block << dev->map.block_shift;
	u64 lost = 0, range;
	unsigned long flags;
	u32 spare;

	spin_lock_irqsave(&dev->md.lock, flags);
	*place = remap_map_get(&dev->map, block);
	spare = remap_place_spare(*place);
	if (spare != REMAP_NO_SPARE)
		lost = le64_to_cpu(remap_metadata_truth(&dev->md, spare)->lost);
	spin_unlock_irqrestore(&dev->md.lock, flags);
	range = GENMASK_ULL((last - base) >> shift, (first - base) >> shift);
	return lost & range;
}

static enum look look_at_block(struct remap_device *dev, u64 block, remap_place_t place,
			       sector_t first, sector_t last, u32 *spare)
{
	bool lost = false;

	if (place & REMAP_PLACE_LOST)
		lost = touches_lost(dev, block, &place, first, last);
	if (place & REMAP_PLACE_DOUBT)
		return LOOK_DOUBT;
	if (place & REMAP_PLACE_BUSY)
		return LOOK_BUSY;
	*spare = remap_place_spare(place);
	if (*spare == REMAP_NO_SPARE)
		return LOOK_MAIN;
	return lost ? LOOK_LOST : LOOK_SPARE;
}

/*
 * Finds out where the bio's range lives. If it lives in several places, *cut
 * is the number of sectors up to the first change, and the answer is about those.
 */
static enum look look_closely(struct remap_device *dev, const struct bvec_iter *iter,
			      u32 *spare, sector_t *cut)
{
	struct remap_map *map = &dev->map;
	sector_t first = iter->bi_sector, last = last_sector(iter), end;
	remap_place_t place;
	u64 block;

	*spare = REMAP_NO_SPARE;
	*cut = 0;
	block = remap_map_first(map, first >> map->block_shift,
				last >> map->block_shift, &place);
	if (likely(block == U64_MAX))
		return LOOK_MAIN;
	if (block > first >> map->block_shift) {
		*cut = (block << map->block_shift) - first;
		return LOOK_MAIN;
	}
	end = ((block + 1) << map->block_shift) - 1;
	if (last > end) {
		*cut = end + 1 - first;
		last = end;
	}
	return look_at_block(dev, block, place, first, last, spare);
}

static enum look look(struct remap_device *dev, const struct bvec_iter *iter,
		      u32 *spare, sector_t *cut)
{
	if (remap_map_quiet(&dev->map, iter->bi_sector, last_sector(iter))) {
		*spare = REMAP_NO_SPARE;
		*cut = 0;
		return LOOK_MAIN;
	}
	return look_closely(dev, iter, spare, cut);
}

void remap_io_complete(struct bio *bio, blk_status_t status)
{
	struct remap_bio *rb = remap_bio_of(bio);

	rb->flags |= REMAP_BIO_OURS;
	bio->bi_status = status;
	bio_endio(bio);
}

static inline void aim_at_main(struct remap_device *dev, struct bio *bio,
			       struct remap_bio *rb)
{
	rb->spare = REMAP_NO_SPARE;
	bio_set_dev(bio, dev->main.dev->bdev);
	bio->bi_iter.bi_sector = dev->main.start + rb->iter.bi_sector;
}

static void aim(struct remap_device *dev, struct bio *bio, struct remap_bio *rb, u32 spare)
{
	if (spare == REMAP_NO_SPARE) {
		aim_at_main(dev, bio, rb);
		return;
	}
	rb->spare = spare;
	bio_set_dev(bio, dev->spare.dev->bdev);
	bio->bi_iter.bi_sector = dev->spare.start + remap_spare_sector(dev, spare) +
				 (rb->iter.bi_sector & (dev->spb - 1));
}

/* Ours until the block is released; NOWAIT bios can't be kept. */
static bool park(struct remap_device *dev, struct bio *bio)
{
	struct remap_bio *rb = remap_bio_of(bio);
	unsigned long flags;
	bool parked = false;
	sector_t cut;
	u32 spare;

	if (bio->bi_opf & REQ_NOWAIT) {
		remap_io_complete(bio, BLK_STS_AGAIN);
		return true;
	}
	/* look again: remap_io_release() empties the list under this lock */
	spin_lock_irqsave(&dev->lock, flags);
	if (look(dev, &rb->iter, &spare, &cut) == LOOK_BUSY) {
		bio_list_add(&dev->waiters, bio);
		parked = true;
	}
	spin_unlock_irqrestore(&dev->lock, flags);
	return parked;
}

static void give_to_worker(struct remap_device *dev, struct bio *bio, blk_status_t status)
{
	struct remap_bio *rb = remap_bio_of(bio);

	rb->first_status = status;
	remap_repair_queue(dev, bio);
}

/*
 * What a bio comes to that cannot be sent: part of its range is lost or in
 * doubt, or (sent before, so it cannot be split) lies in several places.
 */
static void divert(struct remap_device *dev, struct bio *bio, enum look what)
{
	if (what == LOOK_DOUBT)
		remap_io_complete(bio, BLK_STS_IOERR);
	else if (what == LOOK_LOST && bio_op(bio) == REQ_OP_READ)
		remap_io_complete(bio, BLK_STS_MEDIUM);
	else if (bio_op(bio) == REQ_OP_WRITE_ZEROES)
		remap_io_complete(bio, BLK_STS_NOTSUPP);
	else
		give_to_worker(dev, bio, BLK_STS_OK);
}

/* map() of a bio that isn't simply on main. */
static int map_special(struct remap_device *dev, struct bio *bio, struct remap_bio *rb,
		       enum look what, u32 spare)
{
	sector_t cut;

	if (bio_op(bio) == REQ_OP_DISCARD) {
		/* Advice about the old place; it does not make lost data readable. */
		remap_io_complete(bio, BLK_STS_OK);
		return DM_MAPIO_SUBMITTED;
	}
	while (what == LOOK_BUSY) {
		if (park(dev, bio))
			return DM_MAPIO_SUBMITTED;
		rb->generation = remap_map_generation(&dev->map);
		what = look(dev, &rb->iter, &spare, &cut);
	}
	if (what == LOOK_MAIN || what == LOOK_SPARE) {
		aim(dev, bio, rb, spare);
		return DM_MAPIO_REMAPPED;
	}
	if (what == LOOK_LOST && bio_op(bio) == REQ_OP_WRITE && bio->bi_opf & REQ_NOWAIT)
		remap_io_complete(bio, BLK_STS_AGAIN);	/* the worker sleeps */
	else
		divert(dev, bio, what);
	return DM_MAPIO_SUBMITTED;
}

/* Bio 0 goes to main, bio 1 to the spare. */
static int map_flush(struct remap_device *dev, struct bio *bio, struct remap_bio *rb)
{
	if (dm_bio_get_target_bio_nr(bio) == 0) {
		remap_client_start(dev, rb);
		bio_set_dev(bio, dev->main.dev->bdev);
		return DM_MAPIO_REMAPPED;
	}
	rb->flags |= REMAP_BIO_SPARE_FLUSH;
	if (!READ_ONCE(dev->map.used) && !test_bit(0, &dev->spare.flush_failed)) {
		remap_io_complete(bio, BLK_STS_OK);
		return DM_MAPIO_SUBMITTED;
	}
	bio_set_dev(bio, dev->spare.dev->bdev);
	return DM_MAPIO_REMAPPED;
}

/* In a lower mode some I/O fails at once. */
static bool mode_refuses(struct remap_device *dev, struct bio *bio)
{
	enum remap_mode mode = remap_device_mode(dev);

	if (mode == REMAP_MODE_FAIL)
		return true;
	return mode == REMAP_MODE_READ_ONLY && op_is_write(bio_op(bio)) && bio_sectors(bio);
}

/* map() of a bio in a region that holds remapped blocks. */
static noinline int map_near(struct remap_device *dev, struct bio *bio, struct remap_bio *rb)
{
	sector_t cut;
	u32 spare;
	enum look what = look_closely(dev, &rb->iter, &spare, &cut);

	if (cut) {
		dm_accept_partial_bio(bio, cut);
		rb->iter.bi_size = bio->bi_iter.bi_size;
	}
	if (likely(what == LOOK_MAIN)) {
		aim_at_main(dev, bio, rb);
		return DM_MAPIO_REMAPPED;
	}
	return map_special(dev, bio, rb, what, spare);
}

/* Flushes, and modes in which some I/O fails at once. */
static noinline int map_rare(struct remap_device *dev, struct bio *bio, struct remap_bio *rb)
{
	rb->flags = bio_sectors(bio) ? 0 : REMAP_BIO_FLUSH;
	if (mode_refuses(dev, bio)) {
		remap_io_complete(bio, BLK_STS_IOERR);
		return DM_MAPIO_SUBMITTED;
	}
	return bio_sectors(bio) ? DM_MAPIO_REMAPPED : map_flush(dev, bio, rb);
}

int remap_io_map(struct dm_target *ti, struct bio *bio)
{
	struct remap_device *dev = ti->private;
	struct remap_bio *rb = remap_bio_of(bio);
	int r;

	if (unlikely(remap_device_mode(dev) >= REMAP_MODE_READ_ONLY || !bio_sectors(bio))) {
		r = map_rare(dev, bio, rb);
		if (r == DM_MAPIO_SUBMITTED || !bio_sectors(bio))
			return r;
	}
	rb->flags = 0;
	rb->rounds = 0;
	rb->spare = REMAP_NO_SPARE;
	rb->opf = bio->bi_opf;
	rb->iter = bio->bi_iter;
	remap_client_start(dev, rb);
	rb->generation = remap_map_generation(&dev->map);
	if (unlikely(!remap_map_quiet(&dev->map, rb->iter.bi_sector, last_sector(&rb->iter))))
		return map_near(dev, bio, rb);
	aim_at_main(dev, bio, rb);
	return DM_MAPIO_REMAPPED;
}

/* The one place where a bio that was sent before is sent again. */
static void resubmit(struct remap_device *dev, struct bio *bio, u32 spare)
{
	struct remap_bio *rb = remap_bio_of(bio);

	bio->bi_iter = rb->iter;
	bio->bi_opf = rb->opf & ~REQ_NOWAIT;
	compat_bio_clear_polled(bio);
	bio->bi_status = BLK_STS_OK;
	atomic_set(&bio->__bi_remaining, 1);
	aim(dev, bio, rb, spare);
	compat_submit_remap(bio);
}

void remap_io_again(struct remap_device *dev, struct bio *bio)
{
	struct remap_bio *rb = remap_bio_of(bio);
	enum look what;
	sector_t cut;
	u32 spare;

	do {
		rb->generation = remap_map_generation(&dev->map);
		what = look(dev, &rb->iter, &spare, &cut);
	} while (what == LOOK_BUSY && !park(dev, bio));

	if (what == LOOK_BUSY)
		return;
	if ((what == LOOK_MAIN || what == LOOK_SPARE) && !cut)
		resubmit(dev, bio, spare);
	else
		divert(dev, bio, what);
}

void remap_io_release(struct remap_device *dev)
{
	struct bio_list waiters;
	struct bio *bio;

	spin_lock_irq(&dev->lock);
	waiters = dev->waiters;
	bio_list_init(&dev->waiters);
	spin_unlock_irq(&dev->lock);
	while ((bio = bio_list_pop(&waiters)))
		remap_io_again(dev, bio);
}

/*
 * A write was done while blocks were claimed. Did it go where its range lives now?
 */
static noinline bool moved(struct remap_device *dev, struct remap_bio *rb)
{
	sector_t cut;
	u32 spare;
	enum look what = look(dev, &rb->iter, &spare, &cut);

	return cut || spare != rb->spare || (what != LOOK_MAIN && what != LOOK_SPARE);
}

static noinline int write_again(struct remap_device *dev, struct bio *bio, blk_status_t *error)
{
	if (bio_op(bio) == REQ_OP_DISCARD)
		return DM_ENDIO_DONE;	/* advice: it may come to nothing */
	if (bio_op(bio) == REQ_OP_WRITE_ZEROES) {
		*error = BLK_STS_NOTSUPP;	/* the caller writes zeros instead */
		return DM_ENDIO_DONE;
	}
	give_to_worker(dev, bio, BLK_STS_OK);
	return DM_ENDIO_INCOMPLETE;
}

/* Somewhere main still takes writes: the worker wants to know, once. */
static noinline void note_write(struct remap_device *dev, struct bio *bio,
				struct remap_bio *rb)
{
	if (rb->spare != REMAP_NO_SPARE || bio_op(bio) != REQ_OP_WRITE)
		return;
	clear_bit(REMAP_WATCH_WRITES, &dev->flags);
	set_bit(REMAP_WRITE_SEEN, &dev->flags);
	remap_repair_kick(dev);
}

static int end_success(struct remap_device *dev, struct bio *bio, struct remap_bio *rb,
		       blk_status_t *error)
{
	if (!op_is_write(bio_op(bio)))
		return DM_ENDIO_DONE;
	/*
	 * Pairs with the barrier in remap_map_claim(): the data that a memory-backed
	 * device copied on this CPU is visible before the generation is read.
	 */
	smp_mb();
	if (unlikely(rb->generation != remap_map_generation(&dev->map)) && moved(dev, rb))
		return write_again(dev, bio, error);
	if (unlikely(test_bit(REMAP_WATCH_WRITES, &dev->flags)))
		note_write(dev, bio, rb);
	return DM_ENDIO_DONE;
}

/* May this failure be repaired at all? */
static bool repairable(struct remap_device *dev, struct bio *bio, struct remap_bio *rb,
		       blk_status_t error)
{
	if (!remap_fault_suspicious(error) || rb->opf & REQ_RAHEAD)
		return false;
	if (bio_op(bio) != REQ_OP_READ && bio_op(bio) != REQ_OP_WRITE)
		return false;
	return remap_device_mode(dev) == REMAP_MODE_RW &&
	       READ_ONCE(dev->knobs.auto_remap) &&
	       !test_bit(REMAP_NO_REPAIR, &dev->flags);
}

/* Where it was sent. */
static struct remap_disk *disk_of(struct remap_device *dev, const struct remap_bio *rb)
{
	if (rb->flags & REMAP_BIO_FLUSH)
		return rb->flags & REMAP_BIO_SPARE_FLUSH ? &dev->spare : &dev->main;
	return rb->spare == REMAP_NO_SPARE ? &dev->main : &dev->spare;
}

static noinline int end_failure(struct remap_device *dev, struct bio *bio,
				struct remap_bio *rb, blk_status_t *error)
{
	trace_remap_fault(dev, rb, *error);
	if (rb->opf & REQ_FUA)
		remap_disk_fua_failed(disk_of(dev, rb), *error);
	if (repairable(dev, bio, rb, *error)) {
		give_to_worker(dev, bio, *error);
		return DM_ENDIO_INCOMPLETE;
	}
	/* Block layer helpers answer this by writing zeros, which we can repair. */
	if (bio_op(bio) == REQ_OP_WRITE_ZEROES && remap_fault_suspicious(*error))
		*error = BLK_STS_NOTSUPP;
	return DM_ENDIO_DONE;
}

static noinline int end_flush(struct remap_device *dev, struct remap_bio *rb,
			      blk_status_t *error)
{
	struct remap_disk *disk = disk_of(dev, rb);

	/* What the drive has dropped may be ours, too, and it tells only once. */
	if (unlikely(*error))
		remap_disk_user_flush_failed(disk);
	/* An error that only our own flush was told belongs to the user. */
	if (unlikely(test_bit(0, &disk->flush_failed)) &&
	    test_and_clear_bit(0, &disk->flush_failed) && !*error)
		*error = BLK_STS_IOERR;
	remap_client_flushed(dev, rb);
	return DM_ENDIO_DONE;
}

int remap_io_end(struct dm_target *ti, struct bio *bio, blk_status_t *error)
{
	struct remap_device *dev = ti->private;
	struct remap_bio *rb = remap_bio_of(bio);
	int r;

	/* not bi_opf: the block layer strips REQ_PREFLUSH on the way down */
	if (unlikely(rb->flags & REMAP_BIO_FLUSH))
		return end_flush(dev, rb, error);
	if (unlikely(rb->flags & REMAP_BIO_OURS))
		r = DM_ENDIO_DONE;
	else if (likely(!*error))
		r = end_success(dev, bio, rb, error);
	else
		r = end_failure(dev, bio, rb, error);
	if (likely(r == DM_ENDIO_DONE))
		remap_client_end(dev, rb, *error);
	return r;
}
