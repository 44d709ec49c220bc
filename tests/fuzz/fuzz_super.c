// SPDX-License-Identifier: GPL-2.0-only
/*
 * One superblock: is it what docs/format.md says, and does what is accepted survive
 * being written again? The input: geometry, copy, how; then edits, a raw block, or
 * sizes that are to be laid out.
 */
#include "base.h"
#include "fuzz.h"
#include "spec.h"

#define RAW	1	/* the bytes as they are, over a sound block */
#define UNSEALED 2	/* with the checksum that they bring */
#define LAYOUT	4	/* sizes for remap_format_layout() */

static void check_block(const u8 *block, u32 copy)
{
	struct remap_super sb, expected, again;
	enum remap_verdict verdict, other;
	u8 out[4096];

	verdict = remap_format_decode_super(block, copy, &sb);
	other = spec_super(block, copy, &expected);
	assert(verdict == other);
	if (verdict != REMAP_VALID)
		return;
	assert(!memcmp(&sb, &expected, sizeof(sb)));
	remap_format_encode_super(out, &sb, copy);
	verdict = remap_format_decode_super(out, copy, &again);
	assert(verdict == REMAP_VALID && !memcmp(&sb, &again, sizeof(sb)));
	verdict = remap_format_decode_super(out, !copy, &again);
	assert(verdict == REMAP_FOREIGN);
}

struct sizes {
	u8 block_shift, mask_shift, align_shift, length_shift;
	u32 spare_blocks, shift;
	u64 length, main_length;
} __attribute__((packed));

static void check_layout(const u8 *data, size_t size)
{
	struct remap_super sb = { .uuid = "0123456789abcdef", .generation = 1, .state = 1 };
	u32 align, shift;
	struct sizes s;
	u8 out[4096];

	if (size < sizeof(s))
		return;
	memcpy(&s, data, sizeof(s));
	sb.block_size = 512 << s.block_shift % 7;
	sb.mask_unit = min(512 << s.mask_shift % 4, (int)sb.block_size);
	sb.spare_blocks = s.spare_blocks % REMAP_MAX_SPARES + 1;
	sb.length = s.length >> (10 + s.length_shift % 54);
	sb.main_length = max_t(u64, 1, s.main_length >> 14) & ~((sb.mask_unit >> 9) - 1ULL);
	align = 4096 << s.align_shift % 9;
	shift = s.shift % align & ~511U;
	if (!sb.main_length || remap_format_layout(&sb, align, shift))
		return;
	assert(sb.spare_blocks <= s.spare_blocks % REMAP_MAX_SPARES + 1);
	assert(!((sb.data * 512 + shift) % max(align, sb.block_size)));
	if (remap_format_main_blocks(&sb) > REMAP_MAX_MAIN_BLOCKS)
		return;
	remap_format_encode_super(out, &sb, 0);
	check_block(out, 0);
	assert(remap_format_decode_super(out, 0, &sb) == REMAP_VALID);
}

const size_t fuzz_head = 4;

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct base_copy *c;
	u8 how, *block;
	u32 copy;

	if (size < 4)
		return 0;
	how = data[2];
	copy = data[1] & 1;
	data += 4;
	size -= 4;
	if (how & LAYOUT) {
		check_layout(data, size);
		return 0;
	}
	c = base_edit(base_of(data[-4]), data, how & RAW ? 0 : size);
	block = c->area + (copy ? c->base->super.super_b * 512 : 0);
	if (how & RAW)
		memcpy(block, data, min_t(size_t, size, 4096));
	if (how & RAW && !(how & UNSEALED))
		edit_seal(block);
	check_block(block, copy);
	return 0;
}
