// SPDX-License-Identifier: GPL-2.0-only
/*
 * cursor.c: every sector once, in whatever order, however often it is interrupted.
 */
#include "rig.h"

#include "cursor.h"

#define SEG	((u64)SCAN_SEGMENT)
#define REG	((u64)SCAN_REGION)
#define ROW	(REG / SEG)
#define HALF	(SCAN_VICINITY / 2)

static const enum scan_order orders[] = { SCAN_STAGGERED, SCAN_SEQUENTIAL };

/* of parts of segments and of regions, and of what is next to them */
static const u64 lengths[] = {
	1, 7, SEG - 1, SEG, SEG + 1, 2 * SEG, 5 * SEG + 9, REG - SEG, REG - 1, REG, REG + 1,
	REG + SEG, REG + SEG + 1, 2 * REG - 1, 2 * REG, 2 * REG + 1, 3 * REG + 77 * SEG + 500,
	3 * REG + 127 * SEG, 3 * REG + 127 * SEG + 1, 4 * REG,
};

static u64 random64(u32 *seed)
{
	u64 high = rig_random(seed);

	return high << 32 | rig_random(seed);
}

static u64 all_of(u64 length)
{
	return (length + SEG - 1) / SEG;
}

/* When is this segment visited? The other way round than cursor.c, and by counting. */
static u64 step_of(u64 length, enum scan_order order, u64 segment)
{
	u64 all = all_of(length), round = segment % ROW, region = segment / ROW;
	u64 r, step = region;

	if (order == SCAN_SEQUENTIAL)
		return segment;
	for (r = 0; r < round; r++)	/* regions that have such a segment */
		step += (all - r + ROW - 1) / ROW;
	return step;
}

static void at_step(struct scan_cursor *c, u64 length, enum scan_order order, u64 step)
{
	memset(c, 0xff, sizeof(*c));
	assert_true(scan_cursor_resume(c, length, order, step, 0));
}

/*
 * Order
 */

/* A few places, by hand. */
static void test_places(void **state)
{
	static const struct {
		u64 length;
		enum scan_order order;
		u64 step, sector;
		u32 sectors;
		u64 done;
	} t[] = {
		{ 1, SCAN_STAGGERED, 0, 0, 1, 0 },
		{ 3 * REG, SCAN_STAGGERED, 0, 0, SEG, 0 },
		{ 3 * REG, SCAN_STAGGERED, 1, REG, SEG, SEG },
		{ 3 * REG, SCAN_STAGGERED, 2, 2 * REG, SEG, 2 * SEG },
		{ 3 * REG, SCAN_STAGGERED, 3, SEG, SEG, 3 * SEG },
		{ 3 * REG, SCAN_STAGGERED, 383, 3 * REG - SEG, SEG, 383 * SEG },
		{ 3 * REG, SCAN_SEQUENTIAL, 1, SEG, SEG, SEG },
		{ 3 * REG, SCAN_SEQUENTIAL, 383, 3 * REG - SEG, SEG, 383 * SEG },
		/* the third region has one segment, of 5 sectors */
		{ 2 * REG + 5, SCAN_STAGGERED, 2, 2 * REG, 5, 2 * SEG },
		{ 2 * REG + 5, SCAN_STAGGERED, 3, SEG, SEG, 2 * SEG + 5 },
		{ 2 * REG + 5, SCAN_STAGGERED, 4, REG + SEG, SEG, 3 * SEG + 5 },
		{ 2 * REG + 5, SCAN_STAGGERED, 5, 2 * SEG, SEG, 4 * SEG + 5 },
		{ 2 * REG + 5, SCAN_STAGGERED, 256, 2 * REG - SEG, SEG, 255 * SEG + 5 },
		{ 2 * REG + 5, SCAN_SEQUENTIAL, 256, 2 * REG, 5, 256 * SEG },
		/* it has two */
		{ 2 * REG + SEG + 5, SCAN_STAGGERED, 2, 2 * REG, SEG, 2 * SEG },
		{ 2 * REG + SEG + 5, SCAN_STAGGERED, 5, 2 * REG + SEG, 5, 5 * SEG },
		{ 2 * REG + SEG + 5, SCAN_STAGGERED, 6, 2 * SEG, SEG, 5 * SEG + 5 },
		{ 2 * REG + SEG + 5, SCAN_STAGGERED, 7, REG + 2 * SEG, SEG, 6 * SEG + 5 },
		/* one region: both orders are the same */
		{ REG - 1, SCAN_STAGGERED, 127, REG - SEG, SEG - 1, REG - SEG },
		{ REG - 1, SCAN_SEQUENTIAL, 127, REG - SEG, SEG - 1, REG - SEG },
	};
	struct scan_cursor c;
	u64 sector;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(t); i++) {
		at_step(&c, t[i].length, t[i].order, t[i].step);
		assert_int_equal(scan_cursor_next(&c, U32_MAX, &sector), t[i].sectors);
		assert_int_equal(sector, t[i].sector);
		assert_int_equal(scan_cursor_done(&c), t[i].done);
		assert_int_equal(scan_cursor_next(&c, 1, &sector), 1);
		assert_int_equal(sector, t[i].sector);
	}
}

/* The order as the design says it: round after round through all regions. */
static void test_rounds(void **state)
{
	struct scan_cursor c;
	u64 round, region, sector;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(lengths); i++) {
		scan_cursor_start(&c, lengths[i], SCAN_STAGGERED);
		for (round = 0; round < ROW; round++)
			for (region = 0; region * REG + round * SEG < lengths[i]; region++) {
				u32 n = scan_cursor_next(&c, SEG, &sector);

				assert_int_equal(sector, region * REG + round * SEG);
				scan_cursor_advance(&c, n);
			}
		assert_int_equal(scan_cursor_next(&c, SEG, &sector), 0);
	}
}

/**
 * struct pass - what a pass has visited
 * @reached: of each segment: what is below is visited
 * @sum: sectors
 */
struct pass {
	u64 length;
	u32 *reached;
	u64 sum;
};

static void pass_init(struct pass *p, u64 length)
{
	p->length = length;
	p->reached = calloc(all_of(length) + 1, sizeof(u32));
	p->sum = 0;
}

/* never twice, never beyond an end, and a segment is read from front to back */
static void pass_visits(struct pass *p, u64 sector, u32 sectors)
{
	assert_true(sectors && sector + sectors <= p->length);
	assert_int_equal(p->reached[sector / SEG], sector % SEG);
	assert_true(sector % SEG + sectors <= SEG);
	p->reached[sector / SEG] += sectors;
	p->sum += sectors;
}

/* nothing twice and as many as there are: all of them once */
static void pass_exit(struct pass *p)
{
	assert_int_equal(p->sum, p->length);
	free(p->reached);
}

/* Reads of any size, of which sometimes only a part is done. */
static void whole_pass(u64 length, enum scan_order order, u32 *seed, bool ragged)
{
	u32 most = rig_random(seed) % 4096 + 1;
	struct scan_cursor c;
	struct pass p;
	u64 sector;
	u32 n;

	pass_init(&p, length);
	scan_cursor_start(&c, length, order);
	assert_int_equal(scan_cursor_done(&c), 0);
	while ((n = scan_cursor_next(&c, most, &sector))) {
		assert_true(n <= most);
		if (ragged && rig_random(seed) % 4 == 0) {
			scan_cursor_advance(&c, 0);
			n = rig_random(seed) % n + 1;
		}
		pass_visits(&p, sector, n);
		scan_cursor_advance(&c, n);
		assert_int_equal(scan_cursor_done(&c), p.sum);
		if (ragged)
			most = rig_random(seed) % 4096 + 1;
	}
	pass_exit(&p);
}

static void test_every_sector_once(void **state)
{
	u32 i, o, n, seed = 4711;

	for (i = 0; i < ARRAY_SIZE(lengths); i++)
		for (o = 0; o < ARRAY_SIZE(orders); o++) {
			whole_pass(lengths[i], orders[o], &seed, false);
			whole_pass(lengths[i], orders[o], &seed, true);
		}
	for (n = 0; n < 200; n++)
		whole_pass(random64(&seed) % (5 * REG) + 1, orders[n & 1], &seed, n & 2);
	/* one sector at a time */
	for (o = 0; o < ARRAY_SIZE(orders); o++) {
		struct scan_cursor c;
		u64 sector, sum;

		scan_cursor_start(&c, REG + SEG + 3, orders[o]);
		for (sum = 0; scan_cursor_next(&c, 1, &sector); sum++)
			scan_cursor_advance(&c, 1);
		assert_int_equal(sum, REG + SEG + 3);
	}
}

/* Devices up to 2^40 sectors and beyond: each step is one segment, each segment one step. */
static void test_huge(void **state)
{
	u32 i, seed = 99;

	for (i = 0; i < 20000; i++) {
		u64 length = (1ULL << 40) - (i & 1 ? 0 : random64(&seed) % (8 * REG));
		enum scan_order order = orders[i / 2 & 1];
		u64 sector, last, done, all, step, at;
		struct scan_cursor c;

		if (i % 5 == 0)
			length = random64(&seed) >> (8 + rig_random(&seed) % 30) | 1;
		all = all_of(length);
		step = random64(&seed) % all;
		at_step(&c, length, order, step);
		assert_true(scan_cursor_next(&c, U32_MAX, &sector));
		assert_true(sector < length && sector % SEG == 0);
		assert_int_equal(step_of(length, order, sector / SEG), step);
		/* behind us are whole segments, the last of which may be short */
		last = step_of(length, order, all - 1);
		done = step * SEG - (last < step ? all * SEG - length : 0);
		assert_int_equal(scan_cursor_done(&c), done);
		/* and the other way round */
		at = random64(&seed) % all;
		at_step(&c, length, order, step_of(length, order, at));
		scan_cursor_next(&c, U32_MAX, &sector);
		assert_int_equal(sector, at * SEG);
	}
}

static void test_nothing_to_visit(void **state)
{
	struct scan_cursor c;
	u64 sector;
	u32 o;

	for (o = 0; o < ARRAY_SIZE(orders); o++) {
		scan_cursor_start(&c, 0, orders[o]);
		scan_cursor_advance(&c, 1);
		scan_cursor_hit(&c, 0);
		assert_int_equal(scan_cursor_next(&c, 1, &sector), 0);
		assert_int_equal(scan_cursor_done(&c), 0);
		assert_true(scan_cursor_resume(&c, 0, orders[o], 0, 0));
		assert_false(scan_cursor_resume(&c, 0, orders[o], 0, 1));
		assert_false(scan_cursor_resume(&c, 0, orders[o], 1, 0));
	}
}

/* More than was asked for ends the segment; at the end nothing moves. */
static void test_advance_too_far(void **state)
{
	struct scan_cursor c;
	u64 sector;
	u32 i, o;

	for (o = 0; o < ARRAY_SIZE(orders); o++) {
		scan_cursor_start(&c, REG + 10, orders[o]);
		for (i = 0; i < 129; i++) {
			assert_int_equal(c.step, i);
			scan_cursor_advance(&c, 3);
			scan_cursor_advance(&c, U32_MAX - (i & 1));
			assert_int_equal(c.offset, 0);
		}
		scan_cursor_advance(&c, 1);
		assert_int_equal(c.step, 129);
		assert_int_equal(scan_cursor_next(&c, 1, &sector), 0);
		assert_int_equal(scan_cursor_done(&c), REG + 10);
	}
}

/*
 * Resume
 */

static void same_from_here(struct scan_cursor a, struct scan_cursor b, u32 *seed, u32 reads)
{
	u64 x = 0, y = 0;
	u32 n;

	while (reads--) {
		u32 most = rig_random(seed) % 3000 + 1;

		n = scan_cursor_next(&a, most, &x);
		assert_int_equal(scan_cursor_next(&b, most, &y), n);
		assert_int_equal(scan_cursor_done(&a), scan_cursor_done(&b));
		if (!n)
			return;
		assert_int_equal(x, y);
		scan_cursor_advance(&a, n);
		scan_cursor_advance(&b, n);
	}
}

static void test_resume_is_no_stop(void **state)
{
	u32 i, seed = 31337;

	for (i = 0; i < 2 * ARRAY_SIZE(lengths); i++) {
		u64 length = lengths[i / 2], sector;
		struct scan_cursor c, d;
		u32 n;

		scan_cursor_start(&c, length, orders[i & 1]);
		do {
			memset(&d, 0xff, sizeof(d));
			assert_true(scan_cursor_resume(&d, length, orders[i & 1], c.step, c.offset));
			same_from_here(c, d, &seed, 20);
			n = scan_cursor_next(&c, rig_random(&seed) % 3000 + 1, &sector);
			scan_cursor_advance(&c, n);
		} while (n);
		assert_int_equal(scan_cursor_done(&d), length);
	}
}

/* What a disk says may be anything. */
static void test_resume_refused(void **state)
{
	static const struct {
		u64 length, step;
		u32 offset;
		bool fits[2];		/* staggered, sequential */
	} t[] = {
		{ 2 * REG + 5, 0, SEG - 1, { true, true } },
		{ 2 * REG + 5, 0, SEG, { false, false } },
		{ 2 * REG + 5, 2, 4, { true, true } },
		{ 2 * REG + 5, 2, 5, { false, true } },
		{ 2 * REG + 5, 256, 4, { true, true } },
		{ 2 * REG + 5, 256, 5, { true, false } },
		{ 2 * REG + 5, 257, 0, { true, true } },
		{ 2 * REG + 5, 257, 1, { false, false } },
		{ 2 * REG + 5, 258, 0, { false, false } },
		{ 2 * REG + 5, 3, U32_MAX, { false, false } },
		{ 2 * REG + 5, U64_MAX, 0, { false, false } },
		{ 2 * REG + 5, U64_MAX / SEG + 1, 0, { false, false } },
		{ 2 * REG, 256, 0, { true, true } },
		{ 2 * REG, 256, 1, { false, false } },
		{ 1, 0, 0, { true, true } },
		{ 1, 0, 1, { false, false } },
	};
	struct scan_cursor c, fresh;
	u32 i, o;

	for (i = 0; i < ARRAY_SIZE(t); i++)
		for (o = 0; o < ARRAY_SIZE(orders); o++) {
			memset(&c, 0xff, sizeof(c));
			assert_int_equal(scan_cursor_resume(&c, t[i].length, orders[o], t[i].step,
							    t[i].offset), t[i].fits[o]);
			if (t[i].fits[o])
				continue;
			scan_cursor_start(&fresh, t[i].length, orders[o]);
			assert_memory_equal(&c, &fresh, sizeof(c));
		}
}

/*
 * Neighbourhoods
 */

/* Reads up to where the pass goes on; false: nothing was to be read. */
static bool read_near(struct scan_cursor *c, u32 most, u64 *from, u64 *to)
{
	u64 done = scan_cursor_done(c), sector;
	struct scan_cursor old;
	bool any = false;

	for (;;) {
		u32 n = scan_cursor_next(c, most, &sector);

		old = *c;
		scan_cursor_advance(c, n);
		if (!n || scan_cursor_done(c) != done || (any && sector != *to)) {
			*c = old;
			return any;
		}
		assert_true(n <= most && sector % SEG + n <= SEG);
		if (!any)
			*from = sector;
		*to = sector + n;
		any = true;
	}
}

static void test_neighbourhood(void **state)
{
	const u64 length = 3 * REG + 100;
	static const struct {
		u64 hit, from, to;
	} t[] = {
		{ 0, 0, HALF },
		{ SEG / 2 - 1, 0, HALF },
		{ SEG / 2, 0, HALF + SEG },
		{ HALF, 0, 2 * HALF },
		{ HALF + SEG, SEG, 2 * HALF + SEG },
		{ REG, REG - HALF, REG + HALF },
		{ REG + SEG / 2 - 1, REG - HALF, REG + HALF },
		{ REG - SEG / 2, REG - HALF, REG + HALF },
		{ REG - SEG / 2 - 1, REG - HALF - SEG, REG + HALF - SEG },
		{ 3 * REG - HALF, 3 * REG - 2 * HALF, 3 * REG },
		{ 3 * REG - HALF + SEG, 3 * REG - 2 * HALF + SEG, 3 * REG + 100 },
		{ 3 * REG + 99, 3 * REG - HALF, 3 * REG + 100 },
	};
	struct scan_cursor c, before;
	u64 from, to;
	u32 i, seed = 5;

	for (i = 0; i < ARRAY_SIZE(t); i++) {
		at_step(&c, length, orders[i & 1], 2 * i);
		scan_cursor_advance(&c, 77 * i);
		before = c;
		scan_cursor_hit(&c, t[i].hit);
		assert_true(read_near(&c, i & 1 ? 1000 : U32_MAX, &from, &to));
		assert_int_equal(from, t[i].from);
		assert_int_equal(to, t[i].to);
		/* and the pass is where it was */
		same_from_here(c, before, &seed, 1000);
	}
	/* of no interest, and no reason to overflow */
	scan_cursor_start(&c, length, SCAN_STAGGERED);
	before = c;
	scan_cursor_hit(&c, length);
	scan_cursor_hit(&c, U64_MAX);
	assert_memory_equal(&c, &before, sizeof(c));
}

/* Errors of a cluster are found while it is looked at, and later by the pass. */
static void test_hits_together(void **state)
{
	struct scan_cursor c;
	u64 from, to, s;

	scan_cursor_start(&c, 4 * REG, SCAN_STAGGERED);
	scan_cursor_hit(&c, REG);
	for (s = REG - HALF; s < REG + HALF; s += 100) {
		u64 sector;

		assert_int_equal(scan_cursor_next(&c, 100, &sector) > 0, true);
		scan_cursor_hit(&c, s);
		assert_int_equal(c.nr_near, 1);
	}
	assert_true(read_near(&c, SEG, &from, &to));
	assert_int_equal(to - from, 2 * HALF);
	for (s = REG - HALF; s < REG + HALF; s += 100)
		scan_cursor_hit(&c, s);
	assert_false(read_near(&c, SEG, &from, &to));
	/* those next to it have one of their own */
	scan_cursor_hit(&c, REG - HALF - 1);
	assert_true(read_near(&c, SEG, &from, &to));
	assert_int_equal(from, REG - 2 * HALF);
	scan_cursor_hit(&c, REG + HALF);
	assert_true(read_near(&c, SEG, &from, &to));
	assert_int_equal(from, REG);
	assert_int_equal(to, REG + 2 * HALF);
}

/* A hit elsewhere while a neighbourhood is looked at comes after it. */
static void test_one_after_the_other(void **state)
{
	struct scan_cursor c;
	u64 from, to, sector;
	u32 i;

	scan_cursor_start(&c, 64 * REG, SCAN_SEQUENTIAL);
	scan_cursor_hit(&c, 40 * REG);
	scan_cursor_next(&c, 50, &sector);
	scan_cursor_advance(&c, 50);
	/* as many as there is room for; the rest is forgotten */
	for (i = 1; i < SCAN_MAX_NEAR + 3; i++)
		scan_cursor_hit(&c, (20 + (i & 1 ? i : -i)) * REG);
	assert_true(read_near(&c, SEG, &from, &to));
	assert_int_equal(from, 40 * REG - HALF + 50);
	assert_int_equal(to, 40 * REG + HALF);
	/* the first is done: there is room for one */
	scan_cursor_hit(&c, 60 * REG);
	scan_cursor_hit(&c, 61 * REG);
	for (i = 1; i < SCAN_MAX_NEAR; i++) {
		assert_true(read_near(&c, SEG, &from, &to));
		assert_int_equal(from, (20 + (i & 1 ? i : -i)) * REG - HALF);
		assert_int_equal(to - from, 2 * HALF);
	}
	assert_true(read_near(&c, SEG, &from, &to));
	assert_int_equal(from, 60 * REG - HALF);
	assert_false(read_near(&c, SEG, &from, &to));
	assert_int_equal(scan_cursor_done(&c), 0);
	/* the oldest is forgotten, the others are remembered */
	scan_cursor_hit(&c, 60 * REG);
	scan_cursor_hit(&c, (20 + 1) * REG);
	assert_false(read_near(&c, SEG, &from, &to));
	scan_cursor_hit(&c, 40 * REG);
	assert_true(read_near(&c, SEG, &from, &to));
}

/* One step of a pass with hits: a read of it is the next one of a pass without any. */
static void read_with_hits(struct scan_cursor *c, struct scan_cursor *without, u32 *seed,
			   u64 *near)
{
	u64 sector, expected, done = scan_cursor_done(c);
	u32 most = rig_random(seed) % 4096 + 1, n = scan_cursor_next(c, most, &sector);

	n = rig_random(seed) % n + 1;
	scan_cursor_advance(c, n);
	if (scan_cursor_done(c) == done) {
		assert_true(sector + n <= c->length && sector % SEG + n <= SEG);
		*near += n;
		return;
	}
	assert_int_equal(scan_cursor_done(c), done + n);
	assert_true(scan_cursor_next(without, most, &expected) >= n);
	assert_int_equal(sector, expected);
	scan_cursor_advance(without, n);
}

static void test_hits_at_random(void **state)
{
	u32 i, seed = 2024;

	for (i = 0; i < 300; i++) {
		u64 length = random64(&seed) % (4 * REG) + 1, near = 0, hits = 0, sector;
		u32 rarely = 1 << (rig_random(&seed) % 10);
		struct scan_cursor c, without;

		scan_cursor_start(&c, length, orders[i & 1]);
		without = c;
		while (scan_cursor_next(&c, 1, &sector)) {
			if (hits < 30 && !(rig_random(&seed) % rarely)) {
				scan_cursor_hit(&c, random64(&seed) % (length + length / 8 + 1));
				hits++;
			}
			read_with_hits(&c, &without, &seed, &near);
		}
		assert_int_equal(scan_cursor_done(&c), length);
		assert_int_equal(scan_cursor_next(&without, 1, &sector), 0);
		assert_true(near <= hits * SCAN_VICINITY);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_places),
		cmocka_unit_test(test_rounds),
		cmocka_unit_test(test_every_sector_once),
		cmocka_unit_test(test_huge),
		cmocka_unit_test(test_nothing_to_visit),
		cmocka_unit_test(test_advance_too_far),
		cmocka_unit_test(test_resume_is_no_stop),
		cmocka_unit_test(test_resume_refused),
		cmocka_unit_test(test_neighbourhood),
		cmocka_unit_test(test_hits_together),
		cmocka_unit_test(test_one_after_the_other),
		cmocka_unit_test(test_hits_at_random),
	};

	return cmocka_run_group_tests_name("cursor", tests, NULL, NULL);
}
