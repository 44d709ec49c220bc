// SPDX-License-Identifier: GPL-2.0-only
int remap_io_map(struct dm_target *ti, struct bio *bio)
{
	struct remap_bio *rb = remap_bio_of(bio);

	rb->flags = 0;
	rb->generation = remap_map_generation(&dev->map);
	spin_lock_irqsave(&dev->lock, flags);		// expect
	atomic_inc(&dev->count);			// expect
	dev->md.mode = REMAP_MODE_FAIL;			// expect
	dev->bios++;					// expect
	bio->bi_iter.bi_sector = dev->main.start + rb->iter.bi_sector;
	return DM_MAPIO_REMAPPED;
}

static int end_success(struct remap_device *dev, struct remap_bio *rb)
{
	if (unlikely(test_bit(1, &dev->flags)))
		clear_bit(1, &dev->flags);		// expect
	return 0;
}

static void note_write(struct remap_device *dev)
{
	clear_bit(1, &dev->flags);
}
