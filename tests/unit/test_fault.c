// SPDX-License-Identifier: GPL-2.0-only
/*
 * fault.c: is it the block or the device? And the breaker.
 */
#include "rig.h"

#include "fault.h"

#define HALF_LIFE REMAP_STORM_HALF_LIFE_MS

/* sectors that are so many MiB from the start */
#define MIB(n) ((u64)(n) << 11)

static void test_status_tables(void **state)
{
	unsigned int s;

	for (s = 0; s < 256; s++) {
		assert_int_equal(remap_fault_suspicious(s),
				 s == BLK_STS_MEDIUM || s == BLK_STS_IOERR);
		assert_int_equal(remap_fault_needs_window(s), s == BLK_STS_IOERR);
	}
}

static void test_starts_normal(void **state)
{
	struct remap_fault f;

	memset(&f, 0xff, sizeof(f));
	remap_fault_init(&f);
	assert_string_equal(remap_fault_name(&f), "normal");
	assert_true(remap_fault_allows(&f, true, 0, 0));
	assert_false(remap_fault_answers(&f, REMAP_FAULT_MAIN));
}

/*
 * Write-dead
 */

static bool fail_at(struct remap_fault *f, u64 mib)
{
	return remap_fault_write_failed(f, MIB(mib));
}

static void test_write_dead(void **state)
{
	struct remap_fault f;
	u32 i;

	remap_fault_init(&f);
	for (i = 0; i < REMAP_DEAD_FAILURES - 1; i++)
		assert_false(fail_at(&f, 100 * (i % 3)));
	assert_string_equal(remap_fault_name(&f), "normal");
	assert_true(fail_at(&f, 0));
	assert_true(f.write_dead);
	assert_string_equal(remap_fault_name(&f), "write-dead");
	/* one success, anywhere, proves it alive; then it starts from nothing */
	remap_fault_write_succeeded(&f);
	assert_false(f.write_dead);
	for (i = 0; i < REMAP_DEAD_FAILURES - 1; i++)
		assert_false(fail_at(&f, 100 * i));
	assert_true(fail_at(&f, 0));
}

/* Half of all bad sectors have another within 10 MB: that is no dead device. */
static void test_clustered_failures(void **state)
{
	struct remap_fault f;
	u32 i;

	remap_fault_init(&f);
	for (i = 0; i < 1000; i++)
		assert_false(fail_at(&f, 500 + i % 15));
	/* a second cluster is not a third */
	for (i = 0; i < 1000; i++)
		assert_false(fail_at(&f, 9000 + i % 15));
	assert_true(fail_at(&f, 4000));
}

static void test_dead_distance(void **state)
{
	struct remap_fault f;
	u32 i;

	remap_fault_init(&f);
	/* 0, 16 MiB less a sector, and just before that again: one place */
	for (i = 0; i < 20; i++) {
		assert_false(remap_fault_write_failed(&f, MIB(16)));
		assert_false(remap_fault_write_failed(&f, MIB(32) - 1));
		assert_false(remap_fault_write_failed(&f, 1));
	}
	assert_int_equal(f.dead_nr_places, 1);
	assert_false(remap_fault_write_failed(&f, MIB(32)));
	assert_true(remap_fault_write_failed(&f, 0));	/* 16 MiB below the first */
	/* sectors at the far end of the number range */
	remap_fault_init(&f);
	for (i = 0; i < 20; i++)
		assert_false(remap_fault_write_failed(&f, i & 1 ? U64_MAX : 0));
}

/* A success between any two failures, for ever: never dead. */
static void test_mixed_results(void **state)
{
	struct remap_fault f;
	u32 i, j;

	remap_fault_init(&f);
	for (i = 0; i < 100; i++) {
		for (j = 0; j < REMAP_DEAD_FAILURES - 1; j++)
			assert_false(fail_at(&f, 64 * j));
		remap_fault_write_succeeded(&f);
	}
}

/*
 * Unreachable
 */

static void test_backoff(void **state)
{
	static const u32 expected[] = { 1000, 2000, 4000, 8000, 16000, 32000, 60000, 60000 };
	struct remap_fault f;
	u32 disk, i, round;

	remap_fault_init(&f);
	for (disk = 0; disk < 2; disk++) {
		for (round = 0; round < 2; round++) {
			for (i = 0; i < ARRAY_SIZE(expected); i++) {
				remap_fault_silent(&f, disk);
				assert_true(f.unreachable[disk]);
				assert_int_equal(f.backoff_ms[disk], expected[i]);
			}
			for (i = 0; i < 1000; i++)
				remap_fault_silent(&f, disk);
			assert_int_equal(f.backoff_ms[disk], 60000);
			assert_false(f.unreachable[!disk]);
			assert_true(remap_fault_answers(&f, disk));
			assert_false(remap_fault_answers(&f, disk));
		}
	}
}

static void test_names(void **state)
{
	struct remap_fault f;

	remap_fault_init(&f);
	f.storm = true;
	assert_string_equal(remap_fault_name(&f), "storm");
	f.write_dead = true;
	assert_string_equal(remap_fault_name(&f), "write-dead");
	remap_fault_silent(&f, REMAP_FAULT_SPARE);
	assert_string_equal(remap_fault_name(&f), "spare-unreachable");
	remap_fault_silent(&f, REMAP_FAULT_MAIN);
	assert_string_equal(remap_fault_name(&f), "unreachable");
}

/*
 * The breaker
 */

/* trips it with a limit of its own, at this time */
static void storm_at(struct remap_fault *f, u32 limit, u32 free, u64 now)
{
	u32 i;

	remap_fault_init(f);
	f->storm_limit = limit;
	for (i = 1; i < limit; i++) {
		assert_true(remap_fault_allows(f, true, free, now));
		assert_false(remap_fault_count(f, free, now));
	}
	assert_true(remap_fault_count(f, free, now));	/* and says so, once */
	assert_true(f->storm);
}

static void test_opens_at_the_limit(void **state)
{
	struct remap_fault f;
	u64 now = 123456789;

	storm_at(&f, REMAP_STORM_LIMIT, 1000, now);
	assert_false(remap_fault_allows(&f, true, 1000, now));
	assert_true(remap_fault_allows(&f, false, 1000, now));
	assert_false(remap_fault_count(&f, 999, now));
	assert_int_equal(f.storm_free, 1000);
	storm_at(&f, 1, 1000, now);
	assert_false(remap_fault_allows(&f, true, 1000, now));
}

/* A user's write goes on, to a quarter of what was free when it opened. */
static void test_quarter_of_the_spare(void **state)
{
	static const u32 frees[] = { 0, 1, 3, 4, 100, 101, 1 << 24 };
	struct remap_fault f;
	u32 i, free, used;

	for (i = 0; i < ARRAY_SIZE(frees); i++) {
		storm_at(&f, 256, frees[i], 5);
		free = frees[i];
		for (used = 0; remap_fault_allows(&f, false, free, 5) && used <= frees[i]; used++) {
			remap_fault_count(&f, free, 5);
			free--;
		}
		assert_int_equal(used, frees[i] / 4);
		assert_false(remap_fault_allows(&f, true, free, 5));
	}
}

/* When does it close again, asked every @step ms? */
static u64 closes_after(u32 limit, u64 step)
{
	struct remap_fault f;
	u64 start = 77777, now = start, level;

	storm_at(&f, limit, 1000, now);
	do {
		level = f.storm_level;
		now += step;
		remap_fault_allows(&f, true, 1000, now);
		assert_true(f.storm_level <= level);	/* never rises by itself */
	} while (f.storm && now - start < 4ULL * HALF_LIFE);
	return now - start;
}

/* It closes at half the limit: one half-life later, however often it is asked. */
static void test_half_life(void **state)
{
	static const u64 steps[] = { 1, 10, 50, 500, 1000, 10000, HALF_LIFE / 10, HALF_LIFE / 2 };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(steps); i++) {
		u64 after = closes_after(256, steps[i]);

		if (after < HALF_LIFE * 15ULL / 16 || after > HALF_LIFE + steps[i])
			fail_msg("asked every %llu ms it closes after %llu s, not about 3600",
				 steps[i], after / 1000);
	}
}

/* Time alone closes it, once, and so does a limit that is raised. */
static void test_calms(void **state)
{
	struct remap_fault f;
	u64 now = 4711, closed = 0;
	u32 i;

	storm_at(&f, 256, 1000, now);
	for (i = 0; i < 120; i++) {
		now += 60 * 1000;
		closed += remap_fault_calms(&f, now);
		assert_int_equal(closed, !f.storm);
		assert_int_equal(closed, now - 4711 >= HALF_LIFE);
	}
	storm_at(&f, 256, 1000, now);
	assert_false(remap_fault_calms(&f, now));
	f.storm_limit = 512;
	assert_false(remap_fault_calms(&f, now));
	f.storm_limit = 513;
	assert_true(remap_fault_calms(&f, now));
	assert_false(remap_fault_calms(&f, now));
}

static void test_long_silence(void **state)
{
	struct remap_fault f;

	storm_at(&f, 256, 1000, 1000);
	assert_true(remap_fault_allows(&f, true, 1000, 1000 + HALF_LIFE + HALF_LIFE / 8));
	storm_at(&f, 256, 1000, 1000);
	assert_true(remap_fault_allows(&f, true, 1000, U64_MAX / 2));
	assert_int_equal(f.storm_level, 0);
	/* and trips again just as before */
	storm_at(&f, 256, 1000, U64_MAX / 2);
}

/* Many slow failures are no storm: 100 an hour never trip a limit of 256. */
static void test_slow_rate(void **state)
{
	struct remap_fault f;
	u64 now = 0;
	u32 i;

	remap_fault_init(&f);
	for (i = 0; i < 10000; i++) {
		now += HALF_LIFE / 100;
		assert_true(remap_fault_allows(&f, true, 1000, now));
		assert_false(remap_fault_count(&f, 1000, now));
	}
	assert_true(f.storm_level > 100 * 1024);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_status_tables),
		cmocka_unit_test(test_starts_normal),
		cmocka_unit_test(test_write_dead),
		cmocka_unit_test(test_clustered_failures),
		cmocka_unit_test(test_dead_distance),
		cmocka_unit_test(test_mixed_results),
		cmocka_unit_test(test_backoff),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_opens_at_the_limit),
		cmocka_unit_test(test_quarter_of_the_spare),
		cmocka_unit_test(test_half_life),
		cmocka_unit_test(test_calms),
		cmocka_unit_test(test_long_silence),
		cmocka_unit_test(test_slow_rate),
	};

	return cmocka_run_group_tests_name("fault", tests, NULL, NULL);
}
