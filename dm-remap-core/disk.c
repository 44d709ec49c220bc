// SPDX-License-Identifier: GPL-2.0-only
#include <linux/mm.h>
#include <linux/vmalloc.h>

#include "../compat/compat.h"
#include "disk.h"

#define MAX_DOUBTS	2

void remap_disk_user_flush_failed(struct remap_disk *disk)
{
	set_bit(0, &disk->user_flush_failed);
	if (disk->twin)
		set_bit(0, &disk->twin->user_flush_failed);
}

void remap_disk_fua_failed(struct remap_disk *disk, blk_status_t status)
{
	switch (status) {
	case BLK_STS_AGAIN:
	case BLK_STS_RESOURCE:
	case BLK_STS_NOTSUPP:
	case BLK_STS_NOSPC:
		return;		/* refused, and never sent: nothing was dropped */
	default:
		set_bit(0, &disk->fua_failed);
		if (disk->twin)
			set_bit(0, &disk->twin->fua_failed);
	}
}

static blk_status_t submit(struct remap_disk *disk)
{
	bool fua = disk->bio.bi_opf & REQ_FUA;
	blk_status_t status;

	submit_bio_wait(&disk->bio);
	status = disk->bio.bi_status;
	if (fua && status)
		remap_disk_fua_failed(disk, status);
	bio_uninit(&disk->bio);
	return status;
}

static struct page *page_of(void *buf)
{
	return is_vmalloc_addr(buf) ? vmalloc_to_page(buf) : virt_to_page(buf);
}

/* Adds what fits into one bio; returns its bytes. */
static size_t fill_bio(struct bio *bio, void *buf, size_t bytes)
{
	size_t done = 0;

	while (done < bytes) {
		size_t offset = offset_in_page(buf + done);
		size_t len = min_t(size_t, PAGE_SIZE - offset, bytes - done);

		if (bio_add_page(bio, page_of(buf + done), len, offset) != len)
			break;
		done += len;
	}
	return done;
}

void remap_disk_note_write(struct remap_disk *disk)
{
	if (disk->unflushed)
		return;
	disk->unflushed = true;
	clear_bit(0, &disk->user_flush_failed);
	clear_bit(0, &disk->fua_failed);
}

static blk_status_t transfer(struct remap_disk *disk, sector_t sector,
			     void *buf, size_t bytes, blk_opf_t opf)
{
	while (bytes) {
		blk_status_t status;
		size_t done;

		compat_bio_init(&disk->bio, disk->dev->bdev, disk->vecs,
				REMAP_DISK_VECS, opf);
		disk->bio.bi_iter.bi_sector = disk->start + sector;
		done = fill_bio(&disk->bio, buf, bytes);
		status = submit(disk);
		if (status)
			return status;
		sector += done >> SECTOR_SHIFT;
		buf += done;
		bytes -= done;
	}
	return BLK_STS_OK;
}

blk_status_t remap_disk_read(struct remap_disk *disk, sector_t sector,
			     void *buf, size_t bytes)
{
	return transfer(disk, sector, buf, bytes, REQ_OP_READ | REQ_NOMERGE);
}

blk_status_t remap_disk_write(struct remap_disk *disk, sector_t sector,
			      void *buf, size_t bytes)
{
	remap_disk_note_write(disk);
	return transfer(disk, sector, buf, bytes, REQ_OP_WRITE | REQ_NOMERGE);
}

blk_status_t remap_disk_rewrite(struct remap_disk *disk, sector_t sector,
				void *buf, size_t bytes, bool fua)
{
	return transfer(disk, sector, buf, bytes,
			REQ_OP_WRITE | REQ_NOMERGE | (fua ? REQ_FUA : 0));
}

struct flush {
	struct remap_disk *disk;
	struct completion done;
};

/*
 * The drive reports lost writes once. The error is noted here and not by the
 * task that waits, so that no flush of a user can slip in between.
 */
static void end_flush(struct bio *bio)
{
	struct flush *f = bio->bi_private;

	if (bio->bi_status)
		set_bit(0, &f->disk->flush_failed);
	complete(&f->done);
}

void remap_disk_forget_unflushed(struct remap_disk *disk)
{
	disk->unflushed = false;
}

/* The drive may have dropped what we wrote, and told only a user, or a write with FUA. */
static bool may_be_dropped(struct remap_disk *disk)
{
	if (!disk->unflushed)
		return false;
	if (test_bit(0, &disk->user_flush_failed))
		return true;
	if (test_bit(0, &disk->fua_failed) && disk->doubted < MAX_DOUBTS) {
		disk->doubted++;
		return true;
	}
	disk->doubted = 0;
	return false;
}

blk_status_t remap_disk_flush(struct remap_disk *disk)
{
	struct flush f = { .disk = disk };
	blk_status_t status;

	init_completion(&f.done);
	compat_bio_init(&disk->bio, disk->dev->bdev, NULL, 0,
			REQ_OP_WRITE | REQ_PREFLUSH | REQ_SYNC);
	disk->bio.bi_private = &f;
	disk->bio.bi_end_io = end_flush;
	submit_bio(&disk->bio);
	wait_for_completion_io(&f.done);
	status = disk->bio.bi_status;
	bio_uninit(&disk->bio);
	if (!status && may_be_dropped(disk))
		status = BLK_STS_IOERR;
	disk->unflushed = false;
	return status;
}

blk_status_t remap_disk_submit(struct remap_disk *disk, struct bio *clone,
			       struct bvec_iter iter, sector_t sector,
			       blk_opf_t opf)
{
	compat_bio_init(&disk->bio, disk->dev->bdev, NULL, 0, opf);
	/* Borrowed pages: nothing below may free or grow the vector. */
	bio_set_flag(&disk->bio, BIO_CLONED);
	disk->bio.bi_io_vec = clone->bi_io_vec;
	disk->bio.bi_iter = iter;
	disk->bio.bi_iter.bi_sector = disk->start + sector;
	return submit(disk);
}
