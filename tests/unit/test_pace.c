// SPDX-License-Identifier: GPL-2.0-only
/*
 * pace.c: when to read, how much, and never more than the foreground can bear. What that means
 * for a disk is shown by tests/sim; the schedule of a pass by test_schedule.c.
 */
#include "scan_walk.h"

static void test_sizes(void **state)
{
	static const struct {
		u32 load, chunk, size;
	} cases[] = {
		{ 0, 1024, 2048 }, { 15, 1024, 2048 }, { 19, 1024, 2048 },
		{ 21, 1024, 1024 }, { 49, 1024, 1024 }, { 51, 1024, 512 }, { 79, 1024, 512 },
		{ 81, 1024, 256 }, { 100, 1024, 256 },
		{ 0, 2048, 2048 }, { 100, 64, 64 }, { 60, 64, 64 }, { 0, 64, 128 }, { 30, 64, 64 },
		{ 0, 0, 128 }, { 30, 0, 64 }, { 30, 1, 64 }, { 30, U32_MAX, 2048 },
		{ 90, U32_MAX, 512 }, { 30, 100, 100 },
	};
	struct walk w;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		walk_init(&w);
		w.now.chunk = cases[i].chunk;
		with_load(&w, cases[i].load);
		assert_in_range(w.p.load + 1, cases[i].load, cases[i].load + 2);
		assert_int_equal(w.size, cases[i].size);
	}
}

static void test_waits_for_idleness(void **state)
{
	struct walk w;

	walk_init(&w);
	pass_time(&w, 5 * SECOND);
	assert_int_equal(ask(&w), 0);
	w.now.started++;
	assert_true(ask(&w) > 0);
	assert_int_equal(w.p.reason, SCAN_NOT_IDLE);
	pass_time(&w, 50 * MS);
	assert_true(ask(&w) > 0);	/* it is still there */
	w.now.completed++;
	assert_true(ask(&w) > 0);	/* it has just gone */
	assert_true(go_within(&w, 30 * MS));
}

/*
 * Each question takes a processor from somebody for a moment: where the device is never idle there
 * are few; and the first idle moment is not long in being noticed.
 */
static void test_asks_seldom(void **state)
{
	u32 asked = 0;
	struct walk w;
	u64 end;

	walk_init(&w);
	w.now.started++;
	for (end = w.now.ns + 10 * SECOND; w.now.ns < end; asked++) {
		w.now.started++;
		w.now.completed++;
		pass_time(&w, ask(&w));
		assert_int_equal(w.p.reason, SCAN_NOT_IDLE);
	}
	assert_in_range(asked, 20, 45);
	w.now.completed++;
	assert_true(go_within(&w, 500 * MS));
}

/* However short the wait has become: not while somebody is there. */
static void test_never_beside_somebody(void **state)
{
	struct walk w;

	walk_init(&w);
	pass_time(&w, 5 * SECOND);
	w.p.idle_wait_ns = 0;
	assert_int_equal(ask(&w), 0);
	w.now.started++;
	assert_true(ask(&w) > 0);
	w.now.completed++;
	assert_int_equal(ask(&w), 0);
}

/* Somebody who comes and goes between two questions was there. */
static void test_sees_who_was_there(void **state)
{
	struct walk w;

	walk_init(&w);
	pass_time(&w, 5 * SECOND);
	assert_int_equal(ask(&w), 0);
	pass_time(&w, 100 * MS);
	come(&w, 1);
	assert_true(ask(&w) > 0);
	assert_int_equal(w.p.reason, SCAN_NOT_IDLE);
}

static void test_yields_under_load(void **state)
{
	static const u32 loads[] = { 76, 80, 99, 100 };
	struct walk w;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(loads); i++) {
		walk_init(&w);
		with_load(&w, loads[i]);
		pass_time(&w, 100 * MS);
		assert_true(ask(&w) > 0);
		assert_int_equal(w.p.reason, SCAN_LOADED);
		assert_true(go_within(&w, 3 * SECOND));
	}
	walk_init(&w);
	with_load(&w, 74);
	pass_time(&w, 100 * MS);
	ask(&w);
	assert_int_not_equal(w.p.reason, SCAN_LOADED);
}

static void test_ruthless(void **state)
{
	struct walk w;

	walk_init(&w);
	w.now.priority = SCAN_PRIORITY_MAX;
	with_load(&w, 100);
	w.now.started++;
	assert_int_equal(ask(&w), 0);
	assert_false(walk_probe(&w, 10 * MS, 5));
	w.now.priority = 200;
	assert_true(go_within(&w, 2 * SECOND));
}

/* Priority 0 goes only where nobody has been for seconds. */
static void test_lowest_priority(void **state)
{
	struct walk w;

	walk_init(&w);
	w.now.priority = 0;
	come(&w, 1);
	assert_false(go_within(&w, 4 * SECOND));
	assert_true(go_within(&w, 2 * SECOND));
}

/* One is saved at the start; each costs 1; 400 requests earn one at priority 3. */
static void test_collisions_are_bought(void **state)
{
	struct walk w;

	walk_init(&w);
	assert_true(go_within(&w, SECOND));
	assert_false(walk_probe(&w, MS, 4));
	assert_int_equal(w.p.collisions, 4);
	ask(&w);
	pass_time(&w, 2 * SECOND);
	assert_true(ask(&w) > 0);
	assert_int_equal(w.p.reason, SCAN_COLLISIONS);
	come(&w, 300);
	pass_time(&w, 2 * SECOND);
	ask(&w);
	pass_time(&w, 2 * SECOND);
	assert_true(ask(&w) > 0);
	assert_int_equal(w.p.reason, SCAN_COLLISIONS);
	come(&w, 1700);
	ask(&w);
	assert_true(go_within(&w, 2 * SECOND));
}

/* A device that is hardly used pays by time: one collision in 50 s. */
static void test_collisions_trickle(void **state)
{
	struct walk w;

	walk_init(&w);
	assert_true(go_within(&w, SECOND));
	walk_probe(&w, MS, 2);
	assert_false(go_within(&w, 40 * SECOND));
	assert_int_equal(w.p.reason, SCAN_COLLISIONS);
	assert_true(go_within(&w, 20 * SECOND));
}

/* The debt of a crowd is paid by time, though nobody comes any more: a limit is a limit. */
static void test_debt_of_unused(void **state)
{
	struct walk w;

	walk_init(&w);
	assert_true(go_within(&w, SECOND));
	walk_probe(&w, MS, 1000);
	assert_false(go_within(&w, 1590 * SECOND));	/* 32 at most, one in 50 s */
	assert_int_equal(w.p.reason, SCAN_COLLISIONS);
	assert_true(go_within(&w, 20 * SECOND));
}

/* Of a crowd those count that could have been served; where requests are short each counts more. */
static void test_cost(void **state)
{
	static const struct {
		u64 service_ns, probe_ns, came;
		s64 cost;
	} cases[] = {
		{ 10 * MS, 10 * MS, 0, 0 },
		{ 10 * MS, 10 * MS, 1, 1 },
		{ 10 * MS, 10 * MS, 32, 2 },
		{ 10 * MS, 5 * MS, 32, 1 },
		{ MS, 10 * MS, 1, 4 },
		{ MS, 6 * MS, 1, 3 },
		{ MS, 3 * MS, 2, 2 },
		{ MS, 10 * MS, 32, 32 },	/* 44, but no more than this is owed */
	};
	struct walk w;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		s64 before;

		walk_init(&w);
		while (w.p.service_ns != cases[i].service_ns) {
			serve(&w, cases[i].service_ns);
			pass_time(&w, 500 * MS);
			ask(&w);
		}
		w.p.allowed = 0;
		w.size = 64;
		walk_probe(&w, cases[i].probe_ns, cases[i].came);
		before = w.p.allowed;
		assert_in_range(-before + 90000, cases[i].cost * 1000000,
				cases[i].cost * 1000000 + 90000);
	}
}

static void test_idle_wait_adapts(void **state)
{
	struct walk w;
	u64 first;
	u32 i;

	walk_init(&w);
	first = w.p.idle_wait_ns;
	assert_int_equal(first, 20 * MS);
	for (i = 0; i < 20; i++) {
		u64 last = w.p.idle_wait_ns;

		walk_probe(&w, MS, 1);
		assert_true(w.p.idle_wait_ns > last || last == SECOND);
	}
	assert_int_equal(w.p.idle_wait_ns, SECOND);
	for (i = 0; i < 100; i++)
		walk_probe(&w, MS, 0);
	assert_in_range(w.p.idle_wait_ns, 10 * MS, 20 * MS);
}

/* A fast device is never idle for milliseconds, and yet most of the time. */
static void test_short_gaps(void **state)
{
	struct walk w;
	u32 i, gone = 0;

	walk_init(&w);
	for (i = 0; i < 10000; i++) {
		come(&w, 10);
		w.now.busy_ns += 3 * MS;
		pass_time(&w, 10 * MS);
		if (!ask(&w)) {
			walk_probe(&w, MS, 1);
			gone++;
		}
	}
	assert_in_range(gone, 20, 300);
}

/* The device's time: at most a fiftieth while somebody is there. */
static void test_duty(void **state)
{
	struct walk w;
	u64 used = 0, start;

	walk_init(&w);
	start = w.now.ns;
	w.now.deadline_ns = 0;
	while (w.now.ns < start + 1000 * SECOND) {
		serve(&w, MS);
		if (!go_within(&w, 300 * MS))
			continue;
		walk_probe(&w, 10 * MS, 0);
		used += 10 * MS;
	}
	assert_in_range(used, 17 * SECOND, 20 * SECOND + 40 * MS);
}

/* A scheduler lets a hundred go past one probe: what they took of the device is not the probe's. */
static void test_waits_in_scheduler(void **state)
{
	struct walk w;
	u32 i;

	walk_init(&w);
	for (i = 0; i < 400; i++)
		serve(&w, 10 * MS);
	assert_true(go_within(&w, 10 * SECOND));
	w.p.duty_ns = 0;
	scan_pace_begin(&w.p, &w.now, 64);
	for (i = 0; i < 100; i++)
		serve(&w, 10 * MS);
	pass_time(&w, 500 * MS);
	assert_false(scan_pace_end(&w.p, &w.now));
	/* the half second that nobody else had, less what was earned meanwhile; not one and a half */
	assert_in_range(-w.p.duty_ns, 400 * MS, 510 * MS);
	/* what one took before may be too much: they would have taken more than there was */
	w.p.duty_ns = 0;
	w.p.window_ns = w.now.ns;
	w.p.service_ns = SECOND;
	scan_pace_begin(&w.p, &w.now, 64);
	for (i = 0; i < 80; i++)
		serve(&w, 10 * MS);
	scan_pace_end(&w.p, &w.now);
	assert_in_range(-w.p.duty_ns, 80 * MS, 101 * MS);
}

/* The core sleeps between the reads of a block that it was told of. */
static void test_report(void **state)
{
	struct walk w;
	s64 before;

	walk_init(&w);
	assert_true(go_within(&w, SECOND));
	before = w.p.allowed;
	scan_pace_begin(&w.p, &w.now, 0);
	scan_pace_end_report(&w.p, &w.now);
	assert_int_equal(w.p.allowed, before);
	scan_pace_begin(&w.p, &w.now, 0);
	come(&w, 30);
	scan_pace_end_report(&w.p, &w.now);
	assert_in_range(before - w.p.allowed, 900000, 1000000);
	assert_int_equal(w.p.collisions, 30);
}

/* Nobody there: nothing to share. */
static void test_no_duty_when_unused(void **state)
{
	struct walk w;
	u32 i;

	walk_init(&w);
	w.now.deadline_ns = 0;
	pass_time(&w, 5 * SECOND);
	for (i = 0; i < 1000; i++) {
		assert_int_equal(ask(&w), 0);
		walk_probe(&w, 10 * MS, 0);
	}
}

/* Foreground comes in the middle of a busy scan: not one probe more, until it has gone again. */
static void test_stops_within_one_probe(void **state)
{
	struct walk w;
	u32 i;

	walk_init(&w);
	w.now.deadline_ns = 0;
	pass_time(&w, 5 * SECOND);
	for (i = 0; i < 100; i++) {
		assert_int_equal(ask(&w), 0);
		assert_true(walk_probe(&w, 10 * MS, 0));
	}
	assert_int_equal(ask(&w), 0);
	scan_pace_begin(&w.p, &w.now, w.size);
	w.now.started++;
	pass_time(&w, 10 * MS);
	assert_false(scan_pace_end(&w.p, &w.now));
	for (i = 0; i < 100; i++) {
		u64 wait = ask(&w);

		assert_true(wait > 0);
		pass_time(&w, wait);
	}
	w.now.completed++;
	assert_true(ask(&w) > 0);
}

static void test_undisturbed(void **state)
{
	struct walk w;

	walk_init(&w);
	w.size = 64;
	assert_true(walk_probe(&w, MS, 0));
	assert_false(walk_probe(&w, MS, 1));
	assert_true(walk_probe(&w, MS, 0));
	w.now.started++;		/* somebody is there already */
	assert_false(walk_probe(&w, MS, 0));
	w.now.completed++;
	assert_true(walk_probe(&w, MS, 0));
}

/*
 * Whoever comes, however often: what it costs stays within what is allowed. One probe may go
 * beyond, since nobody knows before what it will cost; that is paid back before the next.
 */
static void random_life(u32 seed, u32 priority)
{
	static const s64 share[] = { 0, 600, 1200, 2500, 5000, 10000, 20000, 50000, 100000, 300000 };
	static const s64 trickle[] = { 2000, 5000, 10000, 20000, 40000, 80000, 160000, 320000,
		640000, 1000000 };
	static const s64 duty[] = { 0, 5, 10, 20, 40, 70, 120, 200, 350, 600 };
	s64 paid = 0, bought, used = 0, largest = 0, longest = 0;
	struct walk w;
	u64 start;
	u32 i;

	walk_init(&w);
	w.now.priority = priority;
	w.now.deadline_ns = 0;
	start = w.now.ns;
	for (i = 0; i < 20000; i++) {
		u32 dice = rig_random(&seed) % 100;
		u64 ns = (rig_random(&seed) % 30000) * 1000ULL, wait;

		if (dice < 40)
			serve(&w, ns / 3);
		else if (dice < 41)
			pass_time(&w, (rig_random(&seed) % 1000) * MS);
		else if (dice < 42)
			pass_time(&w, (rig_random(&seed) % 400) * SECOND);
		else
			pass_time(&w, ns);
		wait = ask(&w);
		if (wait)
			continue;
		assert_true(w.now.started == w.now.completed);
		assert_true(w.p.load <= SCAN_LOAD_YIELD);
		u64 came = rig_random(&seed) % 3 / 2 * (rig_random(&seed) % 8 ? 1 : 32);
		s64 before = w.p.allowed, cost;

		assert_true(before > 0);
		ns += MS;
		bool unused = w.now.ns - w.p.active_ns >= SECOND;

		walk_probe(&w, ns, came);
		cost = before - w.p.allowed;
		paid += cost > 0 ? cost : 0;
		largest = cost > largest ? cost : largest;
		/* at priority 0 no time is allowed beside anybody, and nobody can know that he comes */
		if (!unused || (came && priority)) {
			used += ns;
			longest = (s64)ns > longest ? ns : longest;
		}
		bought = 1000000 + (w.now.started * share[priority]) +
			 (s64)((w.now.ns - start) / 1000000) * trickle[priority] / 1000;
		assert_true(paid <= bought + largest);
		assert_true(used <= (s64)(w.now.ns - start) / 1000 * duty[priority] +
			    20 * (s64)MS + 2 * longest);
	}
}

static void test_never_above_budget(void **state)
{
	u32 seed;

	for (seed = 1; seed <= 50; seed++)
		random_life(seed * 7919, seed % SCAN_PRIORITY_MAX);
}

static u64 odd(u32 *seed)
{
	static const u64 values[] = { 0, 1, 63, SECOND, 1ULL << 32, 1ULL << 50, 1ULL << 62,
		1ULL << 63, U64_MAX - 1, U64_MAX };
	u64 high = rig_random(seed);

	if (rig_random(seed) % 3)
		return values[rig_random(seed) % ARRAY_SIZE(values)];
	return (high << 32 | rig_random(seed)) >> (rig_random(seed) % 64);
}

/* Nonsense in, no nonsense out: UBSan and the division by zero watch. */
static void test_nonsense(void **state)
{
	struct walk w;
	u32 i, seed = 5;

	walk_init(&w);
	for (i = 0; i < 200000; i++) {
		switch (rig_random(&seed) % 12) {
		case 0: w.now.ns = odd(&seed); break;
		case 1: w.now.started = odd(&seed); break;
		case 2: w.now.completed = odd(&seed); break;
		case 3: w.now.busy_ns = odd(&seed); break;
		case 4: w.now.priority = odd(&seed); break;
		case 5: w.now.chunk = odd(&seed); break;
		case 6: w.now.left = odd(&seed); break;
		case 7: w.now.deadline_ns = odd(&seed); break;
		case 8: scan_pace_init(&w.p, &w.now); break;
		case 9: scan_pace_begin(&w.p, &w.now, odd(&seed)); break;
		case 10: scan_pace_end(&w.p, &w.now); break;
		default: ask(&w);
		}
		assert_in_range(w.p.load, 0, 100);
		assert_true(!w.now.left || scan_pace_eta(&w.p, &w.now) == SCAN_ETA_UNKNOWN ||
			    scan_pace_eta(&w.p, &w.now) <= 365 * 86400);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_waits_for_idleness),
		cmocka_unit_test(test_asks_seldom),
		cmocka_unit_test(test_never_beside_somebody),
		cmocka_unit_test(test_sees_who_was_there),
		cmocka_unit_test(test_yields_under_load),
		cmocka_unit_test(test_ruthless),
		cmocka_unit_test(test_lowest_priority),
		cmocka_unit_test(test_collisions_are_bought),
		cmocka_unit_test(test_collisions_trickle),
		cmocka_unit_test(test_debt_of_unused),
		cmocka_unit_test(test_cost),
		cmocka_unit_test(test_idle_wait_adapts),
		cmocka_unit_test(test_short_gaps),
		cmocka_unit_test(test_duty),
		cmocka_unit_test(test_no_duty_when_unused),
		cmocka_unit_test(test_waits_in_scheduler),
		cmocka_unit_test(test_report),
		cmocka_unit_test(test_stops_within_one_probe),
		cmocka_unit_test(test_undisturbed),
		cmocka_unit_test(test_never_above_budget),
		cmocka_unit_test(test_nonsense),
	};

	return cmocka_run_group_tests_name("pace", tests, NULL, NULL);
}
