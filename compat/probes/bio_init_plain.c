// SPDX-License-Identifier: GPL-2.0-only
#include <linux/bio.h>

void probe(struct bio *bio, struct bio_vec *vec);
void probe(struct bio *bio, struct bio_vec *vec)
{
	bio_init(bio, vec, 1);
}
