// SPDX-License-Identifier: GPL-2.0-only
/*
 * One table block against the superblock that it belongs to. The input: geometry,
 * which block, how, sizes of the superblock; then edits or a raw block.
 */
#include "base.h"
#include "fuzz.h"
#include "spec.h"

#define RAW	1
#define UNSEALED 2
#define COPY_B	4
#define RESIZE	8	/* main and spare are smaller than they were */

/* What was accepted is used without a second look. */
static void check_entries(const struct remap_disk_table *t, const struct remap_super *sb, u32 k)
{
	u32 j;

	for (j = 0; j < REMAP_ENTRIES_PER_BLOCK; j++) {
		const struct remap_disk_entry *e = &t->entries[j];

		assert(e->state <= REMAP_ENTRY_BAD && e->reason < REMAP_REASON_COUNT);
		assert(e->generation <= t->header.generation);
		if (e->state != REMAP_ENTRY_MAPPED) {
			assert(!e->main_block && !e->lost);
			continue;
		}
		assert(k * REMAP_ENTRIES_PER_BLOCK + j < sb->spare_blocks);
		assert(e->main_block * (sb->block_size / 512) < sb->main_length);
		assert(!(e->lost & ~remap_format_full_mask(sb)));
	}
}

static void check(u8 *block, const struct remap_super *sb, u32 k, u32 copy)
{
	struct remap_disk_table twin;
	enum remap_verdict verdict, other;

	verdict = remap_format_check_table((void *)block, sb, k, copy);
	other = spec_table(block, sb, k, copy);
	assert(verdict == other);
	if (verdict != REMAP_VALID)
		return;
	check_entries((void *)block, sb, k);
	memcpy(&twin, block, sizeof(twin));
	remap_format_seal_table(&twin, sb->uuid, twin.header.generation, k, !copy);
	verdict = remap_format_check_table(&twin, sb, k, !copy);
	assert(verdict == REMAP_VALID && remap_format_same_table(&twin, (void *)block));
	twin.entries[0].time ^= 1;
	assert(!remap_format_same_table(&twin, (void *)block));
}

static void resize(struct remap_super *sb, u8 main, u8 spares)
{
	sb->main_length -= min_t(u64, main, sb->main_length - 1);
	sb->spare_blocks -= min_t(u32, spares, sb->spare_blocks - 1);
	sb->table_blocks = DIV_ROUND_UP(sb->spare_blocks, REMAP_ENTRIES_PER_BLOCK);
}

const size_t fuzz_head = 6;

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct remap_super sb;
	struct base_copy *c;
	u8 how, *block;
	u32 k, copy;

	if (size < 6)
		return 0;
	how = data[2];
	copy = !!(how & COPY_B);
	c = base_edit(base_of(data[0]), data + 6, how & RAW ? 0 : size - 6);
	sb = c->base->super;
	k = data[1] % sb.table_blocks;
	block = c->area + edit_block_place(&sb, 2 + k, copy) * 512;
	if (how & RAW)
		memcpy(block, data + 6, min_t(size_t, size - 6, 4096));
	if (how & RAW && !(how & UNSEALED))
		edit_seal(block);
	if (how & RESIZE)
		resize(&sb, data[3], data[4]);
	check(block, &sb, k, copy);
	return 0;
}
