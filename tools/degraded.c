// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>

#include <linux/kernel.h>

#include "degraded.h"

static int by_block(const void *a, const void *b)
{
	const u64 *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* Blocks of the main device that live on the spare, in order. */
static u64 *blocks_of(const struct backup *b, size_t *nr)
{
	u64 *blocks = calloc((size_t)b->nr + 1, sizeof(*blocks));
	u32 i;

	*nr = 0;
	for (i = 0; blocks && i < b->nr; i++)
		if (b->entries[i].entry.state == REMAP_ENTRY_MAPPED)
			blocks[(*nr)++] = le64_to_cpu(b->entries[i].entry.main_block);
	if (blocks)
		qsort(blocks, *nr, sizeof(*blocks), by_block);
	return blocks;
}

struct segments {
	struct dm_segment *list;
	size_t nr;
	u64 at;			/* where the next one begins */
	u64 main_start;
};

static void add(struct segments *s, u64 end, bool fails)
{
	struct dm_segment *last = s->nr ? &s->list[s->nr - 1] : NULL;

	if (end <= s->at)
		return;
	if (last && fails && last->main == DM_ERROR) {
		last->sectors += end - s->at;
	} else {
		s->list[s->nr++] = (struct dm_segment){
			.start = s->at, .sectors = end - s->at,
			.main = fails ? DM_ERROR : s->main_start + s->at,
		};
	}
	s->at = end;
}

int degraded_segments(const struct backup *backup, struct dm_segment **segments, size_t *nr)
{
	u64 length = backup->super.main_length, spb = backup->super.block_size >> 9;
	struct segments s = { .main_start = backup->super.main_start };
	size_t count, i;
	u64 *blocks = blocks_of(backup, &count);

	*segments = NULL;
	if (!blocks)
		return -ENOMEM;
	s.list = calloc(2 * count + 1, sizeof(*s.list));
	for (i = 0; s.list && i < count; i++) {
		add(&s, min(blocks[i] * spb, length), false);
		add(&s, min((blocks[i] + 1) * spb, length), true);
	}
	free(blocks);
	if (!s.list)
		return -ENOMEM;
	add(&s, length, false);
	*segments = s.list;
	*nr = s.nr;
	return 0;
}
