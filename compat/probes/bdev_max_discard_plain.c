// SPDX-License-Identifier: GPL-2.0-only
#include <linux/blkdev.h>

int probe(struct block_device *bdev);
int probe(struct block_device *bdev)
{
	return blk_queue_discard(bdev_get_queue(bdev));
}
