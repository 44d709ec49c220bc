// SPDX-License-Identifier: GPL-2.0-only
/*
 * Blocks that go back to main, and what is done to both places before and after.
 */
#include "workload.h"

static void send_back(uint32_t block, uint32_t count)
{
	int error = message("recover %u+%u", block, count);

	if (error)
		violation("the wish to recover %u+%u was refused: error %d", block, count, error);
	suspend_and_resume();
}

/* What was written on the spare, flushed or not, is on main after it. */
static void newer_than_main(void)
{
	mark("p:newer_than_main");
	relocate(0, 200);
	put(SECTOR(0), 128);
	put(SECTOR(60) + 3, 2);
	flush();
	put(SECTOR(120), 64);
	put_durable(SECTOR(4) + 1, 2);
	send_back(0, 24);
	get(SECTOR(0), 128);
	put(SECTOR(3) + 1, 2);
	put_durable(SECTOR(4) + 2, 2);
	get(SECTOR(3), 16);
	flush();
	/* the places that became free, for others */
	relocate(300, 20);
	put(SECTOR(300), 80);
	flush();
	get(SECTOR(0), 128);
	get(SECTOR(300), 128);
}

/* There and back again, with a newer value in each place. */
static void to_and_fro(uint32_t block)
{
	int i;

	mark("p:to_and_fro");
	for (i = 0; i < 3; i++) {
		put(SECTOR(block), 8);
		relocate(block, 2);
		put(SECTOR(block) + i, 3);
		if (i & 1)
			flush();
		send_back(block, 2);
		get(SECTOR(block), 16);
		put(SECTOR(block) + 1, 5);
	}
	flush();
	get(SECTOR(block), 16);
}

/* Main does not take it, or says so. */
static void not_taken(uint32_t block)
{
	mark("p:not_taken");
	put(SECTOR(block), 64);
	flush();
	view_set(MAIN, SECTOR(block + 2) + 2, 1, BAD);
	landing(MAIN, SECTOR(block + 4), 8, true);
	send_back(block, 8);
	landing(MAIN, SECTOR(block + 4), 8, false);
	get(SECTOR(block), 64);
	if (slot_of(block + 2) < 0 || slot_of(block + 4) < 0)
		violation("a block went back to where it cannot be written");
	put(SECTOR(block) + 3, 40);
	flush();
	get(SECTOR(block), 64);
	good(SECTOR(block + 2) + 2, 1);
	send_back(block, 8);
	if (slot_of(block + 2) >= 0 || slot_of(block + 4) >= 0)
		violation("a block that main takes again did not go back");
	get(SECTOR(block), 64);
}

/* What is lost stays lost until it is written. */
static void lost(uint32_t block)
{
	mark("p:lost");
	bad(SECTOR(block) + 1, 2);
	get(SECTOR(block), 8);
	good(SECTOR(block) + 1, 2);
	send_back(block, 1);
	if (slot_of(block) < 0)
		violation("a block with lost data went back");
	get(SECTOR(block), 8);
	put(SECTOR(block) + 1, 2);
	flush();
	send_back(block, 1);
	get(SECTOR(block), 8);
}

void work_back(void)
{
	activate("format " OPTIONS);
	newer_than_main();
	to_and_fro(260);
	not_taken(64);
	yank();
	activate(OPTIONS);
	get(SECTOR(0), 128);
	lost(500);
	send_back(40, 10);
	stop();
	activate(OPTIONS);
	put(SECTOR(100), 32);
	/* all that can go, in several batches, and a cut before anything else */
	send_back(0, MAIN_BLOCKS);
	yank();
	activate(OPTIONS);
	get(SECTOR(96), 64);
	get(SECTOR(300), 64);
	stop();
}
