// SPDX-License-Identifier: GPL-2.0-only
#include <linux/bio.h>

void probe(struct bio *bio, struct block_device *bdev, struct bio_vec *vec);
void probe(struct bio *bio, struct block_device *bdev, struct bio_vec *vec)
{
	bio_init(bio, bdev, vec, 1, REQ_OP_READ);
}
