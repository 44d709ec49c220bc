// SPDX-License-Identifier: GPL-2.0-only
#include <linux/blkdev.h>

sector_t probe(struct block_device *bdev);
sector_t probe(struct block_device *bdev)
{
	return i_size_read(bdev->bd_inode) >> SECTOR_SHIFT;
}
