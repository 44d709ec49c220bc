// SPDX-License-Identifier: GPL-2.0-only
/*
 * The judge's visits where something comes between their reads: the schedule, which leaves ten
 * seconds between two on a small disk, or a pause.
 */
#include "scan_court.h"

#define STEP	(10 * SECOND)
#define READS	20000u

/* One read of whatever is due: of a visit, or of the pass, far away. Returns: of the pass. */
static bool step(struct court *c)
{
	struct scan_visit v;
	u64 ns;

	c->now += STEP;
	if (!scan_judge_visit(&c->j, &v, c->now, c->total)) {
		read_on(c, 1);
		return true;
	}
	ns = v.control ? USUAL : takes(c, v.sector, v.sectors);
	c->now += ns;
	c->total += v.sectors;
	scan_judge_visited(&c->j, &v, ns, true, c->now, c->total);
	return false;
}

/* @pieces of a chunk have a slow block each: all are condemned, and the pass goes on meanwhile. */
static void condemns(u32 pieces)
{
	u32 i, found = 0, waiting = 0;
	struct court c;
	u64 block;

	one_slow(&c, 8, 5 * CHUNK);
	for (i = 1; i < pieces; i++)
		c.slow[c.nr_slow++] = 5 * CHUNK + i * SCAN_PIECE;
	for (i = 0; i < READS && found < pieces; i++) {
		waiting = step(&c) ? 0 : waiting + 1;
		/* a visit to each of them in turn: up to eight blocks and two control reads */
		if (waiting > 16 * (pieces + 8))
			fail_msg("%u slow pieces: the pass has waited for %u reads", pieces, waiting);
		while (scan_judge_condemned(&c.j, &block))
			found++;
	}
	if (found < pieces)
		fail_msg("%u slow pieces: %u condemned after %u reads", pieces, found, READS);
}

static void test_slow_pace(void **state)
{
	u32 pieces;

	for (pieces = 1; pieces <= 32; pieces++)
		condemns(pieces);
}

/* The block before it is remapped, so the read begins there: both are looked at as they are. */
static void test_beside_remapped(void **state)
{
	u64 sector = 5 * CHUNK + 8;
	const struct scan_suspect *s;
	struct court c;

	court_init(&c, 8);
	read_on(&c, 100);
	c.slow[c.nr_slow++] = sector + 3;
	assert_true(court_probe(&c, sector, CHUNK - 8));
	s = only(&c);
	assert_int_equal(s->sector, sector);
	assert_int_equal(s->sectors, CHUNK - 8);
}

/* The scan was paused in the middle of a visit: that was none, and another comes later. */
static void test_stale_visit(void **state)
{
	struct scan_visit v;
	struct court c;

	to_block(&c);
	later(&c);
	assert_true(scan_judge_visit(&c.j, &v, c.now, c.total));
	scan_judge_visited(&c.j, &v, USUAL, true, c.now, c.total);
	assert_true(scan_judge_visit(&c.j, &v, c.now, c.total));
	assert_false(v.control);
	c.now += SCAN_VISIT_GAP_NS;
	assert_false(scan_judge_visit(&c.j, &v, c.now, c.total));
	assert_int_equal(only(&c)->voids, 1);
	later(&c);
	assert_true(scan_judge_visit(&c.j, &v, c.now, c.total));
	assert_true(v.control);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_slow_pace),
		cmocka_unit_test(test_beside_remapped),
		cmocka_unit_test(test_stale_visit),
	};

	return cmocka_run_group_tests_name("visits", tests, NULL, NULL);
}
