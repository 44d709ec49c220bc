// SPDX-License-Identifier: GPL-2.0-only
/*
 * spare.c: which spare block next.
 */
#include "rig.h"

/* A table in memory only: the rooms are pure. */
struct pool {
	struct remap_metadata md;
	struct remap_spare spare;
};

static void pool_init(struct pool *p, u32 total)
{
	memset(p, 0, sizeof(*p));
	p->md.super.spare_blocks = total;
	p->md.super.table_blocks = DIV_ROUND_UP(total, REMAP_ENTRIES_PER_BLOCK);
	assert_int_equal(remap_metadata_alloc(&p->md), 0);
	assert_int_equal(remap_spare_init(&p->spare, total), 0);
	remap_spare_load(&p->spare, &p->md);
}

static void pool_exit(struct pool *p)
{
	remap_spare_exit(&p->spare);
	remap_metadata_exit(&p->md);
}

static void set(struct pool *p, u32 spare, u8 state)
{
	remap_metadata_truth(&p->md, spare)->state = state;
}

static void test_all_of_them_once(void **state)
{
	static const u32 totals[] = { 1, 2, 63, 64, 65, 126, 127, 1000 };
	struct pool p;
	u32 t, i;

	for (t = 0; t < ARRAY_SIZE(totals); t++) {
		u8 *seen = calloc(1, totals[t]);

		pool_init(&p, totals[t]);
		for (i = 0; i < totals[t]; i++) {
			u32 s = remap_spare_take(&p.spare);

			assert_true(s < totals[t] && !seen[s]);
			seen[s] = 1;
			assert_int_equal(p.spare.used, i + 1);
		}
		assert_int_equal(remap_spare_take(&p.spare), REMAP_NO_SPARE);
		assert_int_equal(remap_spare_take(&p.spare), REMAP_NO_SPARE);
		assert_int_equal(p.spare.used, totals[t]);
		pool_exit(&p);
		free(seen);
	}
}

static void test_nothing_unusable(void **state)
{
	const u32 total = 5 * REMAP_ENTRIES_PER_BLOCK + 7;
	u32 i, taken = 0, used = 0, bad = 0, s;
	struct pool p;

	pool_init(&p, total);
	for (i = 0; i < total; i++)
		set(&p, i, i % 3);
	p.md.block_state[1] = REMAP_BLOCK_FROZEN;
	p.md.block_state[3] = REMAP_BLOCK_DEAD;
	remap_spare_load(&p.spare, &p.md);
	for (i = 0; i < total; i++) {
		bool closed = i / 126 == 1 || i / 126 == 3;

		used += closed || i % 3;
		bad += i % 3 == REMAP_ENTRY_BAD;
	}
	assert_int_equal(p.spare.used, used);
	assert_int_equal(p.spare.bad, bad);
	while ((s = remap_spare_take(&p.spare)) != REMAP_NO_SPARE) {
		assert_int_equal(s % 3, REMAP_ENTRY_FREE);
		assert_true(s / 126 != 1 && s / 126 != 3);
		taken++;
	}
	assert_int_equal(taken + used, total);
	assert_int_equal(p.spare.used, total);
	pool_exit(&p);
}

/* What held data is not free again before the next load. */
static void test_freed_is_not_reused(void **state)
{
	struct pool p;
	u32 i;

	pool_init(&p, 10);
	for (i = 0; i < 10; i++)
		set(&p, remap_spare_take(&p.spare), REMAP_ENTRY_MAPPED);
	for (i = 0; i < 10; i++)
		set(&p, i, REMAP_ENTRY_FREE);
	assert_int_equal(remap_spare_take(&p.spare), REMAP_NO_SPARE);
	remap_spare_load(&p.spare, &p.md);
	assert_int_equal(p.spare.used, 0);
	assert_int_not_equal(remap_spare_take(&p.spare), REMAP_NO_SPARE);
	pool_exit(&p);
}

/* The next one after a failure lies at least so far away, going round. */
static void test_skip_distance(void **state)
{
	const u32 total = 1000, distance = 300;
	struct pool p;
	u32 from, s;

	for (from = 0; from < total; from += 37) {
		pool_init(&p, total);
		remap_spare_skip(&p.spare, from, distance);
		s = remap_spare_take(&p.spare);
		assert_int_equal(s, (from + distance) % total);
		/* goes on from there, no jumping about */
		assert_int_equal(remap_spare_take(&p.spare), (s + 1) % total);
		pool_exit(&p);
	}
}

static void test_skip_small(void **state)
{
	struct pool p;
	u32 total, from, n;

	for (total = 1; total < 20; total++)
		for (from = 0; from < total; from++) {
			pool_init(&p, total);
			remap_spare_skip(&p.spare, from, 4096);
			assert_true(p.spare.next < total);
			assert_int_equal(remap_spare_take(&p.spare), (from + total / 2) % total);
			for (n = 1; remap_spare_take(&p.spare) != REMAP_NO_SPARE; n++)
				remap_spare_skip(&p.spare, from, ~0U);
			assert_int_equal(n, total);
			pool_exit(&p);
		}
}

/* The last block of all, at the largest size there is. */
static void test_skip_wide(void **state)
{
	struct remap_spare spare = {};

	assert_int_equal(remap_spare_init(&spare, REMAP_MAX_SPARES), 0);
	remap_spare_skip(&spare, REMAP_MAX_SPARES - 1, REMAP_MAX_SPARES - 1);
	assert_int_equal(spare.next, REMAP_MAX_SPARES - 2);
	remap_spare_exit(&spare);
}

static void test_close(void **state)
{
	struct pool p;
	u32 s, n = 0;

	pool_init(&p, 300);
	remap_spare_take(&p.spare);
	remap_spare_close(&p.spare, 0);
	assert_int_equal(p.spare.used, 126);
	remap_spare_close(&p.spare, 2);		/* the last one is not whole */
	assert_int_equal(p.spare.used, 126 + 48);
	remap_spare_close(&p.spare, 2);
	assert_int_equal(p.spare.used, 126 + 48);
	while ((s = remap_spare_take(&p.spare)) != REMAP_NO_SPARE) {
		assert_int_equal(s / 126, 1);
		n++;
	}
	assert_int_equal(n, 126);
	pool_exit(&p);
}

/* Near where the last one was: spare blocks are used from front to back. */
static void test_starts_after_the_last(void **state)
{
	struct pool p;

	pool_init(&p, 300);
	set(&p, 17, REMAP_ENTRY_MAPPED);
	set(&p, 200, REMAP_ENTRY_MAPPED);
	remap_spare_load(&p.spare, &p.md);
	assert_int_equal(remap_spare_take(&p.spare), 201);
	pool_exit(&p);
}

static void test_no_memory(void **state)
{
	struct remap_spare spare = {};

	shim_fail_vzalloc = 1;
	assert_int_equal(remap_spare_init(&spare, 1000), -ENOMEM);
	remap_spare_exit(&spare);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_of_them_once),
		cmocka_unit_test(test_nothing_unusable),
		cmocka_unit_test(test_freed_is_not_reused),
		cmocka_unit_test(test_skip_distance),
		cmocka_unit_test(test_skip_small),
		cmocka_unit_test(test_skip_wide),
		cmocka_unit_test(test_close),
		cmocka_unit_test(test_starts_after_the_last),
		cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests_name("spare", tests, NULL, NULL);
}
