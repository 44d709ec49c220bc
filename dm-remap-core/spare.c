// SPDX-License-Identifier: GPL-2.0-only
#include <linux/bitmap.h>
#include <linux/vmalloc.h>

#include "spare.h"

int remap_spare_init(struct remap_spare *spare, u32 total)
{
	spare->total = total;
	spare->taken = vzalloc(BITS_TO_LONGS(total) * sizeof(long));
	return spare->taken ? 0 : -ENOMEM;
}

void remap_spare_exit(struct remap_spare *spare)
{
	vfree(spare->taken);
}

static void take(struct remap_spare *spare, u32 block)
{
	if (!__test_and_set_bit(block, spare->taken))
		WRITE_ONCE(spare->used, spare->used + 1);
}

void remap_spare_load(struct remap_spare *spare, struct remap_metadata *md)
{
	u32 i, last = 0;

	bitmap_zero(spare->taken, spare->total);
	WRITE_ONCE(spare->used, 0);
	WRITE_ONCE(spare->bad, 0);
	for (i = 0; i < spare->total; i++) {
		u8 state = remap_metadata_truth(md, i)->state;

		if (state == REMAP_ENTRY_FREE &&
		    remap_metadata_block_state(md, i) == REMAP_BLOCK_GOOD)
			continue;
		take(spare, i);
		if (state == REMAP_ENTRY_BAD)
			WRITE_ONCE(spare->bad, spare->bad + 1);
		if (state == REMAP_ENTRY_MAPPED)
			last = i;
	}
	spare->next = last;
}

u32 remap_spare_take(struct remap_spare *spare)
{
	unsigned long block;

	block = find_next_zero_bit(spare->taken, spare->total, spare->next);
	if (block >= spare->total)
		block = find_next_zero_bit(spare->taken, spare->total, 0);
	if (block >= spare->total)
		return REMAP_NO_SPARE;
	take(spare, block);
	spare->next = block;
	return block;
}

void remap_spare_skip(struct remap_spare *spare, u32 from, u32 distance)
{
	u64 next = (u64)from + distance;

	/* A small spare has no place that far away: the other half will do. */
	if (distance >= spare->total)
		next = (u64)from + spare->total / 2;
	spare->next = next >= spare->total ? next - spare->total : next;
}

void remap_spare_give_back(struct remap_spare *spare, u32 block)
{
	if (__test_and_clear_bit(block, spare->taken))
		WRITE_ONCE(spare->used, spare->used - 1);
}

void remap_spare_close(struct remap_spare *spare, u32 table_block)
{
	u32 first = table_block * REMAP_ENTRIES_PER_BLOCK;
	u32 i;

	for (i = first; i < first + REMAP_ENTRIES_PER_BLOCK && i < spare->total; i++)
		take(spare, i);
}
