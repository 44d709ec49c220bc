// SPDX-License-Identifier: GPL-2.0-only
#include "good.h"

struct remap_super good_super(void)
{
	struct remap_super sb = {
		.generation = 77,
		.state = REMAP_SUPER_ACTIVE,
		.flags = REMAP_SUPER_CLEAN,
		.block_size = 4096,
		.mask_unit = 512,
		.spare_blocks = 300,
		.main_start = 2048,
		.main_length = 1 << 20,
		.length = 1 << 16,
		.fingerprint = { 0x11223344, 0x55667788 },
		.main_identity = "wwn-0x5000c500a1b2c3d4",
		.label = "archive",
	};

	memcpy(sb.uuid, "fedcba9876543210", 16);
	assert_int_equal(remap_format_layout(&sb, 4096, 0), 0);
	sb.disowned_count = 2;
	sb.disowned[0] = (struct remap_disowned){ .block = 2, .copy = 1 };
	sb.disowned[1] = (struct remap_disowned){ .block = 0, .copy = 0, .dead = true };
	return sb;
}

void assert_trustworthy(const struct remap_super *sb)
{
	const u64 meta = REMAP_META_SECTORS;
	unsigned __int128 end = 0;
	const unsigned __int128 area[][2] = {
		{ 0, meta },
		{ sb->table[0], (u64)sb->table_blocks * meta },
		{ sb->health[0], (u64)sb->health_blocks * meta },
		{ sb->data, (u64)sb->spare_blocks * (sb->block_size / 512) },
		{ sb->health[1], (u64)sb->health_blocks * meta },
		{ sb->table[1], (u64)sb->table_blocks * meta },
		{ sb->super_b, meta },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(area); i++) {
		assert_true(area[i][0] >= end);
		end = area[i][0] + area[i][1];
	}
	assert_true(end <= sb->length);
	assert_int_equal(sb->table_blocks, DIV_ROUND_UP(sb->spare_blocks, 126));
	assert_true(sb->disowned_count <= REMAP_MAX_DISOWNED);
	for (i = 0; i < sb->disowned_count; i++)
		assert_true(sb->disowned[i].block < sb->table_blocks);
	assert_true(sb->mask_unit && sb->block_size / sb->mask_unit <= 64);
	assert_true(remap_format_main_blocks(sb) <= REMAP_MAX_MAIN_BLOCKS);
}
