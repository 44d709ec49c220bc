/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The only file that knows about differences between kernels. Its flags
 * (COMPAT_*) are set by the try-compile probes of compat/Kbuild.probes, never
 * by version numbers: distributions backport.
 */
#ifndef REMAP_COMPAT_H
#define REMAP_COMPAT_H

#include <linux/bio.h>
#include <linux/blkdev.h>
#include <linux/device-mapper.h>

#ifdef BLK_OPEN_WRITE
#define COMPAT_MODE_WRITE BLK_OPEN_WRITE
#else
#define COMPAT_MODE_WRITE FMODE_WRITE
#endif

static inline void compat_bio_init(struct bio *bio, struct block_device *bdev,
				   struct bio_vec *vecs, unsigned short nr,
				   blk_opf_t opf)
{
#ifdef COMPAT_BIO_INIT_BDEV
	bio_init(bio, bdev, vecs, nr, opf);
#else
	bio_init(bio, vecs, nr);
	bio_set_dev(bio, bdev);
	bio->bi_opf = opf;
#endif
}

/* A bio that is submitted again from task context may sleep. */
static inline void compat_bio_clear_polled(struct bio *bio)
{
#ifdef REQ_POLLED
	bio->bi_opf &= ~REQ_POLLED;
#else
	bio->bi_opf &= ~REQ_HIPRI;
#endif
#ifdef COMPAT_BIO_COOKIE
	bio->bi_cookie = BLK_QC_T_NONE;
#endif
}

/* Submit a clone that map() or end_io() kept for itself. */
static inline void compat_submit_remap(struct bio *clone)
{
#ifdef COMPAT_DM_SUBMIT_BIO_REMAP
	dm_submit_bio_remap(clone, NULL);
#else
	submit_bio_noacct(clone);
#endif
}

static inline void compat_accounts_remapped_io(struct dm_target *ti)
{
#ifdef COMPAT_DM_SUBMIT_BIO_REMAP
	ti->accounts_remapped_io = true;
#endif
}

static inline bool compat_bdev_can_discard(struct block_device *bdev)
{
#ifdef COMPAT_BDEV_MAX_DISCARD
	return bdev_max_discard_sectors(bdev);
#else
	return blk_queue_discard(bdev_get_queue(bdev));
#endif
}

static inline sector_t compat_bdev_sectors(struct block_device *bdev)
{
#ifdef COMPAT_BDEV_NR_SECTORS
	return bdev_nr_sectors(bdev);
#else
	return i_size_read(bdev->bd_inode) >> SECTOR_SHIFT;
#endif
}

#endif
