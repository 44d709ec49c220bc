// SPDX-License-Identifier: GPL-2.0-only
/*
 * The model of the torture test: what a flush that failed brought back, and whom it was told.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <cmocka.h>

#include "../torture/content.h"
#include "../torture/model.h"

#define SECTORS		256
#define BESIDE		120	/* in the same 128 sectors as those below */
#define FAR		250

struct world world = { .run = 7, .shape = { .sectors = SECTORS, .block_size = 4096 } };

static u64 ticks;
static unsigned int violations;

u64 tick(void)
{
	return ++ticks;
}

void violation(u64 sector, const char *format, ...)
{
	(void)sector;
	(void)format;
	violations++;
}

void say(const char *format, ...)
{
	(void)format;
}

void die(const char *format, ...)
{
	fputs(format, stderr);
	abort();
}

static void begin(void)
{
	ticks = 0;
	violations = 0;
	model_init(SECTORS);
}

static void written(u64 sector, u64 generation)
{
	u64 began;

	assert_true(model_write_begin(sector, 1, generation, &began));
	model_write_end(sector, 1, began, WRITE_DONE);
}

/* Does it believe a read that finds this? */
static bool may_find(u64 sector, u64 generation)
{
	u8 data[SECTOR];
	u64 began = model_read_begin(sector, 1);

	content_fill(data, sector, generation, world.run);
	return model_read_end(sector, 1, began, data, "a read");
}

static void flushed(bool alone)
{
	model_flush_end(model_flush_begin(), alone);
}

/* Sector 8 held 1, then 2; a flush of the disk failed, 1 is there again and nothing else is. */
static void dropped(void)
{
	begin();
	written(8, 1);
	flushed(true);
	written(8, 2);
	model_drop();
	/* somebody else, who may be told of it, is under way */
	flushed(false);
	assert_true(may_find(8, 1));
	flushed(false);
}

static void test_told(void **state)
{
	(void)state;
	dropped();
	model_flush_failed();
	written(BESIDE, 3);
	flushed(true);
	assert_true(may_find(8, 1));
	assert_int_equal(violations, 0);
	model_exit();
}

static void test_not_told(void **state)
{
	(void)state;
	dropped();
	flushed(true);
	assert_false(may_find(8, 1));
	assert_int_equal(violations, 1);
	model_exit();
}

/* A read meets a discard on its way to a disk, which the move of the block undoes: it may come to nothing. */
static void test_discard_undone(void **state)
{
	const u8 zeros[SECTOR] = { };
	u64 discarded, read;

	(void)state;
	begin();
	written(8, 1);
	flushed(true);
	assert_true(model_write_begin(8, 1, 0, &discarded));
	read = model_read_begin(8, 1);
	model_write_end(8, 1, discarded, WRITE_UNKNOWN);
	assert_true(model_read_end(8, 1, read, zeros, "a read"));
	assert_true(may_find(8, 1));
	assert_int_equal(violations, 0);
	/* which is what it is from now on */
	assert_true(may_find(8, 1));
	assert_false(model_may_hold(8, 0));
	model_exit();
}

/*
 * Random histories
 */

#define STEPS	60

struct history {
	unsigned int random;
	u64 generation;		/* of the last write */
	u64 sector, write;	/* the one under way, or 0 */
	u64 flush;		/* likewise */
};

static unsigned int below(struct history *h, unsigned int n)
{
	h->random = h->random * 1103515245u + 12345;
	return (h->random >> 16) % n;
}

static void write_something(struct history *h, u64 sector)
{
	u64 began;

	h->generation++;
	if (!model_write_begin(sector, 1, h->generation, &began))
		return;
	if (!h->write && !below(h, 4)) {
		h->sector = sector;
		h->write = began;
		return;
	}
	model_write_end(sector, 1, began, WRITE_DONE);
}

/* A read finds what may be there; now and then anything. */
static bool read_something(struct history *h, u64 sector)
{
	u64 found = below(h, h->generation + 1);
	unsigned int tries = below(h, 50) ? 20 : 0;

	while (tries-- && !model_may_hold(sector, found))
		found = below(h, h->generation + 1);
	return may_find(sector, found);
}

static void flush_something(struct history *h)
{
	bool alone = below(h, 2);

	if (h->flush) {
		model_flush_end(h->flush, alone);
		h->flush = 0;
	} else if (below(h, 2)) {
		h->flush = model_flush_begin();
	} else {
		flushed(alone);
	}
}

static bool step(struct history *h)
{
	u64 sector = 8 * below(h, 3);

	switch (below(h, 9)) {
	case 0 ... 1:
		write_something(h, sector);
		return true;
	case 2:
		if (h->write)
			model_write_end(h->sector, 1, h->write, below(h, 3));
		h->write = 0;
		return true;
	case 3 ... 4:
		return read_something(h, sector);
	case 5:
		model_flush_failed();
		return true;
	case 6:
		model_drop();
		return true;
	}
	flush_something(h);
	return true;
}

/* What it says of each step: of a read, and then of what each sector may hold. */
static void run(unsigned int seed, bool crowded, char said[STEPS])
{
	struct history h = { .random = seed };
	u64 sector, generation, open;
	unsigned int i;

	begin();
	model_write_begin(crowded ? BESIDE : FAR, 1, 1, &open);
	for (i = 0; i < STEPS; i++) {
		said[i] = step(&h);
		for (sector = 0; sector < 24; sector += 8)
			for (generation = 0; generation <= h.generation; generation++)
				said[i] = 31 * said[i] + model_may_hold(sector, generation);
	}
	model_exit();
}

/* What else goes on in the same 128 sectors, to which it looks only if it must, makes no difference. */
static void test_beside(void **state)
{
	char alone[STEPS], crowded[STEPS];
	unsigned int seed;

	(void)state;
	for (seed = 1; seed <= 20000; seed++) {
		run(seed, false, alone);
		run(seed, true, crowded);
		if (memcmp(alone, crowded, sizeof(alone)))
			fail_msg("history %u goes another way beside an open write", seed);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_told),
		cmocka_unit_test(test_not_told),
		cmocka_unit_test(test_discard_undone),
		cmocka_unit_test(test_beside),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
