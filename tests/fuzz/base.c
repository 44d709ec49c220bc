// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>

#include "base.h"

#define EDITS	64	/* more say nothing new */

struct base *base_of(unsigned int geometry)
{
	static struct base bases[GEOMETRIES];
	struct base *b = &bases[geometry % GEOMETRIES];
	int seen;

	if (b->image)
		return b;
	life_init(&b->life, &geometries[geometry % GEOMETRIES]);
	life_format(&b->life);
	b->bytes = b->life.spare_store.sectors * SECTOR_SIZE;
	b->image = malloc(b->bytes);
	assert(b->image);
	memcpy(b->image, b->life.spare_store.now, b->bytes);
	seen = remap_format_decode_super(life_area(&b->life), 0, &b->super);
	assert(seen == REMAP_VALID);
	return b;
}

struct life *base_running(unsigned int geometry)
{
	struct base *b = base_of(geometry);
	int r;

	if (b->life.running)
		return &b->life;
	store_set(&b->life.spare_store, b->image);
	r = life_create(&b->life, "0");
	assert(!r);
	r = life_resume(&b->life);
	assert(!r);
	return &b->life;
}

struct base_copy *base_edit(struct base *base, const u8 *data, size_t size)
{
	static u8 image[1 << 19], touched[1024], unsealed[1024];
	static struct base_copy copy;
	size_t start = base->life.geometry->start * SECTOR_SIZE;
	struct edit_target target = {
		.area = image + start, .pages = (base->bytes - start) / 4096,
		.base = &base->super, .touched = touched, .unsealed = unsealed,
		.faults = copy.faults + start / 4096,
	};

	assert(base->bytes <= sizeof(image));
	memcpy(image, base->image, base->bytes);
	memset(touched, 0, sizeof(touched));
	memset(unsealed, 0, sizeof(unsealed));
	memset(&copy, 0, sizeof(copy));
	copy.base = base;
	copy.image = image;
	copy.area = image + start;
	edit_apply(&target, data, min_t(size_t, size, EDITS * sizeof(struct edit)));
	return &copy;
}
