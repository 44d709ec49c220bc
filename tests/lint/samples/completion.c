// SPDX-License-Identifier: GPL-2.0-only
void remap_io_complete(struct bio *bio, blk_status_t status)
{
	bio->bi_status = status;
	bio_endio(bio);
}

static void resubmit(struct remap_device *dev, struct bio *bio)
{
	bio->bi_opf = rb->opf;
	bio->bi_status = BLK_STS_OK;
	compat_submit_remap(bio);		// expect
}

static void answer(struct remap_device *dev, struct bio *bio)
{
	if (bio->bi_iter.bi_size)		// expect
		return;
	if (bio->bi_opf & REQ_NOWAIT)		// expect
		bio->bi_status = BLK_STS_AGAIN;	// expect
	if (bio->bi_status)
		bio_endio(bio);			// expect
	else
		submit_bio_noacct(bio);		// expect
}
