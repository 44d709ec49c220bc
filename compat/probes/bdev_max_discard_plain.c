// SPDX-License-Identifier: GPL-2.0-only
#include <linux/blkdev.h>

bool probe(struct block_device *bdev);
bool probe(struct block_device *bdev)
{
	return blk_queue_discard(bdev_get_queue(bdev));
}
