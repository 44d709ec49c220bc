// SPDX-License-Identifier: GPL-2.0-only
/*
 * format.c: what is accepted from a disk.
 */
#include "good.h"

/* An independent crc: bit by bit. */
static u32 slow_crc(const u8 *p, size_t len)
{
	u32 crc = ~0, i;

	while (len--) {
		crc ^= *p++;
		for (i = 0; i < 8; i++)
			crc = crc & 1 ? crc >> 1 ^ 0x82f63b78 : crc >> 1;
	}
	return ~crc;
}

/* Makes a hostile block pass the checksum. */
static void reseal(void *buf)
{
	struct remap_disk_header *h = buf;

	h->crc = 0;
	h->crc = cpu_to_le32(slow_crc(buf, REMAP_META_SIZE));
}

static void test_crc(void **state)
{
	struct remap_super sb = good_super();
	u8 buf[REMAP_META_SIZE];
	u32 crc;

	assert_int_equal(~crc32c(~0, "123456789", 9), 0xe3069283);
	shim_slow_crc = true;
	assert_int_equal(~crc32c(~0, "123456789", 9), 0xe3069283);
	shim_slow_crc = false;
	remap_format_encode_super(buf, &sb, A);
	crc = le32_to_cpu(((struct remap_disk_header *)buf)->crc);
	reseal(buf);
	assert_int_equal(le32_to_cpu(((struct remap_disk_header *)buf)->crc), crc);
}

static void test_super_round_trip(void **state)
{
	struct remap_super sb = good_super(), got;
	u8 buf[REMAP_META_SIZE], other[REMAP_META_SIZE];
	u32 copy;

	for (copy = 0; copy < 2; copy++) {
		remap_format_encode_super(buf, &sb, copy);
		memset(&got, 0xaa, sizeof(got));
		assert_int_equal(remap_format_decode_super(buf, copy, &got), REMAP_VALID);
		/* contradict() in super.c compares them so */
		memset(other, 0xbb, sizeof(other));
		remap_format_encode_super(other, &got, copy);
		assert_memory_equal(buf, other, sizeof(buf));
		assert_int_equal(remap_format_decode_super(buf, !copy, &got), REMAP_FOREIGN);
	}
}

static void test_super_full_list(void **state)
{
	struct remap_super sb = good_super(), got = {};
	u8 buf[REMAP_META_SIZE];
	u32 i;

	sb.spare_blocks = 200 * REMAP_ENTRIES_PER_BLOCK;
	sb.length = 1 << 20;
	assert_int_equal(remap_format_layout(&sb, 4096, 0), 0);
	sb.disowned_count = REMAP_MAX_DISOWNED;
	for (i = 0; i < REMAP_MAX_DISOWNED; i++)
		sb.disowned[i] = (struct remap_disowned){ .block = 199 - i, .copy = i & 1 };
	remap_format_encode_super(buf, &sb, A);
	assert_int_equal(remap_format_decode_super(buf, A, &got), REMAP_VALID);
	assert_memory_equal(&got.disowned, &sb.disowned, sizeof(sb.disowned));
}

/* Documented byte by byte in docs/format.md: these may never change. */
static void test_super_bytes(void **state)
{
	struct remap_super sb = good_super();
	u8 buf[REMAP_META_SIZE];

	remap_format_encode_super(buf, &sb, B);
	assert_memory_equal(buf, "dmremapS", 8);
	assert_int_equal(buf[12], 1);
	assert_memory_equal(buf + 16, "fedcba9876543210", 16);
	assert_int_equal(buf[32], 77);
	assert_int_equal(buf[44], 1);
	assert_int_equal(buf[76], REMAP_SUPER_ACTIVE);
	assert_int_equal(buf[85], 0x10);
	assert_memory_equal(buf + 176, "\x44\x33\x22\x11\x88\x77\x66\x55", 8);
	assert_string_equal(buf + 184, "wwn-0x5000c500a1b2c3d4");
	assert_int_equal(buf[376], 2);
	assert_int_equal(buf[384], 2);
	assert_int_equal(buf[388], 1);
	assert_int_equal(buf[397], REMAP_DISOWN_DEAD);
}

static enum remap_verdict verdict_of(struct remap_disk_super *d)
{
	struct remap_super got;

	reseal(d);
	return remap_format_decode_super(d, A, &got);
}

/* One field at a time is made impossible; each must be noticed by itself. */
#define HOSTILE(field, value) \
	do { \
		struct remap_disk_super d = good; \
		d.field = (value); \
		if (verdict_of(&d) != REMAP_INSANE) \
			fail_msg("accepted: " #field " = " #value); \
	} while (0)

static void hostile_sizes(const struct remap_disk_super good)
{
	HOSTILE(header.generation, 0);
	HOSTILE(header.generation, 1ULL << 63);
	HOSTILE(header.generation, ~0ULL);
	HOSTILE(state, 0);
	HOSTILE(state, 5);
	HOSTILE(state, ~0U);
	HOSTILE(flags, REMAP_SUPER_FLAGS + 1);
	HOSTILE(flags, ~0U);
	HOSTILE(block_size, 0);
	HOSTILE(block_size, 256);
	HOSTILE(block_size, 4095);
	HOSTILE(block_size, 6144);
	HOSTILE(block_size, 65536);
	HOSTILE(block_size, 1U << 31);
	HOSTILE(mask_unit, 0);
	HOSTILE(mask_unit, 256);
	HOSTILE(mask_unit, 1536);
	HOSTILE(mask_unit, 8192);
	HOSTILE(spare_blocks, 0);
	HOSTILE(spare_blocks, 379);		/* more than the table blocks */
	HOSTILE(spare_blocks, 252);		/* fewer */
	HOSTILE(spare_blocks, REMAP_MAX_SPARES + 1);
	HOSTILE(spare_blocks, ~0U);
	HOSTILE(table_blocks, 0);
	HOSTILE(table_blocks, 2);
	HOSTILE(table_blocks, 4);
	HOSTILE(table_blocks, ~0U);
	HOSTILE(health_blocks, 0);
	HOSTILE(health_blocks, 1025);
	HOSTILE(health_blocks, ~0U);
	HOSTILE(main_length, 0);
	HOSTILE(main_length, 1ULL << 54);
	HOSTILE(main_length, ~0ULL);
	HOSTILE(main_start, 1ULL << 54);
	HOSTILE(main_start, ~0ULL);
	HOSTILE(length, 0);
	HOSTILE(length, 1ULL << 54);
	HOSTILE(length, ~0ULL);
}

static void hostile_areas(const struct remap_disk_super good)
{
	u64 end = le64_to_cpu(good.length);

	HOSTILE(table_a, 0);
	HOSTILE(table_a, 7);			/* in the superblock */
	HOSTILE(table_a, good.table_a + 1);	/* into the health record */
	HOSTILE(table_a, ~0ULL);
	HOSTILE(table_a, ~0ULL - 7);		/* sum wraps to something small */
	HOSTILE(health_a, good.health_a - 1);
	HOSTILE(health_a, good.data - 7);
	HOSTILE(health_a, ~0ULL);
	HOSTILE(data, good.health_a + 7);
	HOSTILE(data, good.health_b - 8);
	HOSTILE(data, ~0ULL);
	HOSTILE(data, ~0ULL - 300 * 8 + 1);	/* end of data wraps to 0 */
	HOSTILE(health_b, good.data + 300 * 8 - 1);
	HOSTILE(health_b, good.table_b - 7);
	HOSTILE(health_b, ~0ULL);
	HOSTILE(table_b, good.health_b + 7);
	HOSTILE(table_b, good.super_b - 3 * 8 + 1);
	HOSTILE(table_b, 0);
	HOSTILE(table_b, ~0ULL);
	HOSTILE(super_b, good.table_b);
	HOSTILE(super_b, end - 7);
	HOSTILE(super_b, 0);
	HOSTILE(super_b, ~0ULL);
	HOSTILE(super_b, ~0ULL - 7);
}

static void hostile_disowned(const struct remap_disk_super good)
{
	HOSTILE(disowned_count, REMAP_MAX_DISOWNED + 1);
	HOSTILE(disowned_count, ~0U);
	HOSTILE(disowned_count, 0x80000000U);
	HOSTILE(disowned_count, 3);		/* the third is block 0 again */
	HOSTILE(disowned[0].block, 3);		/* beyond the table */
	HOSTILE(disowned[0].block, ~0U);
	HOSTILE(disowned[0].block, 0);		/* twice */
	HOSTILE(disowned[0].copy, 2);
	HOSTILE(disowned[0].copy, 255);
	HOSTILE(disowned[1].flags, 2);
	HOSTILE(disowned[1].flags, 0x81);
}

static void test_super_hostile(void **state)
{
	struct remap_super sb = good_super();
	struct remap_disk_super good;

	remap_format_encode_super(&good, &sb, A);
	assert_int_equal(verdict_of(&good), REMAP_VALID);
	hostile_sizes(good);
	hostile_areas(good);
	hostile_disowned(good);
}

/* 64 logical blocks to a block, not one more: that is the mask's width. */
static void test_super_mask(void **state)
{
	struct remap_super sb = good_super();
	struct remap_disk_super d;

	sb.disowned_count = 0;
	sb.block_size = 32768;
	sb.spare_blocks = 100;
	assert_int_equal(remap_format_layout(&sb, 4096, 0), 0);
	remap_format_encode_super(&d, &sb, A);
	assert_int_equal(verdict_of(&d), REMAP_VALID);
	assert_true(remap_format_full_mask(&sb) == ~0ULL);
	sb.mask_unit = 32768;
	assert_true(remap_format_full_mask(&sb) == 1);
	/* not whole logical blocks of main */
	sb.mask_unit = 4096;
	sb.main_length = 8001;
	remap_format_encode_super(&d, &sb, A);
	assert_int_equal(verdict_of(&d), REMAP_INSANE);
}

static void test_super_features(void **state)
{
	struct remap_super sb = good_super();
	struct remap_disk_super good, d;

	remap_format_encode_super(&good, &sb, A);
	d = good;
	d.header.version = cpu_to_le32(2);
	assert_int_equal(verdict_of(&d), REMAP_TOO_NEW);
	d = good;
	d.incompat = cpu_to_le32(1U << 31);
	assert_int_equal(verdict_of(&d), REMAP_TOO_NEW);
	d = good;
	d.ro_compat = cpu_to_le32(1);
	assert_int_equal(verdict_of(&d), REMAP_TOO_NEW);
	d = good;
	d.compat = cpu_to_le32(1);
	assert_int_equal(verdict_of(&d), REMAP_VALID);
	/* a newer version may mean anything by the rest */
	d = good;
	d.header.version = cpu_to_le32(2);
	d.block_size = 0;
	assert_int_equal(verdict_of(&d), REMAP_TOO_NEW);
}

static void test_blank_and_foreign(void **state)
{
	struct remap_super sb = good_super(), got;
	u8 buf[REMAP_META_SIZE] = {};
	size_t i;

	assert_int_equal(remap_format_decode_super(buf, A, &got), REMAP_BLANK);
	for (i = 0; i < sizeof(buf); i++) {
		buf[i] = 1;
		assert_int_equal(remap_format_decode_super(buf, A, &got), REMAP_FOREIGN);
		assert_false(remap_format_is_blank(buf, sizeof(buf)));
		buf[i] = 0;
	}
	assert_true(remap_format_is_blank(buf, sizeof(buf)));
	/* a table block where the superblock should be */
	remap_format_seal_table((void *)buf, sb.uuid, 1, 0, A);
	assert_int_equal(remap_format_decode_super(buf, A, &got), REMAP_FOREIGN);
}

/* A block that differs in one bit is never taken for ours and whole. */
static void test_every_bit(void **state)
{
	struct remap_super sb = good_super(), got;
	struct remap_disk_table t = {};
	u8 super[REMAP_META_SIZE];
	size_t bit;

	sb.disowned_count = 0;
	remap_format_encode_super(super, &sb, A);
	remap_format_seal_table(&t, sb.uuid, 9, 1, B);
	for (bit = 0; bit < 8 * REMAP_META_SIZE; bit++) {
		enum remap_verdict expected = bit < 64 ? REMAP_FOREIGN : REMAP_CORRUPT;
		u8 *p = super + bit / 8, *q = (u8 *)&t + bit / 8;

		*p ^= 1 << bit % 8;
		*q ^= 1 << bit % 8;
		assert_int_equal(remap_format_decode_super(super, A, &got), expected);
		assert_int_equal(remap_format_check_table(&t, &sb, 1, B), expected);
		*p ^= 1 << bit % 8;
		*q ^= 1 << bit % 8;
	}
	assert_int_equal(remap_format_decode_super(super, A, &got), REMAP_VALID);
	assert_int_equal(remap_format_check_table(&t, &sb, 1, B), REMAP_VALID);
}

/* Random damage with a good checksum: refused, or harmless. */
static void test_super_fuzz(void **state)
{
	struct remap_super sb = good_super(), got;
	struct remap_disk_super good, d;
	u32 seed = 4711, round, accepted = 0;

	remap_format_encode_super(&good, &sb, A);
	for (round = 0; round < 60000; round++) {
		u32 n = 1 + rig_random(&seed) % 3;

		d = good;
		while (n--) {
			u32 at = 32 + rig_random(&seed) % (n & 1 ? 360 : 160);

			((u8 *)&d)[at] = rig_random(&seed) % 3 ?
				1 << rig_random(&seed) % 8 : rig_random(&seed);
		}
		d.header.crc = 0;
		d.header.crc = cpu_to_le32(~crc32c(~0, &d, sizeof(d)));
		if (remap_format_decode_super(&d, A, &got) != REMAP_VALID)
			continue;
		accepted++;
		assert_trustworthy(&got);
	}
	assert_true(accepted > 1000);	/* else this tests nothing */
}

/*
 * Table blocks
 */

static struct remap_disk_table good_table(const struct remap_super *sb, u32 index)
{
	struct remap_disk_table t = {};
	struct remap_disk_entry *e = &t.entries[3];

	e->main_block = cpu_to_le64(123);
	e->generation = cpu_to_le64(9);
	e->lost = cpu_to_le64(0x81);
	e->state = REMAP_ENTRY_MAPPED;
	e->reason = REMAP_REASON_READ_ERROR;
	e->flags = REMAP_ENTRY_RESCUABLE;
	t.entries[4].state = REMAP_ENTRY_BAD;
	t.entries[5].generation = cpu_to_le64(10);	/* freed once */
	remap_format_seal_table(&t, sb->uuid, 10, index, A);
	return t;
}

static enum remap_verdict table_verdict(struct remap_disk_table *t, u32 index)
{
	struct remap_super sb = good_super();

	reseal(t);
	return remap_format_check_table(t, &sb, index, A);
}

#define HOSTILE_ENTRY(nr, field, value) \
	do { \
		struct remap_disk_table t = good; \
		t.entries[nr].field = (value); \
		if (table_verdict(&t, 1) != REMAP_INSANE) \
			fail_msg("accepted: entry " #nr ": " #field " = " #value); \
	} while (0)

static void test_table_hostile(void **state)
{
	struct remap_super sb = good_super();
	struct remap_disk_table good = good_table(&sb, 1);

	assert_int_equal(table_verdict(&good, 1), REMAP_VALID);
	/* 1 << 20 sectors are 131072 blocks */
	HOSTILE_ENTRY(3, main_block, 131072);
	HOSTILE_ENTRY(3, main_block, ~0ULL);
	HOSTILE_ENTRY(3, main_block, 1ULL << 61);	/* as sectors this wraps */
	HOSTILE_ENTRY(3, generation, 11);		/* above the header's */
	HOSTILE_ENTRY(3, generation, ~0ULL);
	HOSTILE_ENTRY(3, generation, 0);
	HOSTILE_ENTRY(3, lost, 0x100);			/* there are 8 logical blocks */
	HOSTILE_ENTRY(3, lost, 1ULL << 63);
	HOSTILE_ENTRY(3, state, 3);
	HOSTILE_ENTRY(3, state, 255);
	HOSTILE_ENTRY(3, reason, REMAP_REASON_COUNT);
	HOSTILE_ENTRY(3, reason, 255);
	HOSTILE_ENTRY(3, flags, 2);
	HOSTILE_ENTRY(3, flags, 255);
	HOSTILE_ENTRY(4, main_block, 1);		/* bad, yet it holds something */
	HOSTILE_ENTRY(4, lost, 1);
	HOSTILE_ENTRY(5, main_block, 1);		/* free, yet it holds something */
	HOSTILE_ENTRY(5, lost, 1);
	HOSTILE_ENTRY(5, generation, 11);
	HOSTILE_ENTRY(6, reason, 7);
	HOSTILE_ENTRY(125, state, 3);
}

static void test_table_header(void **state)
{
	struct remap_super sb = good_super();
	struct remap_disk_table good = good_table(&sb, 1), t = good;

	assert_int_equal(remap_format_check_table(&good, &sb, 1, B), REMAP_FOREIGN);
	assert_int_equal(remap_format_check_table(&good, &sb, 0, A), REMAP_FOREIGN);
	t.header.uuid[15] ^= 1;
	assert_int_equal(table_verdict(&t, 1), REMAP_FOREIGN);
	t = good;
	t.header.version = cpu_to_le32(2);
	assert_int_equal(table_verdict(&t, 1), REMAP_TOO_NEW);
	t = good;
	t.header.generation = 0;
	assert_int_equal(table_verdict(&t, 1), REMAP_INSANE);
	t = good;
	t.header.generation = cpu_to_le64(1ULL << 63);
	assert_int_equal(table_verdict(&t, 1), REMAP_INSANE);
	memset(&t, 0, sizeof(t));
	assert_int_equal(remap_format_check_table(&t, &sb, 1, A), REMAP_BLANK);
}

/* 300 spare blocks: the third table block has 48 entries and 78 of nothing. */
static void test_table_beyond_the_end(void **state)
{
	struct remap_super sb = good_super();
	struct remap_disk_table good = good_table(&sb, 2), t;
	u32 byte;

	assert_int_equal(table_verdict(&good, 2), REMAP_VALID);
	t = good;
	t.entries[47].generation = cpu_to_le64(10);
	assert_int_equal(table_verdict(&t, 2), REMAP_VALID);
	for (byte = 0; byte < 32; byte++) {
		t = good;
		((u8 *)&t.entries[48])[byte] = 1;
		assert_int_equal(table_verdict(&t, 2), REMAP_INSANE);
		t = good;
		((u8 *)&t.entries[125])[byte] = 1;
		assert_int_equal(table_verdict(&t, 2), REMAP_INSANE);
	}
}

static void test_same_table(void **state)
{
	struct remap_super sb = good_super();
	struct remap_disk_table a = good_table(&sb, 1), b = a;

	remap_format_seal_table(&b, sb.uuid, 10, 1, B);
	assert_true(remap_format_same_table(&a, &b));
	b.entries[125].time = cpu_to_le32(1);
	assert_false(remap_format_same_table(&a, &b));
	b = a;
	remap_format_seal_table(&b, sb.uuid, 11, 1, B);
	assert_false(remap_format_same_table(&a, &b));
}

static void test_health(void **state)
{
	struct remap_super sb = good_super();
	struct remap_disk_health h = {};
	size_t bit;

	memset(h.payload, 0x5a, sizeof(h.payload));
	remap_format_seal_health(&h, sb.uuid, 5, B);
	assert_int_equal(remap_format_check_health(&h, &sb, B), REMAP_VALID);
	assert_int_equal(remap_format_check_health(&h, &sb, A), REMAP_FOREIGN);
	for (bit = 64; bit < 8 * REMAP_META_SIZE; bit += 61) {
		((u8 *)&h)[bit / 8] ^= 1 << bit % 8;
		assert_int_equal(remap_format_check_health(&h, &sb, B), REMAP_CORRUPT);
		((u8 *)&h)[bit / 8] ^= 1 << bit % 8;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_crc),
		cmocka_unit_test(test_super_round_trip),
		cmocka_unit_test(test_super_full_list),
		cmocka_unit_test(test_super_bytes),
		cmocka_unit_test(test_super_hostile),
		cmocka_unit_test(test_super_mask),
		cmocka_unit_test(test_super_features),
		cmocka_unit_test(test_blank_and_foreign),
		cmocka_unit_test(test_every_bit),
		cmocka_unit_test(test_super_fuzz),
		cmocka_unit_test(test_table_hostile),
		cmocka_unit_test(test_table_header),
		cmocka_unit_test(test_table_beyond_the_end),
		cmocka_unit_test(test_same_table),
		cmocka_unit_test(test_health),
	};

	return cmocka_run_group_tests_name("format", tests, NULL, NULL);
}
