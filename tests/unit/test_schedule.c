// SPDX-License-Identifier: GPL-2.0-only
/*
 * pace.c: the schedule of a pass, and what people are told of it.
 */
#include "scan_walk.h"

static void test_schedule(void **state)
{
	static const struct {
		u64 sectors, interval, probe_ns, jitter, from, to;
		bool late;
	} cases[] = {
		{ 100 * GIB, 24 * HOUR, 10 * MS, 0, 79, 81, false },
		{ 100 * GIB, 24 * HOUR, 10 * MS, SECOND, 79, 81, false },
		{ 10 * GIB, HOUR, 10 * MS, SECOND, 79, 82, false },
		{ 10 * GIB, 168 * HOUR, 10 * MS, 0, 15, 81, false },
		{ 100 * GIB, HOUR, 100 * MS, 0, 200, 900, true },
		{ 1, HOUR, MS, 0, 0, 1, false },
		{ 100, 168 * HOUR, MS, 0, 0, 1, false },
	};
	struct walk w;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		u64 percent = whole_pass(&w, cases[i].sectors, cases[i].interval,
					 cases[i].probe_ns, cases[i].jitter);

		assert_in_range(percent, cases[i].from, cases[i].to);
		w.now.left = 1;
		ask(&w);
		assert_int_equal(w.p.late, cases[i].late);
	}
}

/* Held back for half of the time, it is in time all the same. */
static void test_makes_up(void **state)
{
	struct walk w;
	u64 start, wait;

	walk_init(&w);
	start = w.now.ns;
	while (w.now.left && w.now.ns < start + 30 * HOUR) {
		if ((w.now.ns / (10 * SECOND)) % 2) {
			come(&w, 1);
			pass_time(&w, 10 * MS);
			continue;
		}
		wait = ask(&w);
		pass_time(&w, wait);
		if (!wait) {
			walk_probe(&w, 10 * MS, 0);
			w.now.left -= w.size < w.now.left ? w.size : w.now.left;
		}
	}
	assert_in_range((w.now.ns - start) / HOUR, 18, 20);
}

static void test_late(void **state)
{
	struct walk w;

	walk_init(&w);
	ask(&w);
	assert_false(w.p.late);
	with_load(&w, 100);
	assert_false(w.p.late);		/* no rate is known yet */
	for (int i = 0; i < 30; i++)
		with_load(&w, 100);
	assert_true(w.p.late);		/* nothing was read for a minute */
	w.now.left = 0;
	ask(&w);
	assert_false(w.p.late);

	walk_init(&w);
	pass_time(&w, 25 * HOUR);
	assert_int_equal(ask(&w), 0);	/* the deadline is past: at once, but within the limits */
	assert_true(w.p.late);
	w.now.started++;
	assert_true(ask(&w) > 0);
}

static void test_nothing_left(void **state)
{
	struct walk w;

	walk_init(&w);
	pass_time(&w, SECOND);
	assert_int_equal(ask(&w), 0);
	walk_probe(&w, MS, 0);
	w.now.left = 0;
	assert_int_equal(ask(&w), 0);
	assert_int_equal(scan_pace_eta(&w.p, &w.now), 0);
	walk_probe(&w, MS, 0);
	assert_int_equal(ask(&w), 0);
}

static void test_eta(void **state)
{
	struct walk w;
	u64 eta;

	walk_init(&w);
	assert_int_equal(scan_pace_eta(&w.p, &w.now), SCAN_ETA_UNKNOWN);
	scan_for(&w, 50 * SECOND);
	assert_int_equal(scan_pace_eta(&w.p, &w.now), SCAN_ETA_UNKNOWN);
	scan_for(&w, 20 * SECOND);
	eta = scan_pace_eta(&w.p, &w.now);
	assert_in_range(eta, 18 * 3600, 20 * 3600 + 1800);
	assert_in_range(scan_pace_rate(&w.p), 2500, 3600);
	/* a pause of a day does not slow it down */
	pass_time(&w, 24 * HOUR);
	w.now.deadline_ns += 24 * HOUR;
	scan_for(&w, 70 * SECOND);
	assert_in_range(scan_pace_eta(&w.p, &w.now), eta * 9 / 10, eta * 11 / 10);
	/* nor does the last pass say how fast the next one will be; it may begin between two looks */
	pass_time(&w, 50 * SECOND);
	scan_pace_forget_rate(&w.p, w.now.ns);
	assert_int_equal(scan_pace_eta(&w.p, &w.now), SCAN_ETA_UNKNOWN);
	scan_for(&w, 55 * SECOND);
	assert_int_equal(scan_pace_eta(&w.p, &w.now), SCAN_ETA_UNKNOWN);
	scan_for(&w, 10 * SECOND);
	assert_in_range(scan_pace_eta(&w.p, &w.now), eta * 9 / 10, eta * 11 / 10);
	/* above a year */
	w.now.left = 4000ULL * 366 * 86400;
	assert_int_equal(scan_pace_eta(&w.p, &w.now), SCAN_ETA_UNKNOWN);
	/* without progress the rate falls, until it is not known */
	w.now.left = 100 * GIB;
	for (int i = 0; i < 1000; i++)
		with_load(&w, 100);
	assert_int_equal(scan_pace_eta(&w.p, &w.now), SCAN_ETA_UNKNOWN);
	assert_int_equal(scan_pace_rate(&w.p), 0);
}

static void test_yielded(void **state)
{
	struct walk w;

	walk_init(&w);
	scan_for(&w, 10 * SECOND);
	assert_true(w.p.yielded_ns < 100 * MS);	/* ahead of schedule is not yielding */
	w.now.started++;
	pass_time(&w, SECOND);
	ask(&w);
	for (int i = 0; i < 100; i++) {
		pass_time(&w, 100 * MS);
		ask(&w);
	}
	assert_in_range(w.p.yielded_ns, 9 * SECOND, 11 * SECOND);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_schedule),
		cmocka_unit_test(test_makes_up),
		cmocka_unit_test(test_late),
		cmocka_unit_test(test_nothing_left),
		cmocka_unit_test(test_eta),
		cmocka_unit_test(test_yielded),
	};

	return cmocka_run_group_tests_name("schedule", tests, NULL, NULL);
}
