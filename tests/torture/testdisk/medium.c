// SPDX-License-Identifier: GPL-2.0-only
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/vmalloc.h>

#include "medium.h"

#define POISON		0xdb	/* what a read that failed leaves behind */
#define CHUNK		64	/* sectors that are done in one go */

/*
 * The power is common to all disks, so that it goes at one instant. Each chunk
 * of work is done under the read lock: nothing lands after `stop`.
 */
static DEFINE_RWLOCK(power_lock);
static bool power = true;

unsigned long medium_lock(struct testdisk *d)
	__acquires(&power_lock) __acquires(&d->lock)
{
	unsigned long flags;

	read_lock_irqsave(&power_lock, flags);
	spin_lock(&d->lock);
	return flags;
}

void medium_unlock(struct testdisk *d, unsigned long flags)
	__releases(&d->lock) __releases(&power_lock)
{
	spin_unlock(&d->lock);
	read_unlock_irqrestore(&power_lock, flags);
}

void medium_set_power(bool on)
{
	unsigned long flags;

	write_lock_irqsave(&power_lock, flags);
	WRITE_ONCE(power, on);
	write_unlock_irqrestore(&power_lock, flags);
}

bool medium_has_power(void)
{
	return READ_ONCE(power);
}

u32 medium_chance(struct testdisk *d, u32 n)
{
	d->random ^= d->random << 13;
	d->random ^= d->random >> 7;
	d->random ^= d->random << 17;
	return n ? (u32)(d->random >> 32) % n : 0;
}

static blk_status_t status_of(u8 fault)
{
	return fault & FAULT_MEDIUM ? BLK_STS_MEDIUM : BLK_STS_IOERR;
}

/*
 * One sector. The caller holds the lock, and the power is on.
 */

static blk_status_t read_one(struct testdisk *d, sector_t s, u8 *data)
{
	if (d->fault[s] & FAULT_READ) {
		memset(data, POISON, SECTOR_SIZE);
		return status_of(d->fault[s]);
	}
	memcpy(data, d->cache + (s << SECTOR_SHIFT), SECTOR_SIZE);
	return BLK_STS_OK;
}

static void harden(struct testdisk *d, sector_t s)
{
	memcpy(d->medium + (s << SECTOR_SHIFT), d->cache + (s << SECTOR_SHIFT), SECTOR_SIZE);
	__clear_bit(s, d->dirty);
}

/* No data: zeros. */
static blk_status_t write_one(struct testdisk *d, sector_t s, const u8 *data, bool fua)
{
	u8 fault = d->fault[s];

	if (d->protect)
		return BLK_STS_IOERR;
	if ((fault & (FAULT_WRITE | FAULT_LANDS)) == FAULT_WRITE)
		return status_of(fault);
	if (data)
		memcpy(d->cache + (s << SECTOR_SHIFT), data, SECTOR_SIZE);
	else
		memset(d->cache + (s << SECTOR_SHIFT), 0, SECTOR_SIZE);
	__set_bit(s, d->dirty);
	if (fua)
		harden(d, s);
	if (fault & FAULT_HEALS)
		d->fault[s] &= ~(FAULT_READ | FAULT_HEALS);
	return fault & FAULT_WRITE ? status_of(fault) : BLK_STS_OK;
}

/*
 * A bio
 */

static bool is_off(struct testdisk *d)
{
	return !power || d->outage;
}

/* Some sectors. After a failure the rest is done all the same when @go_on. */
static blk_status_t do_sectors(struct testdisk *d, const struct bio *bio, sector_t s,
			       u32 nr, u8 *data, bool go_on)
{
	bool fua = bio->bi_opf & REQ_FUA, write = op_is_write(bio_op(bio));
	blk_status_t status = BLK_STS_OK, one;
	unsigned long flags = medium_lock(d);
	u32 i;

	for (i = 0; i < nr && (!status || go_on); i++) {
		u8 *p = data ? data + (i << SECTOR_SHIFT) : NULL;

		if (is_off(d))
			one = BLK_STS_IOERR;
		else if (s + i >= d->sectors)
			one = BLK_STS_TARGET;
		else
			one = write ? write_one(d, s + i, p, fua) : read_one(d, s + i, p);
		if (!status)
			status = one;
	}
	medium_unlock(d, flags);
	return status;
}

static blk_status_t do_data(struct testdisk *d, struct bio *bio, bool go_on)
{
	blk_status_t status = BLK_STS_OK, one;
	struct bvec_iter iter;
	struct bio_vec bv;

	bio_for_each_segment(bv, bio, iter) {
		/* 64 bit only: every page has an address */
		one = do_sectors(d, bio, iter.bi_sector, bv.bv_len >> SECTOR_SHIFT,
				 page_address(bv.bv_page) + bv.bv_offset, go_on);
		if (!status)
			status = one;
		if (status && !go_on)
			break;
	}
	return status;
}

/* Discard and write zeroes. */
static blk_status_t do_zeros(struct testdisk *d, struct bio *bio)
{
	sector_t s = bio->bi_iter.bi_sector, end = s + bio_sectors(bio);
	blk_status_t status = BLK_STS_OK;

	for (; s < end && !status; s += CHUNK)
		status = do_sectors(d, bio, s, min_t(sector_t, CHUNK, end - s), NULL, false);
	return status;
}

/* Of the pieces from @s on, some are lost, as chance wants it. The rest is safe. */
static void lose_some(struct testdisk *d, sector_t s, u32 step, u32 permille)
{
	bool lost = medium_chance(d, 1000) < permille;
	sector_t end = min_t(sector_t, s + step, d->sectors);

	for (; s < end; s++) {
		if (!test_bit(s, d->dirty))
			continue;
		if (lost)
			memcpy(d->cache + (s << SECTOR_SHIFT), d->medium + (s << SECTOR_SHIFT),
			       SECTOR_SIZE);
		harden(d, s);
	}
}

static u32 piece_size(const struct testdisk *d, u32 step)
{
	return max(step, d->logical >> SECTOR_SHIFT);
}

/*
 * A flush fails, and with it what was in the cache is lost, or half of it: no later flush will
 * tell. Others may write meanwhile, and lose that.
 */
static void drop(struct testdisk *d, u32 permille)
{
	u32 step = piece_size(d, 1), i;
	sector_t s = 0;

	while (s < d->sectors) {
		unsigned long flags = medium_lock(d);

		for (i = 0; i < CHUNK && s < d->sectors; i++, s += step) {
			s = find_next_bit(d->dirty, d->sectors, s);
			s -= s % step;
			if (s < d->sectors && !is_off(d))
				lose_some(d, s, step, permille);
		}
		medium_unlock(d, flags);
	}
}

/*
 * @permille: so much of the cache is lost with it. As the block layer does it for a disk, no other
 * flush runs beside one that fails, until somebody was told: BLK_STS_AGAIN.
 */
static blk_status_t begin_flush(struct testdisk *d, u32 *permille)
{
	unsigned long flags = medium_lock(d);
	blk_status_t status = is_off(d) ? BLK_STS_IOERR : BLK_STS_OK;
	bool stop = false;

	*permille = 0;
	if (d->flushes_failing != d->flushes_failed || (d->flushfail && d->flushes_running)) {
		medium_unlock(d, flags);
		return BLK_STS_AGAIN;
	}
	if (!status && d->flushfail) {
		d->flushfail--;
		d->flushes_failing++;
		status = MEDIUM_FLUSH_FAILED;
		*permille = medium_chance(d, 3) * 500;
	}
	d->flushes_running += !status;
	if (d->stopflush)
		stop = !--d->stopflush;
	medium_unlock(d, flags);
	if (stop)
		medium_set_power(false);
	return status;
}

/* Up to CHUNK sectors from @s on. Where to go on. */
static sector_t flush_some(struct testdisk *d, sector_t s, blk_status_t *status)
{
	unsigned long flags = medium_lock(d);
	u32 i;

	for (i = 0; i < CHUNK; i++, s++) {
		s = find_next_bit(d->dirty, d->sectors, s);
		if (s >= d->sectors)
			break;
		if (is_off(d)) {
			*status = BLK_STS_IOERR;
			break;
		}
		harden(d, s);
	}
	medium_unlock(d, flags);
	return s;
}

static blk_status_t do_flush(struct testdisk *d)
{
	unsigned long flags;
	sector_t s = 0;
	u32 permille;
	blk_status_t status = begin_flush(d, &permille);

	if (permille)
		drop(d, permille);
	if (status)
		return status;
	while (s < d->sectors && !status)
		s = flush_some(d, s, &status);
	flags = medium_lock(d);
	d->flushes_running--;
	medium_unlock(d, flags);
	return status;
}

blk_status_t medium_do(struct testdisk *d, struct bio *bio, bool go_on)
{
	switch (bio_op(bio)) {
	case REQ_OP_READ:
	case REQ_OP_WRITE:
		/* an empty one is a flush */
		return bio_sectors(bio) ? do_data(d, bio, go_on) : do_flush(d);
	case REQ_OP_FLUSH:
		return do_flush(d);
	case REQ_OP_DISCARD:
	case REQ_OP_WRITE_ZEROES:
		return do_zeros(d, bio);
	default:
		return BLK_STS_NOTSUPP;
	}
}

int medium_power_cut(struct testdisk *d, u32 permille, u32 step)
{
	unsigned long flags;
	sector_t s;

	if (medium_has_power())
		return -EBUSY;
	step = piece_size(d, step);
	for (s = 0; s < d->sectors; s += step) {
		flags = medium_lock(d);
		lose_some(d, s, step, permille);
		medium_unlock(d, flags);
		cond_resched();
	}
	return 0;
}

int medium_init(struct testdisk *d)
{
	spin_lock_init(&d->lock);
	d->cache = vzalloc(d->sectors << SECTOR_SHIFT);
	d->medium = vzalloc(d->sectors << SECTOR_SHIFT);
	d->fault = vzalloc(d->sectors);
	d->dirty = vzalloc(BITS_TO_LONGS(d->sectors) * sizeof(long));
	return d->cache && d->medium && d->fault && d->dirty ? 0 : -ENOMEM;
}

void medium_exit(struct testdisk *d)
{
	vfree(d->cache);
	vfree(d->medium);
	vfree(d->fault);
	vfree(d->dirty);
}
