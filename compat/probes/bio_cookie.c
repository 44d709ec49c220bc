// SPDX-License-Identifier: GPL-2.0-only
#include <linux/blkdev.h>

void probe(struct bio *bio);
void probe(struct bio *bio)
{
	bio->bi_cookie = BLK_QC_T_NONE;
}
