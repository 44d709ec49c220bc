// SPDX-License-Identifier: GPL-2.0-only
/*
 * health.c: a score that only falls when things get worse, and a forecast that no clock upsets.
 */
#include "rig.h"

#include "health.h"

#define TODAY 20000u

static u64 random64(u32 *seed)
{
	u64 high = rig_random(seed);

	return high << 32 | rig_random(seed);
}

/*
 * Score
 */

/* one input alone, in the order of docs/scanner.md */
static void test_score_of_one(void **state)
{
	static const struct {
		struct scan_health_inputs in;
		u32 score;
	} t[] = {
		{ { 0 }, 100 },
		{ { .lost = 1 }, 70 },
		{ { .lost = 2 }, 65 },
		{ { .lost = 100 }, 40 },
		{ { .lost = 511 }, 30 },
		{ { .lost = 512 }, 25 },
		{ { .lost = U64_MAX }, 25 },
		{ { .unread = 1 }, 75 },
		{ { .unread = 16 }, 55 },
		{ { .unread = U64_MAX }, 30 },
		{ { .remapped = 1 }, 99 },
		{ { .remapped = 3 }, 96 },
		{ { .remapped = 4 }, 93 },
		{ { .remapped = 50 }, 84 },
		{ { .remapped = 1000 }, 72 },
		{ { .remapped = U64_MAX }, 60 },
		{ { .bad_spares = 1 }, 99 },
		{ { .bad_spares = 8 }, 90 },
		{ { .bad_spares = U64_MAX }, 70 },
		{ { .slow = 1 }, 99 },
		{ { .slow = 64 }, 87 },
		{ { .slow = U64_MAX }, 80 },
		{ { .growth_per_week = 1 }, 98 },
		{ { .growth_per_week = 8 }, 86 },
		{ { .growth_per_week = U64_MAX }, 55 },
		{ { .spare_used_percent = 1 }, 100 },
		{ { .spare_used_percent = 5 }, 99 },
		{ { .spare_used_percent = 50 }, 90 },
		{ { .spare_used_percent = 51 }, 89 },
		{ { .spare_used_percent = 75 }, 65 },
		{ { .spare_used_percent = 90 }, 25 },
		{ { .spare_used_percent = 99 }, 12 },
		{ { .spare_used_percent = 100 }, 10 },
		{ { .spare_used_percent = 101 }, 10 },
		{ { .spare_used_percent = U32_MAX }, 10 },
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(t); i++)
		if (scan_health_score(&t[i].in) != t[i].score)
			fail_msg("case %u: %u", i, scan_health_score(&t[i].in));
}

/* As they come: what has been remapped lately has also been remapped, and takes spare. */
static void test_score_of_disks(void **state)
{
	static const struct {
		struct scan_health_inputs in;
		u32 from, to;
	} t[] = {
		/* a handful, some time ago; now; with a part of it unreadable and lost */
		{ { .remapped = 5 }, 90, 99 },
		{ { .remapped = 5, .growth_per_week = 5 }, 76, 90 },
		{ { .remapped = 5, .growth_per_week = 5, .lost = 1 }, 51, 75 },
		/* a cluster, in one week; an old one */
		{ { .remapped = 50, .growth_per_week = 50, .spare_used_percent = 1 }, 51, 75 },
		{ { .remapped = 50, .spare_used_percent = 1 }, 76, 90 },
		/* thousands, growing, and a few slow ones */
		{ { .remapped = 3000, .growth_per_week = 500, .slow = 20,
		    .spare_used_percent = 20 }, 0, 25 },
		{ { .remapped = 3000, .spare_used_percent = 20 }, 51, 75 },
		/* nearly used up, nothing else */
		{ { .spare_used_percent = 95 }, 0, 25 },
		{ { .remapped = 20, .spare_used_percent = 90 }, 0, 25 },
		/* read errors with nowhere to go, and lost data */
		{ { .unread = 10, .lost = 10, .remapped = 10 }, 0, 25 },
		{ { U64_MAX, U64_MAX, U64_MAX, U64_MAX, U64_MAX, U32_MAX, U64_MAX }, 0, 0 },
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(t); i++) {
		u32 score = scan_health_score(&t[i].in);

		if (score < t[i].from || score > t[i].to)
			fail_msg("case %u: %u", i, score);
	}
}

/* small ones more often than large ones; ends of ranges too */
static u64 some(u32 *seed)
{
	u64 n = random64(seed) >> (rig_random(seed) % 64);

	switch (rig_random(seed) % 8) {
	case 0:
		return 0;
	case 1:
		return n + 1 ? n + 1 : n;
	default:
		return n;
	}
}

static u64 more(u32 *seed, u64 n)
{
	u64 by = rig_random(seed) & 1 ? 1 : some(seed);

	return n + by < n ? U64_MAX : n + by;
}

static void worsen(struct scan_health_inputs *in, u32 which, u32 *seed)
{
	u64 *const counts[] = {
		&in->lost, &in->remapped, &in->bad_spares, &in->slow, &in->unread,
		&in->growth_per_week,
	};

	if (which < ARRAY_SIZE(counts))
		*counts[which] = more(seed, *counts[which]);
	else
		in->spare_used_percent += rig_random(seed) % 5 + 1;
}

static void test_score_is_monotone(void **state)
{
	u32 i, which, seed = 1234;

	for (i = 0; i < 200000; i++) {
		struct scan_health_inputs in = {
			some(&seed), some(&seed), some(&seed), some(&seed), some(&seed),
			rig_random(&seed) % 110, some(&seed),
		};
		u32 score;

		if (i & 1)	/* one alone: the others do not hide it */
			memset(&in, 0, sizeof(in));
		score = scan_health_score(&in);
		assert_true(score <= 100);
		for (which = 0; which < 7; which++) {
			struct scan_health_inputs worse = in;

			worsen(&worse, which, &seed);
			if (scan_health_score(&worse) > score)
				fail_msg("run %u: input %u got worse, the score better", i, which);
		}
	}
}

/* Every input says something: a hundred doublings of none leave it at 100. */
static void test_every_input_counts(void **state)
{
	u32 which, i, seed = 77;

	for (which = 0; which < 7; which++) {
		struct scan_health_inputs in = { 0 };
		u32 score = 100;

		for (i = 0; i < 100; i++) {
			worsen(&in, which, &seed);
			assert_true(scan_health_score(&in) <= score);
			score = scan_health_score(&in);
		}
		assert_true(score <= 90);
	}
}

/*
 * Level
 */

static void test_level(void **state)
{
	static const struct {
		u32 score, before, level;
	} t[] = {
		{ 100, 0, 0 }, { 76, 0, 0 }, { 75, 0, 1 }, { 51, 0, 1 }, { 50, 0, 2 },
		{ 26, 0, 2 }, { 25, 0, 3 }, { 0, 0, 3 },
		/* worse at once, better with a margin */
		{ 75, 1, 1 }, { 76, 1, 1 }, { 77, 1, 1 }, { 78, 1, 0 }, { 50, 1, 2 },
		{ 52, 2, 2 }, { 53, 2, 1 }, { 77, 2, 1 }, { 78, 2, 0 }, { 25, 2, 3 },
		{ 27, 3, 3 }, { 28, 3, 2 }, { 52, 3, 2 }, { 53, 3, 1 }, { 77, 3, 1 },
		{ 78, 3, 0 }, { 0, 3, 3 }, { 1, 3, 3 }, { 2, 3, 3 }, { 100, 3, 0 },
		/* no level that there is */
		{ 0, 17, 3 }, { 90, U32_MAX, 0 },
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(t); i++)
		if (scan_health_level(t[i].score, t[i].before) != t[i].level)
			fail_msg("case %u: %u", i, scan_health_level(t[i].score, t[i].before));
}

/* Two points up and down say something once at most. */
static void test_level_does_not_flutter(void **state)
{
	u32 start, level, i;

	for (start = 0; start <= 98; start++) {
		u32 changes = 0;

		level = scan_health_level(start + 2, 0);
		for (i = 0; i < 20; i++) {
			u32 now = scan_health_level(start + (i & 1 ? 2 : 0), level);

			changes += now != level;
			level = now;
		}
		assert_true(changes <= 1);
	}
}

/*
 * Trend
 */

static void fill(struct scan_health_trend *t, const struct scan_health_day *days, u32 nr)
{
	u32 i;

	memset(t, 0, sizeof(*t));
	for (i = 0; i < nr; i++)
		scan_health_record(t, days[i].day, days[i].used);
}

#define FILL(t, ...) do { \
	static const struct scan_health_day days[] = { __VA_ARGS__ }; \
	fill(t, days, ARRAY_SIZE(days)); \
} while (0)

static void test_record(void **state)
{
	struct scan_health_trend t;
	u32 i;

	FILL(&t, { TODAY, 3 }, { TODAY, 4 }, { TODAY + 1, 5 }, { TODAY + 7, 5 }, { TODAY + 7, 9 });
	assert_int_equal(t.nr, 4);
	assert_int_equal(t.days[0].day, TODAY - 1);
	assert_int_equal(t.days[0].used, 3);
	assert_int_equal(t.days[1].used, 4);
	assert_int_equal(t.days[2].day, TODAY + 1);
	assert_int_equal(t.days[3].used, 9);
	/* a clock that was ahead, or is behind */
	assert_true(scan_health_record(&t, TODAY + 3, 10));
	assert_false(scan_health_record(&t, TODAY + 3, 10));
	assert_int_equal(t.nr, 4);
	assert_int_equal(t.days[2].used, 5);
	assert_int_equal(t.days[3].day, TODAY + 3);
	assert_int_equal(t.days[3].used, 10);
	/* one that was not set */
	assert_false(scan_health_record(&t, 0, 11));
	scan_health_record(&t, SCAN_HEALTH_FIRST_DAY - 1, 11);
	assert_int_equal(t.nr, 4);
	assert_int_equal(t.days[3].used, 10);
	assert_true(scan_health_record(&t, SCAN_HEALTH_FIRST_DAY, 7));
	assert_int_equal(t.nr, 2);
	assert_int_equal(t.days[1].day, SCAN_HEALTH_FIRST_DAY);
	assert_int_equal(scan_health_growth(&t, SCAN_HEALTH_FIRST_DAY), 0);
	/* the oldest goes */
	for (i = 0; i < 3 * SCAN_HEALTH_DAYS; i++) {
		scan_health_record(&t, TODAY + i, i);
		assert_int_equal(t.days[t.nr - 1].day, TODAY + i);
		assert_int_equal(t.days[t.nr - 1].used, i);
	}
	assert_int_equal(t.nr, SCAN_HEALTH_DAYS);
	for (i = 0; i < SCAN_HEALTH_DAYS; i++)
		assert_int_equal(t.days[i].used, 2 * SCAN_HEALTH_DAYS + i);
}

static void test_sane(void **state)
{
	struct scan_health_trend t;
	u32 i;

	memset(&t, 0, sizeof(t));
	assert_true(scan_health_trend_sane(&t));
	for (i = 0; i < SCAN_HEALTH_DAYS; i++)
		scan_health_record(&t, TODAY + i, i);
	assert_int_equal(t.nr, SCAN_HEALTH_DAYS);
	assert_true(scan_health_trend_sane(&t));
	t.days[SCAN_HEALTH_DAYS - 1].day = U32_MAX;
	assert_true(scan_health_trend_sane(&t));
	for (i = 0; i + 2 < SCAN_HEALTH_DAYS; i++) {
		struct scan_health_trend bad = t;

		bad.days[i].day = bad.days[i + 1].day;
		assert_false(scan_health_trend_sane(&bad));
		bad.days[i].day++;
		assert_false(scan_health_trend_sane(&bad));
		bad.nr = i + 1;		/* what is beyond does not matter */
		assert_true(scan_health_trend_sane(&bad));
	}
	t.nr = SCAN_HEALTH_DAYS + 1;
	assert_false(scan_health_trend_sane(&t));
	t.nr = U32_MAX;
	assert_false(scan_health_trend_sane(&t));
}

static void test_growth(void **state)
{
	struct scan_health_trend t;

	memset(&t, 0, sizeof(t));
	assert_int_equal(scan_health_growth(&t, TODAY), 0);
	FILL(&t, { TODAY, 50 });		/* who knows since when */
	assert_int_equal(scan_health_growth(&t, TODAY), 0);
	FILL(&t, { TODAY, 50 }, { TODAY + 1, 53 });
	assert_int_equal(scan_health_growth(&t, TODAY + 1), 3);
	assert_int_equal(scan_health_growth(&t, TODAY + 7), 3);
	assert_int_equal(scan_health_growth(&t, TODAY + 8), 0);
	assert_int_equal(scan_health_growth(&t, U32_MAX), 0);
	/* today is not before the last sample */
	assert_int_equal(scan_health_growth(&t, TODAY), 3);
	assert_int_equal(scan_health_growth(&t, 0), 3);
	/* given back and taken again */
	FILL(&t, { TODAY, 50 }, { TODAY + 1, 60 }, { TODAY + 2, 0 }, { TODAY + 3, 5 });
	assert_int_equal(scan_health_growth(&t, TODAY + 3), 15);
	assert_int_equal(scan_health_growth(&t, TODAY + 8), 5);
	/* a gap: it came when the gap ended, for all that is known */
	FILL(&t, { TODAY, 50 }, { TODAY + 30, 80 });
	assert_int_equal(scan_health_growth(&t, TODAY + 30), 30);
	assert_int_equal(scan_health_growth(&t, TODAY + 37), 0);
	/* no sum overflows, and no day */
	FILL(&t, { U32_MAX - 3, 0 }, { U32_MAX - 2, INT32_MAX }, { U32_MAX - 1, 0 },
	     { U32_MAX - 1, INT32_MAX }, { U32_MAX, 0 }, { U32_MAX, INT32_MAX });
	assert_int_equal(scan_health_growth(&t, U32_MAX), 3ULL * INT32_MAX);
	assert_int_equal(scan_health_growth(&t, 0), 3ULL * INT32_MAX);
}

/* What comes into use and goes again counts, however often it was looked at in between. */
static void test_growth_of_a_day(void **state)
{
	struct scan_health_trend t;

	/* the first day, but for what was there before */
	FILL(&t, { TODAY, 50 }, { TODAY, 53 });
	assert_int_equal(scan_health_growth(&t, TODAY), 3);
	assert_int_equal(scan_health_growth(&t, TODAY + 6), 3);
	assert_int_equal(scan_health_growth(&t, TODAY + 7), 0);
	FILL(&t, { TODAY, 0 }, { TODAY, 200 }, { TODAY, 0 });
	assert_int_equal(scan_health_growth(&t, TODAY), 200);
	/* another day: all of them are given back, others come, and some of those go again */
	FILL(&t, { TODAY, 0 }, { TODAY + 1, 0 }, { TODAY + 1, 200 }, { TODAY + 1, 0 },
	     { TODAY + 1, 150 }, { TODAY + 1, 100 });
	assert_int_equal(scan_health_growth(&t, TODAY + 1), 350);
	assert_int_equal(t.days[t.nr - 1].used, 100);
	/* given back overnight */
	scan_health_record(&t, TODAY + 2, 0);
	scan_health_record(&t, TODAY + 2, 10);
	assert_int_equal(scan_health_growth(&t, TODAY + 2), 360);
	assert_int_equal(scan_health_growth(&t, TODAY + 8), 10);
	assert_int_equal(scan_health_days_left(&t, TODAY + 9, 720), 10 * 720 / 360);
}

/* Samples that were written before that go down where blocks were given back. */
static void test_growth_of_before(void **state)
{
	struct scan_health_trend t = {
		.days = { { TODAY, 50 }, { TODAY + 1, 60 }, { TODAY + 2, 0 }, { TODAY + 3, 5 } },
		.nr = 4,
	};

	assert_int_equal(scan_health_growth(&t, TODAY + 3), 15);
	scan_health_record(&t, TODAY + 3, 1);
	scan_health_record(&t, TODAY + 4, 3);
	assert_int_equal(scan_health_growth(&t, TODAY + 4), 17);
}

static void test_days_left(void **state)
{
	struct scan_health_trend t;
	u32 i;

	memset(&t, 0, sizeof(t));
	assert_int_equal(scan_health_days_left(&t, TODAY, 100), SCAN_HEALTH_UNKNOWN);
	assert_int_equal(scan_health_days_left(&t, TODAY, 0), 0);
	/* two a day */
	for (i = 0; i < 100; i++) {
		u64 expected = i < 6 ? SCAN_HEALTH_UNKNOWN : 500;

		scan_health_record(&t, TODAY + i, 2 * i);	/* the first day from 0 on, too */
		scan_health_record(&t, TODAY + i, 2 * i + 2);
		assert_int_equal(scan_health_days_left(&t, TODAY + i, 1000), expected);
	}
	/* then none: they count for four weeks */
	assert_int_equal(scan_health_days_left(&t, TODAY + 99 + 14, 1000), 1000);
	assert_int_equal(scan_health_days_left(&t, TODAY + 99 + 27, 1000), 28 * 1000 / 2);
	assert_int_equal(scan_health_days_left(&t, TODAY + 99 + 28, 1000), SCAN_HEALTH_UNKNOWN);
	/* rounded down, limited, without overflow */
	assert_int_equal(scan_health_days_left(&t, TODAY + 99, 1), 0);
	assert_int_equal(scan_health_days_left(&t, TODAY + 99, 2 * 36500 + 1), 36500);
	assert_int_equal(scan_health_days_left(&t, TODAY + 99, 2 * 36500 - 1), 36499);
	assert_int_equal(scan_health_days_left(&t, TODAY + 99, U32_MAX), 36500);
	/* a clock that was not set asks for the day of the last sample */
	assert_int_equal(scan_health_days_left(&t, 0, 1000), 500);
}

static void test_days_left_unknown(void **state)
{
	struct scan_health_trend t;

	/* nothing grows */
	FILL(&t, { TODAY, 50 }, { TODAY + 30, 50 }, { TODAY + 31, 40 });
	assert_int_equal(scan_health_days_left(&t, TODAY + 31, 10), SCAN_HEALTH_UNKNOWN);
	/* six days, seven days */
	FILL(&t, { TODAY, 0 }, { TODAY + 1, 7 });
	assert_int_equal(scan_health_days_left(&t, TODAY + 5, 10), SCAN_HEALTH_UNKNOWN);
	assert_int_equal(scan_health_days_left(&t, TODAY + 6, 10), 10);
	/* all in one day, after a gap, or a clock that was years behind */
	FILL(&t, { TODAY - 1000, 0 }, { TODAY, 28 });
	assert_int_equal(scan_health_days_left(&t, TODAY, 10), 10);
	/* more in a day than ever fits in 32 bits of sums */
	FILL(&t, { TODAY, 0 }, { TODAY + 6, INT32_MAX }, { TODAY + 7, 0 }, { TODAY + 8, INT32_MAX });
	assert_int_equal(scan_health_days_left(&t, TODAY + 8, U32_MAX), 9);
}

/* A clock that runs, stands, jumps back and forth: what is kept makes sense at any time. */
static void test_mad_clock(void **state)
{
	struct scan_health_trend t = { .nr = 0 };
	u32 i, day = TODAY, seed = 8;

	for (i = 0; i < 200000; i++) {
		u32 used = rig_random(&seed) >> (rig_random(&seed) % 32), free;
		u64 left, growth;

		switch (rig_random(&seed) % 64) {
		case 0:
			day = rig_random(&seed);
			break;
		case 1:
			day -= rig_random(&seed) % 100;
			break;
		case 2:
			day = TODAY;
			break;
		default:
			day += rig_random(&seed) % 3;
		}
		scan_health_record(&t, day, used);
		assert_true(scan_health_trend_sane(&t));
		if (day >= SCAN_HEALTH_FIRST_DAY) {
			assert_int_equal(t.days[t.nr - 1].day, day);
			assert_int_equal(t.days[t.nr - 1].used, used);
		}
		growth = scan_health_growth(&t, day);
		assert_true(growth <= 7ULL * U32_MAX);
		free = rig_random(&seed) >> (rig_random(&seed) % 32);
		left = scan_health_days_left(&t, day, free);
		assert_true(left <= 36500 || left == SCAN_HEALTH_UNKNOWN);
		/* more room never means less time */
		if (free < U32_MAX)
			assert_true(scan_health_days_left(&t, day, free + 1) >= left || !free);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_score_of_one),
		cmocka_unit_test(test_score_of_disks),
		cmocka_unit_test(test_score_is_monotone),
		cmocka_unit_test(test_every_input_counts),
		cmocka_unit_test(test_level),
		cmocka_unit_test(test_level_does_not_flutter),
		cmocka_unit_test(test_record),
		cmocka_unit_test(test_sane),
		cmocka_unit_test(test_growth),
		cmocka_unit_test(test_growth_of_a_day),
		cmocka_unit_test(test_growth_of_before),
		cmocka_unit_test(test_days_left),
		cmocka_unit_test(test_days_left_unknown),
		cmocka_unit_test(test_mad_clock),
	};

	return cmocka_run_group_tests_name("health", tests, NULL, NULL);
}
