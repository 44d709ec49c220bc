// SPDX-License-Identifier: GPL-2.0-only
/* Compiles only where there is no type of this name. */
#include <linux/blk_types.h>

typedef struct bio *blk_opf_t;

unsigned int probe(struct bio *bio);
unsigned int probe(struct bio *bio)
{
	return bio->bi_opf;
}
