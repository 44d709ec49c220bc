// SPDX-License-Identifier: GPL-2.0-only
/*
 * record.c: nothing is forgotten, nothing moves on the disk, and whatever is read from there is
 * within its range. Compared with scan_fields.c, which has the layout as numbers.
 */
#include "rig.h"

#include "record.h"
#include "scan_fields.h"

#define NOW 1800000000ULL

/*
 * Fails to compile when there is a number more than here: it belongs into scan_fields.c.
 * The values mean nothing but that all differ.
 */
#pragma GCC diagnostic push
#pragma GCC diagnostic error "-Wmissing-field-initializers"
#define F(n) { n, n + 1, n + 2, n + 3, n + 4, n + 5, n + 6, n + 7, n + 8, n % 100 }
static const struct scan_memory example = {
	true, true, true, 1, 2, 3, 4, 5, 3, 7, 8, 9, 10, 0, 12,
	F(1001), F(1102), 13,
	{ F(1203), F(1304), F(1405), F(1506), F(1607), F(1708), F(1809), F(1910), F(2011),
	  F(2112), F(2213), F(2314), F(2415), F(2516), F(2617), F(2718) }, SCAN_HISTORY,
	{ 101, 102, 103, 104, 105, 106, 107, 108, 109, 110, 111, 112, 113, 114, 115, 116, 117, 118,
	  119, 120, 121, 122, 123, 124 },
	{ { { 20000, 14 }, { 20001, 15 }, { 20010, 16 } }, 3 }, 17,
	{ 201, 202, 203, 204, 205, 206, 207, 208, 209, 210, 211, 212, 213, 214, 215, 216 },
};
#pragma GCC diagnostic pop

union record {
	struct scan_disk_record r;
	u8 bytes[SCAN_FIELDS_BYTES];
};

static void assert_memory(const struct scan_memory *m, const struct scan_memory *expected)
{
	u32 nr, i;
	const struct scan_field *f = scan_fields(&nr);

	for (i = 0; i < nr; i++)
		if (scan_field_get(m, &f[i]) != scan_field_get(expected, &f[i]))
			fail_msg("%s: %llu, not %llu", f[i].name, scan_field_get(m, &f[i]),
				 scan_field_get(expected, &f[i]));
	assert_int_equal(m->under_way, expected->under_way);
	assert_int_equal(m->paused, expected->paused);
	assert_int_equal(m->by_hand, expected->by_hand);
	assert_int_equal(m->slow, expected->slow);
}

/* What the bytes say is what record.c makes of them. */
static void assert_as_bytes_say(const union record *u)
{
	struct scan_memory m, expected;

	memset(&m, 0xa5, sizeof(m));
	assert_int_equal(scan_record_decode(&u->r, &m),
			 scan_fields_read(u->bytes, &expected));
	assert_memory(&m, &expected);
	assert_true(scan_fields_sane(&m));
}

static void encode(union record *u, const struct scan_memory *m)
{
	memset(u, 0xa5, sizeof(*u));
	scan_record_encode(&u->r, m);
}

/* all passes, all days: every byte of the record is in use */
static void full(struct scan_memory *m)
{
	u32 i;

	*m = example;
	m->trend.nr = SCAN_HEALTH_DAYS;
	for (i = 0; i < SCAN_HEALTH_DAYS; i++) {
		m->trend.days[i].day = 20000 + 3 * i;
		m->trend.days[i].used = 500 + i;
	}
}

/*
 * Layout
 */

static void test_every_byte_has_an_owner(void **state)
{
	static u8 owners[SCAN_FIELDS_BYTES];
	u32 nr, i, at;
	const struct scan_field *f = scan_fields(&nr);

	assert_int_equal(sizeof(struct scan_disk_record), SCAN_FIELDS_BYTES);
	memset(owners, 1, 16);			/* magic, version, flags */
	memset(owners + 104, 1, 24);		/* reserved */
	for (i = 0; i < 2 + 16; i++)
		memset(owners + 128 + 80 * i + 76, 1, 4);
	for (i = 0; i < nr; i++)
		for (at = f[i].disk; at < f[i].disk + f[i].bytes; at++)
			owners[at]++;
	for (at = 0; at < SCAN_FIELDS_BYTES; at++)
		if (owners[at] != 1)
			fail_msg("byte %u has %u", at, owners[at]);
}

static void test_head(void **state)
{
	static const u8 head[] = { 'd', 'm', 'r', 'e', 'm', 'a', 'p', 'P', 1, 0, 0, 0 };
	struct scan_memory m = { .nr_history = 0 };
	union record u;
	u32 flags;

	for (flags = 0; flags < 8; flags++) {
		m.under_way = flags & 1;
		m.paused = flags & 2;
		m.by_hand = flags & 4;
		encode(&u, &m);
		assert_memory_equal(u.bytes, head, sizeof(head));
		assert_int_equal(u.bytes[12], flags);
		assert_true(scan_record_decode(&u.r, &m));
		assert_int_equal(m.under_way | m.paused << 1 | m.by_hand << 2, flags);
	}
}

static void test_flags_of_others(void **state)
{
	struct scan_memory m;
	union record u;
	u32 bit;

	full(&m);
	for (bit = 0; bit < 32; bit++) {
		encode(&u, &m);
		u.bytes[12] = 0;
		u.bytes[12 + bit / 8] = 1 << bit % 8;
		assert_as_bytes_say(&u);
	}
}

/* Each number goes to its place, there alone, and comes back from there. */
static void test_each_field(void **state)
{
	struct scan_memory m, back;
	union record before, after;
	u32 nr, i;
	const struct scan_field *f = scan_fields(&nr);

	for (i = 0; i < nr; i++) {
		u64 value;

		full(&m);
		encode(&before, &m);
		value = scan_field_get(&m, &f[i]) - 1;
		if (f[i].kind == SCAN_FIELD_ANY)
			value = f[i].bytes == 8 ? 0xf1e2d3c4b5a69788ULL : 0xf1e2d3c4;
		else if (f[i].kind == SCAN_FIELD_COUNT || f[i].kind == SCAN_FIELD_TIME)
			value = 0xe2d3c4b5a69788ULL;
		if (f[i].kind == SCAN_FIELD_PASSES || f[i].kind == SCAN_FIELD_DAYS)
			continue;	/* other bytes depend on them */
		scan_field_set(&m, &f[i], value);
		encode(&after, &m);
		if (scan_field_on_disk(after.bytes, &f[i]) != value)
			fail_msg("%s is not at byte %u", f[i].name, f[i].disk);
		assert_true(scan_record_decode(&after.r, &back));
		assert_memory(&back, &m);
		scan_field_to_disk(before.bytes, &f[i], value);
		if (memcmp(before.bytes, after.bytes, SCAN_FIELDS_BYTES))
			fail_msg("%s changes other bytes", f[i].name);
	}
}

static void test_reserved_is_zero(void **state)
{
	struct scan_memory m;
	union record u;
	u32 i;

	full(&m);
	encode(&u, &m);
	assert_null(memchr_inv(u.bytes + 104, 0, 24));
	for (i = 0; i < 2 + 16; i++)
		assert_null(memchr_inv(u.bytes + 128 + 80 * i + 76, 0, 4));
	/* and so is what there is not */
	memset(&m, 0, sizeof(m));
	encode(&u, &m);
	assert_null(memchr_inv(u.bytes + 12, 0, SCAN_FIELDS_BYTES - 12));
}

/*
 * There and back
 */

static void test_example(void **state)
{
	struct scan_memory m;
	union record u;

	encode(&u, &example);
	assert_true(scan_record_decode(&u.r, &m));
	assert_memory(&m, &example);
	assert_memory_equal(&m, &example, sizeof(m));
}

/* Passes and days that do not count are neither written nor read. */
static void test_only_what_counts(void **state)
{
	struct scan_memory m, back;
	union record u;
	u32 passes, days;

	for (passes = 0; passes <= SCAN_HISTORY; passes++)
		for (days = 0; days <= SCAN_HEALTH_DAYS; days++) {
			full(&m);
			m.nr_history = passes;
			m.trend.nr = days;
			encode(&u, &m);
			assert_null(memchr_inv(u.bytes + 288 + 80 * passes, 0,
					       80 * (SCAN_HISTORY - passes)));
			assert_null(memchr_inv(u.bytes + 1760 + 8 * days, 0,
					       8 * (SCAN_HEALTH_DAYS - days)));
			memset(u.bytes + 288 + 80 * passes, 1, 80 * (SCAN_HISTORY - passes));
			memset(u.bytes + 1760 + 8 * days, 1, 8 * (SCAN_HEALTH_DAYS - days));
			assert_true(scan_record_decode(&u.r, &back));
			memset(m.history + passes, 0, (SCAN_HISTORY - passes) * sizeof(*m.history));
			memset(m.trend.days + days, 0,
			       (SCAN_HEALTH_DAYS - days) * sizeof(*m.trend.days));
			assert_memory(&back, &m);
		}
}

/* What was slow when it was written is what was known before, when it is read. */
static void test_slow(void **state)
{
	static const struct {
		u64 now, before, kept;
	} t[] = { { 0, 0, 0 }, { 5, 0, 5 }, { 0, 5, 5 }, { 5, 7, 7 }, { 7, 5, 7 } };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(t); i++) {
		struct scan_memory m = { .slow = t[i].now, .slow_before = t[i].before };
		union record u;

		encode(&u, &m);
		assert_true(scan_record_decode(&u.r, &m));
		assert_int_equal(m.slow, 0);
		assert_int_equal(m.slow_before, t[i].kept);
	}
}

static void test_random_memory(void **state)
{
	struct scan_memory m, back;
	union record u;
	u32 i, seed = 4711;

	for (i = 0; i < 5000; i++) {
		scan_fields_random(&m, &seed);
		encode(&u, &m);
		memset(&back, 0xa5, sizeof(back));
		assert_true(scan_record_decode(&u.r, &back));
		assert_memory(&back, &m);
		assert_as_bytes_say(&u);
	}
}

/*
 * What comes from the disk
 */

static void test_never_seen(void **state)
{
	struct scan_memory m, blank = { .nr_history = 0 };
	union record u;
	u32 bit;

	/* each bit of magic and version */
	for (bit = 0; bit < 96; bit++) {
		encode(&u, &example);
		u.bytes[bit / 8] ^= 1 << bit % 8;
		memset(&m, 0xa5, sizeof(m));
		assert_false(scan_record_decode(&u.r, &m));
		assert_memory_equal(&m, &blank, sizeof(m));
	}
	/* a health record that nobody has written to */
	memset(&u, 0, sizeof(u));
	memset(&m, 0xa5, sizeof(m));
	assert_false(scan_record_decode(&u.r, &m));
	assert_memory_equal(&m, &blank, sizeof(m));
}

/* Each byte, with what numbers turn on; and each field as a whole. */
static void test_each_byte(void **state)
{
	static const u8 values[] = { 0, 1, 2, 4, 16, 17, 56, 57, 100, 101, 0x7f, 0x80, 0xff };
	struct scan_memory m;
	union record sound, u;
	u32 at, i;

	full(&m);
	encode(&sound, &m);
	for (at = 0; at < SCAN_FIELDS_BYTES; at++)
		for (i = 0; i < ARRAY_SIZE(values); i++) {
			u = sound;
			u.bytes[at] = values[i];
			assert_as_bytes_say(&u);
			u.bytes[at] = sound.bytes[at] ^ values[i];
			assert_as_bytes_say(&u);
		}
}

static void test_each_limit(void **state)
{
	static const u64 values[] = {
		0, 1, 3, 4, 16, 17, 56, 57, 100, 101, NOW, NOW + 1, U32_MAX, 1ULL << 32,
		(1ULL << 56) - 1, 1ULL << 56, 1ULL << 63, U64_MAX,
	};
	struct scan_memory m;
	union record sound, u;
	u32 nr, i, j;
	const struct scan_field *f = scan_fields(&nr);

	full(&m);
	encode(&sound, &m);
	for (i = 0; i < nr; i++)
		for (j = 0; j < ARRAY_SIZE(values); j++) {
			u = sound;
			scan_field_to_disk(u.bytes, &f[i], values[j]);
			assert_as_bytes_say(&u);
		}
	/* all the same, but for magic and version */
	for (i = 0; i < 256; i++) {
		memset(sound.bytes + 12, i, SCAN_FIELDS_BYTES - 12);
		assert_as_bytes_say(&sound);
	}
}

/* Times come back as they are, the far future too: the clock of now may be the wrong one. */
static void test_clock(void **state)
{
	static const u64 clocks[] = { 0, 1, NOW, U32_MAX, 1ULL << 32, (1ULL << 56) - 1 };
	struct scan_memory m, back;
	union record u;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(clocks); i++) {
		full(&m);
		m.pass.started = clocks[i];
		m.all.ended = clocks[i];
		m.history[3].ended = clocks[i];
		encode(&u, &m);
		assert_true(scan_record_decode(&u.r, &back));
		assert_memory(&back, &m);
		assert_as_bytes_say(&u);
	}
}

/* A history of the spare that makes no sense goes as a whole, and nothing else with it. */
static void test_days_in_disorder(void **state)
{
	struct scan_memory m, back;
	union record u;

	full(&m);
	m.trend.days[30].day = m.trend.days[29].day;
	encode(&u, &m);
	assert_true(scan_record_decode(&u.r, &back));
	memset(&m.trend, 0, sizeof(m.trend));
	assert_memory(&back, &m);
}

static void damage(union record *u, u32 *seed)
{
	u32 i, n = rig_random(seed) % 8;

	for (i = 0; i < n; i++) {
		u32 at = rig_random(seed) % SCAN_FIELDS_BYTES;
		u32 bytes = 1 + rig_random(seed) % 16;

		if (bytes > SCAN_FIELDS_BYTES - at)
			bytes = SCAN_FIELDS_BYTES - at;
		if (rig_random(seed) % 2)
			memset(u->bytes + at, rig_random(seed), bytes);
		else
			u->bytes[at] ^= 1 << rig_random(seed) % 8;
	}
}

/* Whatever it was, written again it says the same. */
static void test_random_damage(void **state)
{
	struct scan_memory m, again;
	union record u;
	u32 i, j, seed = 815;

	for (i = 0; i < 20000; i++) {
		scan_fields_random(&m, &seed);
		encode(&u, &m);
		if (i % 16)
			damage(&u, &seed);
		else
			for (j = 12; j < SCAN_FIELDS_BYTES; j++)
				u.bytes[j] = rig_random(&seed);
		assert_as_bytes_say(&u);
		scan_record_decode(&u.r, &m);
		encode(&u, &m);
		assert_true(scan_record_decode(&u.r, &again));
		assert_memory_equal(&m, &again, sizeof(m));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_byte_has_an_owner),
		cmocka_unit_test(test_head),
		cmocka_unit_test(test_flags_of_others),
		cmocka_unit_test(test_each_field),
		cmocka_unit_test(test_reserved_is_zero),
		cmocka_unit_test(test_example),
		cmocka_unit_test(test_only_what_counts),
		cmocka_unit_test(test_slow),
		cmocka_unit_test(test_random_memory),
		cmocka_unit_test(test_never_seen),
		cmocka_unit_test(test_each_byte),
		cmocka_unit_test(test_each_limit),
		cmocka_unit_test(test_clock),
		cmocka_unit_test(test_days_in_disorder),
		cmocka_unit_test(test_random_damage),
	};

	return cmocka_run_group_tests_name("record", tests, NULL, NULL);
}
