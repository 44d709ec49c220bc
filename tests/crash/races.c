// SPDX-License-Identifier: GPL-2.0-only
/*
 * Slow places, to have time for something else.
 */
#include "workload.h"

#define LATE_MS		120
#define MOMENT_MS	30

static void relocate_one(uint32_t block)
{
	relocate(block, 1);
}

static void put_and_flush(uint32_t block)
{
	put(SECTOR(block) + 2, 3);
	flush();
}

static void put_three_times(uint32_t block)
{
	put_and_flush(block);
	put_and_flush(block);
	put(SECTOR(block), 8);
	flush();
}

/* A write is on its way to main while its block is moved. */
static void write_under_way(uint32_t block)
{
	view_set(MAIN, SECTOR(block), 8, SLOW);
	in_background(put_and_flush, block);
	pause_ms(MOMENT_MS);
	relocate(block, 1);
	wait_for_background();
	get(SECTOR(block), 8);
	view_set(MAIN, SECTOR(block), 8, FINE);
}

/* A block is moved and one copy of the table is slow: a write comes meanwhile. */
static void commit_under_way(uint32_t copy, uint32_t block)
{
	view_set(SPARE, layout.table[copy], layout.table_blocks * 8, SLOW);
	in_background(relocate_one, block);
	pause_ms(MOMENT_MS);
	put_three_times(block);
	wait_for_background();
	get(SECTOR(block), 8);
	view_set(SPARE, layout.table[copy], layout.table_blocks * 8, FINE);
}

/* The same with a block that fails, and two who write to it. */
static void repair_under_way(uint32_t copy, uint32_t block)
{
	view_set(SPARE, layout.table[copy], layout.table_blocks * 8, SLOW);
	bad(SECTOR(block) + 3, 1);
	in_background(put_and_flush, block);
	pause_ms(MOMENT_MS);
	put(SECTOR(block) + 5, 3);
	flush();
	wait_for_background();
	get(SECTOR(block), 8);
	view_set(SPARE, layout.table[copy], layout.table_blocks * 8, FINE);
}

/* A lost sector is written; its bit goes slowly. */
static void clearing_under_way(uint32_t copy, uint32_t block)
{
	bad(SECTOR(block) + 1, 2);
	get(SECTOR(block), 4);
	view_set(SPARE, layout.table[copy], layout.table_blocks * 8, SLOW);
	in_background(put_and_flush, block);
	pause_ms(MOMENT_MS);
	put(SECTOR(block) + 1, 1);
	flush();
	wait_for_background();
	get(SECTOR(block), 8);
	view_set(SPARE, layout.table[copy], layout.table_blocks * 8, FINE);
}

void work_races(void)
{
	uint32_t i;

	activate("format " OPTIONS);
	view_slowness(MAIN, 0, LATE_MS);
	view_slowness(SPARE, 0, LATE_MS);
	mark("p:write_under_way");
	for (i = 0; i < 4; i++)
		write_under_way(300 + i);
	for (i = 0; i < 4; i++) {
		mark("p:commit_under_way");
		commit_under_way(i & 1, 320 + i);
		mark("p:repair_under_way");
		repair_under_way(i & 1, 340 + i);
		mark("p:clearing_under_way");
		clearing_under_way(i & 1, 360 + i);
	}
	yank();
	activate(OPTIONS);
	get(SECTOR(300), 64);
	get(SECTOR(320), 64);
	stop();
}

/*
 * reuse: of few spare blocks one goes bad while a read is on its way to it. It must not get the
 * data of another block meanwhile.
 */
static void slow_get(uint32_t block)
{
	get(SECTOR(block), 8);
}

void work_reuse(void)
{
	uint32_t place;

	activate("format spare_blocks=8 " OPTIONS);
	relocate(0, 6);
	place = layout.data + SECTOR(slot_of(2));
	view_slowness(SPARE, 1500, 0);
	view_set(SPARE, place, 8, SLOW);
	in_background(slow_get, 2);
	pause_ms(100);
	landing(SPARE, place, 8, true);
	put(SECTOR(2), 8);
	flush();
	landing(SPARE, place, 8, false);
	/* the last one, and then there should be none */
	relocate(100, 1);
	message("remap 101");
	message("remap 102");
	wait_for_background();
	flush();
	view_set(SPARE, place, 8, FINE);
	get(SECTOR(0), 48);
	get(SECTOR(100), 24);
	yank();
	activate(OPTIONS);
	get(SECTOR(0), 48);
	stop();
}
