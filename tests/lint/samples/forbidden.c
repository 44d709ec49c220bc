// SPDX-License-Identifier: GPL-2.0-only
static int map(struct dm_target *ti, struct bio *bio)
{
	BUG_ON(!bio);				// expect
	WARN_ON_ONCE(!ti);
	if (WARN_ON(bio->bi_status))		// expect
		return DM_MAPIO_REQUEUE;	// expect
	if (current->flags & PF_MEMALLOC)	// expect
		return DM_MAPIO_SUBMITTED;
	buf = kmalloc(1, GFP_ATOMIC);		// expect
	return bio ? DM_MAPIO_REMAPPED : DM_MAPIO_DELAY_REQUEUE;	// expect
}

static int end(struct dm_target *ti, struct bio *bio)
{
	int current_block = 1;

	printk(KERN_ERR "no\n");		// expect
	return current_block ? DM_ENDIO_DONE : DM_ENDIO_REQUEUE;	// expect
}
