// SPDX-License-Identifier: GPL-2.0-only
/*
 * judge.c: who is slow, and above all who is not. The disk here is a list of slow blocks; one
 * that turns, is used by others and errs at random is in tests/sim.
 */
#include "scan_court.h"

static void test_limit(void **state)
{
	static const struct {
		u64 usual, rare, max_ms, from, to;	/* ms */
	} cases[] = {
		{ 10, 10, 100, 35, 40 },
		{ 1, 1, 100, 26, 27 },
		{ 50, 50, 100, 100, 100 },
		{ 40, 40, 100, 80, 97 },
		{ 10, 10, 20, 20, 20 },
		{ 200, 200, 100, 300, 400 },	/* slow as a rule */
		{ 10, 60, 100, 90, 110 },	/* one in fifty takes long */
	};
	struct scan_judge j;
	u32 i, n;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		scan_judge_init(&j, 8);
		j.max_latency_ns = cases[i].max_ms * MS;
		for (n = 0; n < 500; n++) {
			assert_int_equal(scan_judge_limit(&j, CHUNK) == U64_MAX, n < 32);
			scan_judge_probe(&j, n * CHUNK, CHUNK,
					 (n % 50 ? cases[i].usual : cases[i].rare) * MS, 0, 0);
		}
		assert_in_range(scan_judge_limit(&j, CHUNK), cases[i].from * MS,
				cases[i].to * MS);
	}
}

/* Short reads are judged by longer ones until there are enough of their own. */
static void test_limit_of_other_sizes(void **state)
{
	struct scan_judge j;
	u32 n;

	scan_judge_init(&j, 8);
	for (n = 0; n < 100; n++)
		scan_judge_probe(&j, 0, 1024, 20 * MS, 0, 0);
	assert_int_equal(scan_judge_limit(&j, 8), scan_judge_limit(&j, 1024));
	assert_int_equal(scan_judge_limit(&j, 1), scan_judge_limit(&j, 1024));
	assert_true(scan_judge_limit(&j, 2048) == U64_MAX);
	for (n = 0; n < 100; n++)
		scan_judge_probe(&j, 0, 8, MS, 0, 0);
	assert_true(scan_judge_limit(&j, 8) < scan_judge_limit(&j, 1024));
	assert_true(scan_judge_limit(&j, 1) < scan_judge_limit(&j, 1024));
	assert_int_equal(scan_judge_limit(&j, 0), scan_judge_limit(&j, 1));
	assert_int_equal(scan_judge_limit(&j, U32_MAX), scan_judge_limit(&j, 2048));
}

/*
 * Slow places do not make slowness usual, however many there are; delays that were nobody's fault
 * do. So both are told apart: by the visits.
 */
static void test_what_is_learnt(void **state)
{
	struct court c;
	u32 i, guilty;
	u64 limit;

	for (guilty = 0; guilty < 2; guilty++) {
		court_init(&c, 8);
		read_on(&c, 1000);
		limit = scan_judge_limit(&c.j, CHUNK);
		for (i = 0; i < 30; i++) {
			c.slow[c.nr_slow++] = i * CHUNK + 5;
			assert_true(court_probe(&c, i * CHUNK, CHUNK));
			read_on(&c, 8);
		}
		if (!guilty)
			c.nr_slow = 0;
		for (i = 0; i < 4; i++) {
			later(&c);
			visit(&c);
		}
		if (guilty)
			assert_int_equal(scan_judge_limit(&c.j, CHUNK), limit);
		else
			assert_true(scan_judge_limit(&c.j, CHUNK) > limit);
	}
}

/* The limit follows a disk that changes, and counts do not overflow. */
static void test_baseline_rolls(void **state)
{
	struct scan_judge j;
	u32 n;

	scan_judge_init(&j, 8);
	j.max_latency_ns = 10 * SECOND;
	for (n = 0; n < 200000; n++)
		scan_judge_probe(&j, n * CHUNK, CHUNK, 10 * MS, 0, 0);
	assert_true(scan_judge_limit(&j, CHUNK) < 50 * MS);
	for (n = 0; n < 3000; n++)
		scan_judge_probe(&j, n * CHUNK, CHUNK, 500 * MS, 0, 0);
	assert_true(scan_judge_limit(&j, CHUNK) > 500 * MS);
	for (n = 0; n < 20000; n++)
		scan_judge_probe(&j, n * CHUNK, CHUNK, 10 * MS, 0, 0);
	assert_true(scan_judge_limit(&j, CHUNK) < 50 * MS);
}

/* Step by step, for blocks of all sizes. */
static void test_way_to_a_verdict(void **state)
{
	static const u32 blocks[] = { 1, 2, 4, 8, 16, 32, 64 };
	const struct scan_suspect *s;
	struct court c;
	u64 block;
	u32 i, n;

	for (i = 0; i < ARRAY_SIZE(blocks); i++) {
		one_slow(&c, blocks[i], 5 * CHUNK + 777);
		s = only(&c);
		assert_int_equal(s->sector, 5 * CHUNK);
		assert_int_equal(s->sectors, CHUNK);
		assert_int_equal(visit(&c), 0);		/* not yet: it comes from the cache */

		later(&c);
		assert_int_equal(visit(&c), 1 + CHUNK / SCAN_PIECE + 1);
		s = only(&c);
		assert_int_equal(s->sector, (5 * CHUNK + 777) / SCAN_PIECE * SCAN_PIECE);
		assert_int_equal(s->sectors, SCAN_PIECE);
		if (blocks[i] < SCAN_PIECE) {
			later(&c);
			assert_int_equal(visit(&c), 1 + SCAN_PIECE / blocks[i] + 1);
		}
		s = only(&c);
		assert_int_equal(s->sector, (5 * CHUNK + 777) / blocks[i] * blocks[i]);
		assert_int_equal(s->sectors, blocks[i]);
		for (n = 0; n < 3; n++) {
			assert_false(scan_judge_condemned(&c.j, &block));
			assert_int_equal(visit(&c), 0);
			later(&c);
			assert_int_equal(visit(&c), 3);
		}
		assert_int_equal(c.j.nr_suspects, 0);
		assert_true(scan_judge_condemned(&c.j, &block));
		assert_int_equal(block, (5 * CHUNK + 777) / blocks[i]);
		assert_false(scan_judge_condemned(&c.j, &block));
	}
}

/* Of the visits to a block: s slow, f fast; c: condemned, a: acquitted, at the end of the word */
static void test_block_visits(void **state)
{
	static const char * const cases[] = {
		"sssc", "fsssc", "sfssc", "ssfsc", "ffa", "sffa", "ssffa", "fsfa", "fssfa", "sfsfa",
	};
	struct court c;
	u32 i, n;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		u32 last = strlen(cases[i]) - 1;
		u64 block;

		to_block(&c);
		for (n = 0; n < last; n++) {
			assert_int_equal(c.j.nr_suspects, 1);
			assert_int_equal(c.j.nr_condemned, 0);
			c.nr_slow = cases[i][n] == 's';
			later(&c);
			assert_true(visit(&c) >= 2);
		}
		assert_int_equal(c.j.nr_suspects, 0);
		assert_int_equal(scan_judge_condemned(&c.j, &block), cases[i][last] == 'c');
	}
}

/* A single slow read: nothing comes of it, but two visits. */
static void test_acquitted(void **state)
{
	struct court c;

	court_init(&c, 8);
	read_on(&c, 100);
	c.extra = 200 * MS;
	assert_true(court_probe(&c, 5 * CHUNK, CHUNK));
	c.extra = 0;
	later(&c);
	assert_int_equal(visit(&c), 1 + CHUNK / SCAN_PIECE);
	assert_int_equal(c.j.nr_suspects, 1);
	later(&c);
	assert_int_equal(visit(&c), 1 + CHUNK / SCAN_PIECE);
	assert_int_equal(c.j.nr_suspects, 0);
}

/* Neither a minute alone is later, nor reads alone; but ten minutes are. */
static void test_later(void **state)
{
	struct court c;

	one_slow(&c, 8, 100);
	c.now += SCAN_VISIT_GAP_NS;
	assert_int_equal(visit(&c), 0);
	c.now += 8 * SCAN_VISIT_GAP_NS;
	assert_int_equal(visit(&c), 0);
	c.now += 2 * SCAN_VISIT_GAP_NS;
	assert_true(visit(&c) > 0);

	one_slow(&c, 8, 100);
	c.total += 1000 * CHUNK;
	assert_int_equal(visit(&c), 0);
	c.now += SCAN_VISIT_GAP_NS;
	assert_true(visit(&c) > 0);
}

/* A slow control read: it is the disk. After eight visits that say nothing the suspect is free. */
static void test_void_visits(void **state)
{
	struct court c;
	u32 i, n;

	for (i = 0; i < 2; i++) {
		to_block(&c);
		c.bad_controls = i;
		c.disturbed = !i;
		for (n = 0; n < 8; n++) {
			assert_int_equal(c.j.nr_suspects, 1);
			later(&c);
			assert_int_equal(visit(&c), 1);
		}
		assert_int_equal(c.j.nr_suspects, 0);
		assert_int_equal(c.j.nr_condemned, 0);
	}
}

/* Slow between two control reads, of which the second is slow as well: that was nothing. */
static void test_second_control(void **state)
{
	struct scan_visit v;
	struct court c;

	to_block(&c);
	later(&c);
	assert_true(scan_judge_visit(&c.j, &v, c.now, c.total));
	assert_true(v.control);
	scan_judge_visited(&c.j, &v, USUAL, true, c.now, c.total);
	assert_true(scan_judge_visit(&c.j, &v, c.now, c.total));
	assert_false(v.control);
	scan_judge_visited(&c.j, &v, 200 * MS, true, c.now, c.total);
	assert_true(scan_judge_visit(&c.j, &v, c.now, c.total));
	assert_true(v.control);
	scan_judge_visited(&c.j, &v, 200 * MS, true, c.now, c.total);
	assert_false(scan_judge_visit(&c.j, &v, c.now, c.total));
	assert_int_equal(only(&c)->slow, 0);
	assert_int_equal(only(&c)->voids, 1);
}

/* Disturbed in the middle: what was fast stays so, the rest is read in another visit. */
static void test_disturbed_visit(void **state)
{
	struct scan_visit v;
	struct court c;
	u32 reads = 0;

	one_slow(&c, 8, 5 * CHUNK + 3 * SCAN_PIECE);
	later(&c);
	while (scan_judge_visit(&c.j, &v, c.now, c.total)) {
		u64 ns = v.control ? USUAL : takes(&c, v.sector, v.sectors);

		scan_judge_visited(&c.j, &v, ns, ++reads != 12, c.now, c.total);
	}
	assert_int_equal(reads, 12);
	later(&c);
	/* nine of 32 were found fast: the slow one and the disturbed one are read again */
	assert_int_equal(visit(&c), 1 + 23 + 1);
	assert_int_equal(only(&c)->sector, c.slow[0]);
	assert_int_equal(only(&c)->sectors, SCAN_PIECE);
}

/* Many slow probes: the disk. Nobody is suspected any more, nor visited. */
static void test_everywhere(void **state)
{
	struct court c;
	u32 i;

	to_block(&c);
	read_on(&c, 1000);
	c.extra = 200 * MS;
	for (i = 0; i < 12; i++) {
		assert_int_equal(c.j.everywhere, i >= 8);
		assert_true(court_probe(&c, (100 + i) * CHUNK, CHUNK));
	}
	assert_int_equal(c.j.nr_suspects, 1 + 7);
	c.now += 100 * SCAN_VISIT_GAP_NS;
	assert_int_equal(visit(&c), 0);
	c.extra = 0;
	read_on(&c, 40);
	assert_false(c.j.everywhere);
	c.now += 100 * SCAN_VISIT_GAP_NS;
	assert_true(visit(&c) > 0);

	/* nor is it, when a pass ends meanwhile: it takes eight of the next one */
	c.extra = 200 * MS;
	for (i = 0; i < 16; i++) {
		assert_int_equal(c.j.everywhere, i == 8);
		if (c.j.everywhere)
			scan_judge_rest(&c.j);
		court_probe(&c, (200 + i) * CHUNK, CHUNK);
	}
	assert_true(c.j.everywhere);
}

/* Slow for hours, in the middle of everything: nobody is condemned. */
static void test_slow_for_hours(void **state)
{
	struct court c;
	u32 i, n;

	for (n = 1; n < 100; n += 7) {
		court_init(&c, 8);
		read_on(&c, 100);
		for (i = 0; i < 20000; i++) {
			c.extra = i >= 500 && i < 10000 ? n * 10 * MS : 0;
			court_probe(&c, (i % 900) * CHUNK, CHUNK);
			c.now += SECOND;
			visit(&c);
		}
		assert_int_equal(c.j.nr_condemned, 0);
		assert_int_equal(c.j.nr_suspects, 0);
	}
}

static void test_full(void **state)
{
	struct court c;
	u32 i;

	court_init(&c, 8);
	read_on(&c, 100);
	for (i = 0; i < 100; i++) {
		c.extra = 60 * MS;
		assert_true(court_probe(&c, i * CHUNK, CHUNK) || i >= SCAN_MAX_SUSPECTS);
		c.extra = 0;
		read_on(&c, 10);
	}
	assert_int_equal(c.j.nr_suspects, SCAN_MAX_SUSPECTS);
	for (i = 0; i < 10; i++) {
		later(&c);
		visit(&c);
	}
	assert_int_equal(c.j.nr_suspects, 0);
}

/* No room for a verdict: it is given when there is. */
static void test_condemned_full(void **state)
{
	struct court c;
	u64 block;
	u32 i;

	to_block(&c);
	for (i = 0; i < SCAN_MAX_CONDEMNED; i++)
		c.j.condemned[c.j.nr_condemned++] = 1000 + i;
	for (i = 0; i < 10; i++) {
		later(&c);
		visit(&c);
		assert_int_equal(c.j.nr_suspects, 1);
		assert_int_equal(c.j.nr_condemned, SCAN_MAX_CONDEMNED);
	}
	while (scan_judge_condemned(&c.j, &block))
		assert_int_equal(block, 990 + i++);
	later(&c);
	visit(&c);
	assert_true(scan_judge_condemned(&c.j, &block));
	assert_int_equal(block, (5 * CHUNK + 777) / 8);
	assert_int_equal(c.j.nr_suspects, 0);
}

/* Ranges as odd as chunks may be, at the end of the disk, too: nothing beyond it is read. */
static void test_odd_ranges(void **state)
{
	static const u32 blocks[] = { 1, 2, 8, 64 };
	u32 seed = 3, i, n;

	for (i = 0; i < 4000; i++) {
		u32 block = blocks[i % 4], size = 1 + rig_random(&seed) % CHUNK;
		u64 from = rig_random(&seed) % 5000, end = from + size;
		struct scan_visit v;
		struct court c;
		u64 guilty;

		court_init(&c, block);
		read_on(&c, 100);
		c.slow[0] = from + rig_random(&seed) % size;
		c.nr_slow = 1;
		for (n = 0; n < 40; n++)	/* their size needs a baseline */
			scan_judge_probe(&c.j, DEVICE, size, USUAL, c.now, c.total);
		assert_true(court_probe(&c, from, size));
		for (n = 0; n < 6 && !c.j.nr_condemned; n++) {
			later(&c);
			while (scan_judge_visit(&c.j, &v, c.now, c.total)) {
				u64 ns = v.control ? USUAL : takes(&c, v.sector, v.sectors);

				assert_true(v.control || v.sector + v.sectors <= end);
				assert_true(v.control || v.sector % block == 0);
				scan_judge_visited(&c.j, &v, ns, true, c.now, c.total);
			}
		}
		assert_true(scan_judge_condemned(&c.j, &guilty));
		assert_int_equal(guilty, c.slow[0] / block);
		assert_int_equal(c.j.nr_suspects, 0);
	}
}

static void test_several_in_one_range(void **state)
{
	static const u64 places[] = { 0, 8, 63, 64, 700, 2047 };
	struct court c;
	u64 block, sum = 0;
	u32 i, nr = 0;

	court_init(&c, 8);
	read_on(&c, 100);
	for (i = 0; i < ARRAY_SIZE(places); i++)
		c.slow[c.nr_slow++] = 7 * CHUNK + places[i];
	court_probe(&c, 7 * CHUNK, CHUNK);
	for (i = 0; i < 5; i++) {
		later(&c);
		visit(&c);
	}
	while (scan_judge_condemned(&c.j, &block)) {
		nr++;
		sum += block - 7 * CHUNK / 8;
	}
	assert_int_equal(nr, 6);
	assert_int_equal(sum, 0 + 1 + 7 + 8 + 87 + 255);
}

static void test_suspected(void **state)
{
	struct court c;

	to_block(&c);
	assert_true(scan_judge_suspected(&c.j, 5 * CHUNK + 776, 8));
	assert_true(scan_judge_suspected(&c.j, 5 * CHUNK, CHUNK));
	assert_true(scan_judge_suspected(&c.j, 5 * CHUNK + 783, 1));
	assert_false(scan_judge_suspected(&c.j, 5 * CHUNK + 784, 100));
	assert_false(scan_judge_suspected(&c.j, 5 * CHUNK, 776));
	/* it is known: another slow read adds nothing */
	court_probe(&c, 5 * CHUNK, CHUNK);
	assert_int_equal(c.j.nr_suspects, 1);
}

static void test_forget(void **state)
{
	struct court c;

	to_block(&c);
	scan_judge_forget(&c.j, 5 * CHUNK + 784, CHUNK);
	assert_int_equal(c.j.nr_suspects, 1);
	scan_judge_forget(&c.j, 5 * CHUNK + 780, 1);
	assert_int_equal(c.j.nr_suspects, 0);
	later(&c);
	assert_int_equal(visit(&c), 0);

	c.j.condemned[0] = 3;
	c.j.condemned[1] = 4;
	c.j.condemned[2] = 5;
	c.j.nr_condemned = 3;
	scan_judge_forget(&c.j, 4 * 8, 8);
	assert_int_equal(c.j.nr_condemned, 2);
	assert_int_equal(c.j.condemned[0], 3);
	assert_int_equal(c.j.condemned[1], 5);
}

/* Of a range the rest is still suspected; what is forgotten is not read. */
static void test_forget_a_part(void **state)
{
	struct court c;

	court_init(&c, 8);
	read_on(&c, 100);
	c.slow[0] = 5 * CHUNK + 1000;
	c.slow[1] = 5 * CHUNK + 100;
	c.nr_slow = 2;
	court_probe(&c, 5 * CHUNK, CHUNK);
	scan_judge_forget(&c.j, 5 * CHUNK, 10 * SCAN_PIECE + 1);
	later(&c);
	assert_int_equal(visit(&c), 1 + 22 + 1);
	assert_int_equal(only(&c)->sector, 5 * CHUNK + 960);
	scan_judge_forget(&c.j, 0, DEVICE);
	assert_int_equal(c.j.nr_suspects, 0);
}

/* A suspect is forgotten while it is being read. */
static void test_forget_in_a_visit(void **state)
{
	struct scan_visit v;
	struct court c;

	to_block(&c);
	later(&c);
	assert_true(scan_judge_visit(&c.j, &v, c.now, c.total));
	scan_judge_visited(&c.j, &v, USUAL, true, c.now, c.total);
	assert_true(scan_judge_visit(&c.j, &v, c.now, c.total));
	scan_judge_forget(&c.j, v.sector, v.sectors);
	scan_judge_visited(&c.j, &v, 200 * MS, true, c.now, c.total);
	assert_int_equal(c.j.nr_suspects, 0);
	assert_int_equal(c.j.nr_condemned, 0);
	assert_false(scan_judge_visit(&c.j, &v, c.now, c.total));
}

/* What the fields say is true, whatever happens in which order. */
static void consistent(const struct scan_judge *j)
{
	u32 i, nr = 0;

	for (i = 0; i < SCAN_MAX_SUSPECTS; i++) {
		const struct scan_suspect *s = &j->suspects[i];

		if (!s->sectors)
			continue;
		nr++;
		assert_true(s->todo || s->guilty || s->sectors <= j->block);
		assert_false(s->todo & s->guilty);
		assert_true(s->slow < 3 && s->fast < 2 && s->voids < 8);
	}
	assert_int_equal(nr, j->nr_suspects);
	assert_true(j->visiting == -1 || j->suspects[j->visiting].sectors);
	assert_true(j->nr_condemned <= SCAN_MAX_CONDEMNED);
}

static void test_random_life(void **state)
{
	static const u32 blocks[] = { 1, 8, 64 };
	u32 seed = 9, life, i;

	for (life = 0; life < 60; life++) {
		struct scan_visit v;
		struct court c;
		u64 block;

		court_init(&c, blocks[life % 3]);
		read_on(&c, 100);
		for (i = 0; i < 5000; i++) {
			u64 sector = rig_random(&seed) % DEVICE;
			u32 sectors = 1 + rig_random(&seed) % CHUNK;
			u64 ns = rig_random(&seed) % 8 ? USUAL : 200 * MS;

			c.now += (rig_random(&seed) % 20) * SECOND;
			c.total += 4 * CHUNK;
			switch (rig_random(&seed) % 8) {
			case 0: scan_judge_forget(&c.j, sector, sectors); break;
			case 1: scan_judge_condemned(&c.j, &block); break;
			case 2: scan_judge_probe(&c.j, sector, sectors, ns, c.now, c.total); break;
			case 3: read_on(&c, 5); break;
			default:
				if (scan_judge_visit(&c.j, &v, c.now, c.total))
					scan_judge_visited(&c.j, &v, v.control ? USUAL : ns,
							   rig_random(&seed) % 9, c.now, c.total);
			}
			consistent(&c.j);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_limit),
		cmocka_unit_test(test_limit_of_other_sizes),
		cmocka_unit_test(test_what_is_learnt),
		cmocka_unit_test(test_baseline_rolls),
		cmocka_unit_test(test_way_to_a_verdict),
		cmocka_unit_test(test_block_visits),
		cmocka_unit_test(test_acquitted),
		cmocka_unit_test(test_later),
		cmocka_unit_test(test_void_visits),
		cmocka_unit_test(test_second_control),
		cmocka_unit_test(test_disturbed_visit),
		cmocka_unit_test(test_everywhere),
		cmocka_unit_test(test_slow_for_hours),
		cmocka_unit_test(test_full),
		cmocka_unit_test(test_condemned_full),
		cmocka_unit_test(test_odd_ranges),
		cmocka_unit_test(test_several_in_one_range),
		cmocka_unit_test(test_suspected),
		cmocka_unit_test(test_forget),
		cmocka_unit_test(test_forget_a_part),
		cmocka_unit_test(test_forget_in_a_visit),
		cmocka_unit_test(test_random_life),
	};

	return cmocka_run_group_tests_name("judge", tests, NULL, NULL);
}
