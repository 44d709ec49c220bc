// SPDX-License-Identifier: GPL-2.0-only
/*
 * format.c: how a new spare is laid out.
 */
#include "good.h"

static u32 layouts;

/* Sectors that a spare with this many blocks plainly takes, wherever it starts. */
static u64 needed(u64 blocks, u32 block_size, u32 align, u32 shift)
{
	u64 tables = DIV_ROUND_UP(blocks, 126) * 8;
	u64 data = (16 + tables) * 512 + shift;

	align = max(align, block_size);
	data = DIV_ROUND_UP(data, align) * align - shift;
	return data / 512 + blocks * (block_size / 512) + 8 + tables + 8;
}

/* Errors cluster within 10 MB: no two copies of anything are neighbours. */
static void check_distance(const struct remap_super *sb)
{
	u64 far = REMAP_COPY_DISTANCE / 512;

	assert_true(sb->super_b >= far + 8);
	assert_true(sb->table[1] >= sb->table[0] + sb->table_blocks * 8 + far);
	assert_true(sb->health[1] >= sb->health[0] + 8 + far);
}

static void check_layout(u64 length, u32 block_size, u32 wanted, u32 align, u32 shift)
{
	struct remap_super sb = good_super(), got;
	u64 room = length & ~7ULL;
	u8 buf[REMAP_META_SIZE];

	layouts++;
	sb.disowned_count = 0;
	sb.block_size = block_size;
	sb.length = length;
	sb.spare_blocks = wanted;
	if (remap_format_layout(&sb, align, shift)) {
		if (needed(1, block_size, align, shift) <= room)
			fail_msg("%llu sectors, block %u, align %u + %u, %u wanted: nothing fits?",
				 length, block_size, align, shift, wanted);
		return;
	}
	assert_in_range(sb.spare_blocks, 1, wanted);
	remap_format_encode_super(buf, &sb, A);
	assert_int_equal(remap_format_decode_super(buf, A, &got), REMAP_VALID);
	assert_trustworthy(&sb);
	assert_int_equal((sb.data * 512 + shift) % max(align, block_size), 0);
	/* metadata blocks are never written as parts of a 4 KiB sector */
	assert_int_equal((sb.table[0] | sb.health[0] | sb.health[1] | sb.table[1] |
			  sb.super_b) % 8, 0);
	if (length > (64 << 20) / 512)
		check_distance(&sb);
	/* what was asked for, or nearly all of the room */
	if (sb.spare_blocks < wanted &&
	    needed(sb.spare_blocks + 1 + length / (block_size / 512) / 50, block_size, align,
		   shift) <= room)
		fail_msg("%llu sectors, block %u, align %u + %u: only %u spare blocks",
			 length, block_size, align, shift, sb.spare_blocks);
}

static void test_layout(void **state)
{
	static const u32 aligns[] = { 512, 4096, 65536, 1 << 20 };
	static const u32 wants[] = { 1, 126, 127, 1000, REMAP_DEFAULT_MAX_SPARES,
				     REMAP_MAX_SPARES };
	static const u64 odd[] = { 0, 1, 7, 8, 63, 1023 };
	u32 a, w, o, block_size, shift;
	u64 length;

	/* 32 KiB to 20 TiB */
	for (length = 64; length <= 20ULL << 31; length *= 2)
		for (o = 0; o < ARRAY_SIZE(odd); o++)
			for (a = 0; a < ARRAY_SIZE(aligns); a++)
				for (w = 0; w < ARRAY_SIZE(wants); w++)
					for (block_size = 512; block_size <= 32768; block_size *= 2)
						for (shift = 0; shift < 4; shift++)
							check_layout(length + odd[o], block_size,
								     wants[w], aligns[a],
								     shift * aligns[a] / 4 & ~511);
	check_layout(20ULL << 31, 4096, REMAP_MAX_SPARES, 4096, 0);
	print_message("# %u layouts\n", layouts);
}

static void test_layout_too_small(void **state)
{
	struct remap_super sb = good_super();

	sb.length = 55;
	assert_int_equal(remap_format_layout(&sb, 512, 0), -ENOSPC);
	sb.length = 64;
	sb.spare_blocks = 1;
	sb.block_size = 4096;
	assert_int_equal(remap_format_layout(&sb, 4096, 0), 0);
	sb.length = 0;
	assert_int_equal(remap_format_layout(&sb, 512, 0), -ENOSPC);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_layout),
		cmocka_unit_test(test_layout_too_small),
	};

	return cmocka_run_group_tests_name("layout", tests, NULL, NULL);
}
