// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>

#include "workload.h"

#define WRITERS	4
#define AREA	48	/* blocks of one writer */
#define STEPS	24

static uint32_t roll(unsigned int *seed, uint32_t n)
{
	return rand_r(seed) % n;
}

static void step(uint32_t first, unsigned int *seed)
{
	uint32_t n = 1 + roll(seed, roll(seed, 4) ? 10 : 40);
	uint32_t sector = SECTOR(first) + roll(seed, SECTOR(AREA) - n);

	switch (roll(seed, 12)) {
	case 0:
	case 1:
		put_durable(sector, n);
		break;
	case 2:
	case 3:
		flush();
		break;
	case 4:
	case 5:
		get(sector, n);
		break;
	case 6:
		zero(sector, n);
		break;
	case 7:
		message("remap %u", sector / BLOCK_SECTORS);
		break;
	default:
		put(sector, n);
	}
}

static void writer(uint32_t nr)
{
	unsigned int seed = 1 + nr, i;

	for (i = 0; i < STEPS; i++)
		step(100 + nr * 200, &seed);
	flush();
}

/* A bad place in every third block or so. */
static void spoil(uint32_t first, unsigned int *seed)
{
	uint32_t block;

	for (block = first; block < first + AREA; block += 1 + roll(seed, 5)) {
		uint32_t sector = SECTOR(block) + roll(seed, BLOCK_SECTORS);

		bad(sector, 1 + roll(seed, 3));
	}
}

static void everyone(void)
{
	uint32_t nr;

	for (nr = 0; nr < WRITERS; nr++)
		in_background(writer, nr);
	pause_ms(150);
}

void work_writers(void)
{
	unsigned int seed = 99;
	uint32_t nr;

	activate("format " OPTIONS);
	for (nr = 0; nr < WRITERS; nr++)
		spoil(100 + nr * 200, &seed);
	/* the copies of the table take their time: others get in between */
	view_set(SPARE, layout.table[0], layout.table_blocks * 8, SLOW);
	view_set(SPARE, layout.table[1], layout.table_blocks * 8, SLOW);
	view_set(MAIN, SECTOR(310), 64, SLOW);
	view_slowness(SPARE, 0, 4);
	view_slowness(MAIN, 0, 8);
	mark("p:writers");
	everyone();
	reload(OPTIONS);
	wait_for_background();
	yank();
	activate(OPTIONS);
	for (nr = 0; nr < WRITERS; nr++)
		get(SECTOR(100 + nr * 200), 128);
	mark("p:again");
	everyone();
	wait_for_background();
	stop();
}
