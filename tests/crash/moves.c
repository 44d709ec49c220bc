// SPDX-License-Identifier: GPL-2.0-only
#include "workload.h"

/* More blocks on the spare than one table block has entries. */
static void spread(void)
{
	mark("p:spread");
	relocate(0, 130);
	put(SECTOR(4), 40);
	flush();
	put(SECTOR(9) + 2, 3);
}

/* From a full table block to another: two entries for one block, in different table blocks. */
static void one_by_one(void)
{
	mark("p:written");
	bad_on_spare(5, 2, 2);
	put(SECTOR(5), 8);
	flush();
	bad_on_spare(6, 0, 1);
	put(SECTOR(6), 1);
	put(SECTOR(6) + 3, 2);
	flush();
	get(SECTOR(5), 16);
	mark("p:read");
	bad_on_spare(7, 0, 1);
	get(SECTOR(7), 8);
	bad_on_spare(9, 1, 2);
	put(SECTOR(9) + 4, 2);
	get(SECTOR(9), 8);
	put_durable(SECTOR(7), 1);
	put(SECTOR(9) + 2, 1);
	flush();
	get(SECTOR(7), 24);
}

static void together(void)
{
	mark("p:together");
	bad_on_spare(20, 1, 1);
	bad_on_spare(21, 0, 8);
	bad_on_spare(23, 7, 1);
	put(SECTOR(20) + 1, 31);
	flush();
	get(SECTOR(20), 32);
}

/* The next spare block is bad before it was ever used. */
static void bad_from_the_start(uint32_t block)
{
	mark("p:new_and_bad");
	relocate(block, 1);
	view_set(SPARE, layout.data + SECTOR(slot_of(block) + 1), 1, BAD);
	put(SECTOR(block + 1), 8);
	relocate(block + 1, 1);
	put(SECTOR(block + 1) + 1, 2);
	flush();
	get(SECTOR(block), 16);
}

/*
 * Both entries in one table block: it is written twice in a row. They are none of the first,
 * which share a sector with the header, so that a write of them cannot be torn.
 */
static void nearby(uint32_t block)
{
	mark("p:nearby");
	relocate(block - 20, 21);
	bad_on_spare(block, 1, 1);
	put(SECTOR(block), 8);
	/* the second commit comes after the answer; no flush of ours in between */
	pause_ms(60);
	flush();
	get(SECTOR(block), 8);
}

void work_moves(void)
{
	activate("format " OPTIONS);
	spread();
	one_by_one();
	together();
	bad_from_the_start(300);
	nearby(500);
	yank();
	activate(OPTIONS);
	get(SECTOR(0), 128);
	get(SECTOR(20), 32);
	bad_on_spare(5, 6, 1);
	put(SECTOR(5) + 6, 2);
	bad_from_the_start(400);
	stop();
	activate(OPTIONS);
	bad_on_spare(20, 1, 1);
	get(SECTOR(20), 8);
	put(SECTOR(20), 8);
	flush();
	stop();
}
