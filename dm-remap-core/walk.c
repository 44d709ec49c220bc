// SPDX-License-Identifier: GPL-2.0-only
/*
 * First step of a batch: do what can be done at once, and make a job of each
 * block where something fails.
 *
 * A bio starts at the lookup again, whatever it went through before. It is walked in
 * pieces, each within one block; on main in units of the physical block, so that only
 * the unit that fails is suspected and not its neighbours in the bio.
 */
#include "io.h"
#include "repair.h"
#include "trace.h"

/* Of a batch; those in it wait for its end. */
#define MAX_BIOS	256
/* Of a request that are looked at without a pause. */
#define MAX_BLOCKS	4096

/* A part of a bio that lies in one block. */
struct piece {
	struct bio *bio;
	struct remap_bio *rb;
	struct bvec_iter iter;
	sector_t sector;
	u32 sectors;
	u64 block;
	u32 offset;		/* of the sector in the block */
};

static blk_opf_t opf_of(const struct remap_bio *rb)
{
	return (rb->opf & (REQ_OP_MASK | REQ_FUA | REQ_META)) | REQ_NOMERGE;
}

static u64 bits_of(struct remap_device *dev, const struct piece *p)
{
	return remap_job_bits(dev, p->offset, p->sectors);
}

struct remap_job *remap_job_new(struct remap_device *dev, u64 block,
				enum remap_job_kind kind, enum remap_reason reason)
{
	remap_place_t old = remap_map_get(&dev->map, block);
	struct remap_job *job;
	void *buf;
	int r;

	if (dev->nr_jobs == REMAP_BATCH)
		return NULL;
	r = remap_map_claim(&dev->map, block);
	if (r)
		return ERR_PTR(r);
	job = &dev->jobs[dev->nr_jobs++];
	buf = job->buf;
	memset(job, 0, sizeof(*job));
	job->buf = buf;
	job->block = block;
	job->kind = kind;
	job->reason = reason;
	job->old = old;
	job->slot = REMAP_NO_SPARE;
	job->since = jiffies;
	if (remap_place_spare(old) != REMAP_NO_SPARE)
		remap_metadata_entry(&dev->md, remap_place_spare(old), &job->entry);
	return job;
}

/* Where the bio and the block overlap. */
static struct bvec_iter overlap(struct remap_device *dev, struct bio *bio, u64 block,
				u32 *offset)
{
	struct bvec_iter iter = remap_bio_of(bio)->iter;
	sector_t start = block << dev->map.block_shift;
	sector_t end = iter.bi_sector + (iter.bi_size >> SECTOR_SHIFT);

	if (iter.bi_sector < start)
		bio_advance_iter(bio, &iter, (start - iter.bi_sector) << SECTOR_SHIFT);
	iter.bi_sector = max(start, remap_bio_of(bio)->iter.bi_sector);
	end = min(end, start + dev->spb);
	iter.bi_size = (end - iter.bi_sector) << SECTOR_SHIFT;
	*offset = iter.bi_sector - start;
	return iter;
}

void remap_job_copy(struct remap_device *dev, struct remap_job *job, bool to_bio)
{
	struct bvec_iter start, iter;
	struct bio_vec bv;
	u32 offset;
	void *buf;

	start = overlap(dev, job->bio, job->block, &offset);
	buf = job->buf + (offset << SECTOR_SHIFT);
	__bio_for_each_segment(bv, job->bio, iter, start) {
		/* 64 bit only: every page has an address */
		void *data = page_address(bv.bv_page) + bv.bv_offset;

		if (to_bio)
			memcpy(data, buf, bv.bv_len);
		else
			memcpy(buf, data, bv.bv_len);
		if (to_bio)
			flush_dcache_page(bv.bv_page);
		buf += bv.bv_len;
	}
}

/* A job for this piece; NULL: the bio has its answer or starts over. */
static struct remap_job *job_for(struct remap_device *dev, struct piece *p,
				 enum remap_job_kind kind, enum remap_reason reason)
{
	struct remap_job *job = remap_job_new(dev, p->block, kind, reason);

	if (!job) {
		p->rb->flags |= REMAP_BIO_CUT;
		return NULL;
	}
	if (IS_ERR(job)) {
		p->rb->status = p->rb->first_status ?: BLK_STS_RESOURCE;
		return NULL;
	}
	job->bio = p->bio;
	job->wanted = bits_of(dev, p);
	if (remap_bio_writes(p->rb)) {
		job->payload = job->wanted;
		job->have = job->payload;
		remap_job_copy(dev, job, false);
	}
	return job;
}

/* May the map be changed for the sake of this failure? */
static bool may_repair(struct remap_device *dev, enum remap_job_kind kind,
		       blk_status_t status)
{
	if (!remap_fault_suspicious(status) || remap_device_mode(dev) != REMAP_MODE_RW)
		return false;
	if (kind == REMAP_JOB_MOVE)
		return true;	/* the rest is about main */
	if (!READ_ONCE(dev->knobs.auto_remap))
		return false;
	if (test_bit(REMAP_NO_REPAIR, &dev->flags))
		return false;
	return !dev->fault.write_dead;
}

static void suspect(struct remap_device *dev, struct piece *p, enum remap_job_kind kind,
		    blk_status_t status, sector_t sector, u32 sectors)
{
	enum remap_reason reason = remap_bio_writes(p->rb) ? REMAP_REASON_WRITE_ERROR :
						     REMAP_REASON_READ_ERROR;
	struct remap_job *job;

	if (kind == REMAP_JOB_MOVE)
		reason = REMAP_REASON_SPARE_FAILED;
	if (!may_repair(dev, kind, status)) {
		p->rb->status = status;
		return;
	}
	job = job_for(dev, p, kind, reason);
	if (!job)
		return;
	job->suspect = p->offset + (sector - p->sector);
	job->suspect_sectors = sectors;
	job->suspect_write = remap_bio_writes(p->rb);
	job->status = status;
	job->error = -EIO;
	if (kind == REMAP_JOB_NEW && job->suspect_write)
		set_bit(REMAP_WATCH_WRITES, &dev->flags);
	if (remap_fault_needs_window(status)) {
		job->windows = REMAP_WINDOWS;
	} else if (kind == REMAP_JOB_NEW && p->rb->first_status == status) {
		/* once in the bio and once more alone, in one unit */
		job->proven = true;
		if (!job->suspect_write)
			job->gone = remap_job_bits(dev, job->suspect, sectors);
	}
}

static void piece_on_main(struct remap_device *dev, struct piece *p)
{
	u32 unit = dev->main.unit >> SECTOR_SHIFT;
	sector_t sector = p->sector, end = p->sector + p->sectors;
	struct bvec_iter iter = p->iter;

	while (sector < end) {
		u32 skew = (dev->main.start + sector) & (unit - 1);
		u32 n = min_t(sector_t, end - sector, unit - skew);
		struct bvec_iter part = iter;
		blk_status_t status;

		part.bi_size = n << SECTOR_SHIFT;
		status = remap_disk_submit(&dev->main, p->bio, part, sector, opf_of(p->rb));
		if (status) {
			suspect(dev, p, REMAP_JOB_NEW, status, sector, n);
			return;
		}
		if (remap_bio_writes(p->rb) && dev->fault.dead_failures)
			set_bit(REMAP_WRITE_SEEN, &dev->flags);
		sector += n;
		bio_advance_iter(p->bio, &iter, n << SECTOR_SHIFT);
	}
}

static blk_status_t submit_to_spare(struct remap_device *dev, struct piece *p, u32 spare)
{
	return remap_disk_submit(&dev->spare, p->bio, p->iter,
				 remap_spare_sector(dev, spare) + p->offset, opf_of(p->rb));
}

/*
 * The data is written in place: nobody can read it before the entry says so.
 *
 *   claim ; data ; flush ; entry without the lost bits in both copies ; publish ; complete
 */
static void write_over_lost(struct remap_device *dev, struct piece *p, u32 spare)
{
	bool frozen = remap_metadata_block_state(&dev->md, spare) != REMAP_BLOCK_GOOD;
	struct remap_job *job;
	blk_status_t status;

	if (remap_device_mode(dev) != REMAP_MODE_RW) {
		p->rb->status = BLK_STS_IOERR;
		return;
	}
	job = job_for(dev, p, frozen ? REMAP_JOB_MOVE : REMAP_JOB_CLEAR,
		      REMAP_REASON_SPARE_FAILED);
	if (!job || frozen)
		return;
	remap_disk_note_write(&dev->spare);
	status = submit_to_spare(dev, p, spare);
	if (!status)
		return;
	if (!remap_fault_suspicious(status)) {
		remap_job_fail(job, status, -EIO);
		return;
	}
	job->kind = REMAP_JOB_MOVE;
	job->suspect = p->offset;
	job->suspect_sectors = p->sectors;
	job->suspect_write = true;
	job->status = status;
	job->windows = remap_fault_needs_window(status) ? REMAP_WINDOWS : 0;
}

static void piece_on_spare(struct remap_device *dev, struct piece *p, u32 spare)
{
	u64 lost = le64_to_cpu(remap_metadata_truth(&dev->md, spare)->lost) & bits_of(dev, p);
	blk_status_t status;

	if (lost && remap_bio_writes(p->rb)) {
		write_over_lost(dev, p, spare);
		return;
	}
	if (lost) {
		p->rb->status = BLK_STS_MEDIUM;
		return;
	}
	status = submit_to_spare(dev, p, spare);
	if (status)
		suspect(dev, p, REMAP_JOB_MOVE, status, p->sector, p->sectors);
}

static void do_piece(struct remap_device *dev, struct piece *p)
{
	remap_place_t place = remap_map_get(&dev->map, p->block);

	if (place & REMAP_PLACE_BUSY)
		p->rb->flags |= REMAP_BIO_CUT;	/* by another bio of this batch */
	else if (place & REMAP_PLACE_DOUBT)
		p->rb->status = BLK_STS_IOERR;
	else if (place & REMAP_PLACE_MAPPED)
		piece_on_spare(dev, p, remap_place_spare(place));
	else
		piece_on_main(dev, p);
}

static void walk_bio(struct remap_device *dev, struct bio *bio)
{
	struct remap_bio *rb = remap_bio_of(bio);
	struct bvec_iter iter = rb->iter;
	sector_t sector = iter.bi_sector;
	sector_t end = sector + (iter.bi_size >> SECTOR_SHIFT);

	rb->status = BLK_STS_OK;
	if (bio_op(bio) != REQ_OP_READ && bio_op(bio) != REQ_OP_WRITE)
		rb->status = BLK_STS_NOTSUPP;	/* has no data to walk */
	rb->flags &= ~(REMAP_BIO_CUT | REMAP_BIO_PROGRESS | REMAP_BIO_OWN);
	while (sector < end && !rb->status && !(rb->flags & REMAP_BIO_CUT)) {
		struct piece p = {
			.bio = bio, .rb = rb, .iter = iter, .sector = sector,
			.block = sector >> dev->map.block_shift,
			.offset = sector & (dev->spb - 1),
		};

		p.sectors = min_t(sector_t, end - sector, dev->spb - p.offset);
		p.iter.bi_size = p.sectors << SECTOR_SHIFT;
		do_piece(dev, &p);
		sector += p.sectors;
		bio_advance_iter(bio, &iter, p.sectors << SECTOR_SHIFT);
	}
}

static struct bio *next_bio(struct remap_device *dev)
{
	struct bio *bio;

	spin_lock_irq(&dev->lock);
	bio = bio_list_pop(&dev->queue);
	spin_unlock_irq(&dev->lock);
	return bio;
}

/*
 * Requests
 */

/* From main to the spare; what is reported may also live on a spare block that fails. */
static void request_relocate(struct remap_device *dev, struct remap_request *req, u64 block)
{
	remap_place_t place = remap_map_get(&dev->map, block);
	bool report = req->kind == REMAP_REQUEST_REPORT;
	struct remap_job *job;

	if (place && (!report || place & REMAP_PLACE_DOUBT)) {
		req->skipped++;		/* remapped already */
		return;
	}
	job = remap_job_new(dev, block, place ? REMAP_JOB_MOVE : REMAP_JOB_NEW,
			    place ? REMAP_REASON_SPARE_FAILED : req->reason);
	if (IS_ERR_OR_NULL(job)) {
		remap_request_fail(req, block, -ENOMEM);
		return;
	}
	job->request = req;
	if (report)
		job->suspect_sectors = dev->spb;	/* the read will tell */
}

/* Copies what reads again from main to the spare block; nobody can read it there yet. */
static void rescue(struct remap_device *dev, struct remap_job *job)
{
	u32 unit = dev->md.super.mask_unit >> SECTOR_SHIFT;
	sector_t from = job->block << dev->map.block_shift;
	sector_t to = remap_spare_sector(dev, remap_job_old_spare(job));
	u64 lost = le64_to_cpu(job->entry.lost) & remap_job_valid(dev, job->block);
	u32 offset;

	for (offset = 0; offset < dev->spb; offset += unit) {
		u64 bit = remap_job_bits(dev, offset, unit);
		void *buf = job->buf + (offset << SECTOR_SHIFT);

		if (!(lost & bit) || !remap_job_in_time(job) ||
		    remap_disk_read(&dev->main, from + offset, buf, dev->md.super.mask_unit))
			continue;
		if (remap_disk_write(&dev->spare, to + offset, buf, dev->md.super.mask_unit)) {
			remap_job_fail(job, BLK_STS_IOERR, -EIO);
			return;
		}
		job->payload |= bit;
	}
	job->have = job->payload;
	if (!job->payload)
		job->state = REMAP_JOB_HEALTHY;	/* nothing to change */
}

static void request_retry(struct remap_device *dev, struct remap_request *req, u64 block)
{
	remap_place_t place = remap_map_get(&dev->map, block);
	u32 spare = remap_place_spare(place);
	struct remap_disk_entry *e;
	struct remap_job *job;

	if (!(place & REMAP_PLACE_LOST) || place & REMAP_PLACE_DOUBT) {
		req->skipped++;
		return;
	}
	e = remap_metadata_truth(&dev->md, spare);
	if (!(e->flags & REMAP_ENTRY_RESCUABLE)) {
		remap_request_fail(req, block, -EPERM);
		return;
	}
	if (remap_metadata_block_state(&dev->md, spare) != REMAP_BLOCK_GOOD) {
		remap_request_fail(req, block, -EAGAIN);	/* it is moved elsewhere first */
		return;
	}
	job = remap_job_new(dev, block, REMAP_JOB_CLEAR, e->reason);
	if (IS_ERR_OR_NULL(job)) {
		remap_request_fail(req, block, -ENOMEM);
		return;
	}
	job->request = req;
	rescue(dev, job);
}

static int refusal(struct remap_device *dev, struct remap_request *req)
{
	if (test_bit(REMAP_DYING, &dev->flags))
		return -ESHUTDOWN;
	if (test_bit(REMAP_SUSPENDING, &dev->flags))
		return -EAGAIN;
	if (remap_device_mode(dev) != REMAP_MODE_RW)
		return -EROFS;
	if (req->kind == REMAP_REQUEST_RELOCATE || req->kind == REMAP_REQUEST_REPORT)
		return test_bit(REMAP_NO_REPAIR, &dev->flags) ? -ENODEV : 0;
	return 0;
}

/* As many of the request's blocks as fit; a long range comes back for the rest. */
static void walk_request(struct remap_device *dev, struct remap_request *req)
{
	unsigned int blocks = 0;
	int r = refusal(dev, req);

	if (r)
		remap_request_fail(req, req->next, r);
	while (req->next < req->end && !req->error && dev->nr_jobs < REMAP_BATCH &&
	       blocks++ < MAX_BLOCKS) {
		/* claimed for a bio of this batch, which may leave it there */
		if (remap_map_get(&dev->map, req->next) & REMAP_PLACE_BUSY)
			break;
		if (req->kind == REMAP_REQUEST_RETRY)
			request_retry(dev, req, req->next);
		else
			request_relocate(dev, req, req->next);
		req->next++;
	}
}

static struct remap_request *next_request(struct remap_device *dev)
{
	struct remap_request *req;

	spin_lock_irq(&dev->lock);
	req = list_first_entry_or_null(&dev->requests, struct remap_request, list);
	spin_unlock_irq(&dev->lock);
	return req;
}

/*
 * Before any data is put on the spare: the error of the record's flush, told once, would
 * be missed where it is needed (remap_place).
 */
static void walk_health(struct remap_device *dev)
{
	struct remap_request *req = next_request(dev);
	int r;

	if (!req || req->kind != REMAP_REQUEST_HEALTH)
		return;
	r = refusal(dev, req);
	if (!r && remap_metadata_write_health(&dev->md) < 2)
		r = -EIO;
	if (r)
		remap_request_fail(req, req->next, r);
	req->next = req->end;
}

void remap_walk(struct remap_device *dev)
{
	struct remap_request *req;
	unsigned int bios = 0;
	struct bio *bio;

	walk_health(dev);
	while (dev->nr_jobs < REMAP_BATCH && bios++ < MAX_BIOS && (bio = next_bio(dev))) {
		unsigned int before = dev->nr_jobs;

		walk_bio(dev, bio);
		if (dev->nr_jobs == before && !(remap_bio_of(bio)->flags & REMAP_BIO_CUT))
			remap_io_complete(bio, remap_bio_of(bio)->status);
		else
			bio_list_add(&dev->batch, bio);
	}
	req = next_request(dev);
	if (req && req->kind != REMAP_REQUEST_HEALTH)
		walk_request(dev, req);
	if (!dev->nr_jobs)
		remap_evacuate(dev);
}
