// SPDX-License-Identifier: GPL-2.0-only
/*
 * libFuzzer's mutations know nothing of records: half the time whole edits are added,
 * dropped and changed instead, with the values that metadata turns on.
 */
#include "base.h"
#include "fuzz.h"

size_t LLVMFuzzerMutate(u8 *data, size_t size, size_t max);
size_t LLVMFuzzerCustomMutator(u8 *data, size_t size, size_t max, unsigned int seed);

static u32 state;

static u32 random32(void)
{
	state ^= state << 13;
	state ^= state >> 17;
	state ^= state << 5;
	return state;
}

/* A number that is somewhere a limit, or next to one. */
static u64 number(void)
{
	const struct remap_super *sb = &base_of(random32() % GEOMETRIES)->super;
	const u64 limits[] = {
		0, 1, 2, 3, 126, 128, 512, 4096, 32768, 65536, 1 << 24, U32_MAX, 1ULL << 32,
		1ULL << 52, 1ULL << 54, 1ULL << 62, 1ULL << 63, U64_MAX, sb->generation,
		sb->main_length, sb->length, sb->spare_blocks, sb->table_blocks, sb->table[0],
		sb->table[1], sb->health[0], sb->health[1], sb->data, sb->super_b,
		remap_format_main_blocks(sb), remap_format_full_mask(sb), random32() & 0xff,
		random32(),
	};
	u64 n = limits[random32() % ARRAY_SIZE(limits)];

	switch (random32() % 8) {
	case 0:
		return n + 1;
	case 1:
		return n - 1;
	case 2:
		return n + 8;
	default:
		return n;
	}
}

static struct edit any_edit(void)
{
	return (struct edit){
		.op = random32() % EDIT_OPS,
		/* mostly both copies: what differs is healed before it is looked at */
		.which = random32() % 6 << 2 | random32() % 4,
		.at = random32(),
		.arg = random32() % 2 ? random32() % 40 : number(),
		.value = number(),
	};
}

static void change(u8 *record)
{
	struct edit e;

	memcpy(&e, record, sizeof(e));
	switch (random32() % 4) {
	case 0:
		e.value = number();
		break;
	case 1:
		e.arg = number();
		break;
	case 2:
		e.which = any_edit().which;
		break;
	default:
		e.at = random32() % 130;
		break;
	}
	memcpy(record, &e, sizeof(e));
}

size_t LLVMFuzzerCustomMutator(u8 *data, size_t size, size_t max, unsigned int seed)
{
	size_t records = size > fuzz_head ? (size - fuzz_head) / sizeof(struct edit) : 0;
	struct edit e;
	u8 *record;

	state = seed | 1;
	if (size < fuzz_head || random32() % 2)
		return LLVMFuzzerMutate(data, size, max);
	size = fuzz_head + records * sizeof(e);
	if (!(random32() % 6)) {
		/* the circumstances */
		data[random32() % fuzz_head] ^= 1 << random32() % 8;
		return size;
	}
	if (!records || (random32() % 2 && size + sizeof(e) <= max)) {
		if (size + sizeof(e) > max)
			return LLVMFuzzerMutate(data, size, max);
		e = any_edit();
		memcpy(data + size, &e, sizeof(e));
		return size + sizeof(e);
	}
	record = data + fuzz_head + random32() % records * sizeof(e);
	if (random32() % 4) {
		change(record);
		return size;
	}
	memmove(record, record + sizeof(e), data + size - record - sizeof(e));
	return size - sizeof(e);
}
