// SPDX-License-Identifier: GPL-2.0-only
/*
 * Copies of the metadata that fail and return.
 */
#include <dm-remap/format.h>

#include "workload.h"

#define BOTH 2

static void copy_is(uint32_t copy, uint32_t block, enum place place)
{
	view_set(SPARE, layout.table[copy] + block * 8, 8, place);
}

static void super_is(uint32_t copy, enum place place)
{
	if (copy != 1)
		view_set(SPARE, layout.super[0], 8, place);
	if (copy != 0)
		view_set(SPARE, layout.super[1], 8, place);
}

/* A block of main goes bad, and needs a change of the map. */
static bool need(uint32_t block)
{
	bad(SECTOR(block) + 2, 1);
	return put(SECTOR(block) + 1, 4);
}

static void some_blocks(uint32_t block)
{
	relocate(block, 5);
	put(SECTOR(block), 16);
	need(block + 10);
	flush();
}

/* The table block that speaks of a block on the spare. */
static uint32_t table_block_of(uint32_t block)
{
	int slot = slot_of(block);

	if (slot < 0)
		die("block %u is not on the spare", block);
	return slot / REMAP_ENTRIES_PER_BLOCK;
}

/* Until what a table block speaks of was moved elsewhere, in the background. */
static void wait_until_moved(uint32_t table_block, uint32_t block)
{
	int tries;

	for (tries = 0; tries < 250; tries++) {
		if (table_block_of(block) != table_block)
			break;
		pause_ms(20);
	}
	if (tries == 250)
		violation("block %u is still in table block %u, which is out of use", block,
			  table_block);
	pause_ms(100);
}

/* The write of a copy fails: disowned, its table block emptied. */
static void disowned(uint32_t copy, uint32_t block)
{
	uint32_t table_block = table_block_of(block);

	copy_is(copy, table_block, BAD);
	put(SECTOR(block) + 6, 1);
	need(block + 10);
	flush();
	put(SECTOR(block + 1), 8);
	get(SECTOR(block), 128);
	need(block + 12);
	flush();
	wait_until_moved(table_block, block + 4);
	copy_is(copy, table_block, FINE);
}

/* The same, but what fails may have landed. */
static void disowned_below(uint32_t block)
{
	uint32_t table_block = table_block_of(block);
	uint32_t at = layout.table[0] + table_block * 8;

	landing(SPARE, at, 8, true);
	need(block + 30);
	need(block + 31);
	flush();
	put(SECTOR(block + 1), 8);
	flush();
	wait_until_moved(table_block, block);
	landing(SPARE, at, 8, false);
	put(SECTOR(block + 30), 8);
	flush();
}

void work_copies(void)
{
	activate("format " OPTIONS);
	mark("p:copy_A");
	some_blocks(40);
	disowned(0, 40);
	get(SECTOR(40), 128);
	stop();
	activate(OPTIONS);
	mark("p:copy_B");
	some_blocks(80);
	disowned(1, 80);
	yank();
	activate(OPTIONS);
	mark("p:landed");
	some_blocks(120);
	disowned_below(120);
	yank();
	activate(OPTIONS);
	get(SECTOR(40), 128);
	get(SECTOR(120), 128);
	need(160);
	flush();
	stop();
}

/*
 * doubt: the change of the map fails, and so does the record of that. Nobody knows what
 * counts, so nobody may be served.
 */
static void doubt(uint32_t copy, uint32_t super, bool lands, uint32_t block)
{
	mark("p:doubt_%c_%c%s", 'A' + copy, 'A' + super, lands ? "_landed" : "");
	put(SECTOR(block), 8);
	flush();
	errors_expected(true);
	if (lands) {
		landing(SPARE, layout.table[copy], 8, true);
		landing(SPARE, super ? layout.super[1] : 0, 8, true);
	} else {
		copy_is(copy, 0, BAD);
		super_is(super, BAD);
	}
	need(block);
	get(SECTOR(block), 8);
	put(SECTOR(2), 3);
	flush();
	if (lands) {
		landing(SPARE, layout.table[copy], 8, false);
		landing(SPARE, super ? layout.super[1] : 0, 8, false);
	} else {
		copy_is(copy, 0, FINE);
		super_is(super, FINE);
	}
	/* all is well again but for what was in doubt */
	good(SECTOR(block) + 2, 1);
	put(SECTOR(block), 6);
	flush();
	put(SECTOR(block + 40), 3);
	put(SECTOR(0) + 5, 5);
	flush();
	get(SECTOR(block), 8);
	errors_expected(false);
	yank();
	activate(OPTIONS);
	get(SECTOR(0), 32);
	put(SECTOR(block) + 3, 2);
	flush();
	get(SECTOR(block), 8);
	relocate(block + 20, 1);
}

void work_doubt(void)
{
	uint32_t copy, super, block = 100;

	activate("format " OPTIONS);
	relocate(0, 3);
	for (copy = 0; copy < 2; copy++)
		for (super = 0; super < 2; super++) {
			doubt(copy, super, true, block++);
			doubt(copy, super, false, block++);
		}
	stop();
}

/*
 * restarts: what the last activation left half done is put right before anything is built on it
 */
static void half_done(uint32_t copy, uint32_t first, uint32_t count, uint32_t block)
{
	uint32_t at = layout.table[copy] + first;

	mark("p:half_done_%c_%u_%u", 'A' + copy, first, count);
	errors_expected(true);
	super_is(BOTH, BAD);
	view_set(SPARE, at, count, BAD);
	need(block);
	put(SECTOR(1), 4);
	flush();
	yank();
	super_is(BOTH, FINE);
	view_set(SPARE, at, count, FINE);
	good(SECTOR(block) + 2, 1);
	errors_expected(false);
	activate(OPTIONS);
	mark("p:after_half_done");
	relocate(block + 50, 1);
	put(SECTOR(block) + 1, 3);
	flush();
	relocate(block + 51, 2);
	put(SECTOR(block + 50), 8);
	flush();
	get(SECTOR(block), 8);
	get(SECTOR(0), 16);
}

/* Only a superblock could not be written. */
static void one_superblock(uint32_t copy, uint32_t block)
{
	mark("p:one_superblock_%c", 'A' + copy);
	super_is(copy, BAD);
	stop();
	super_is(copy, FINE);
	activate(OPTIONS);
	need(block);
	flush();
	get(SECTOR(block), 8);
}

/*
 * A start after a clean stop cannot take back what the superblocks say of main, which is written
 * then all the same. Nobody may believe them later.
 */
static void clean_mark(uint32_t copy, bool stopped, uint32_t block)
{
	mark("p:clean_mark_%u", copy);
	stop();
	super_is(copy, BAD);
	activate(OPTIONS);
	put(SECTOR(10) + copy, 9);
	flush();
	put(SECTOR(900), 2);
	if (stopped)
		stop();
	else
		yank();
	super_is(copy, FINE);
	activate(OPTIONS);
	get(SECTOR(10), 24);
	need(block);
	flush();
}

void work_restarts(void)
{
	uint32_t block = 100, copy;

	activate("format " OPTIONS);
	relocate(0, 3);
	put(SECTOR(0), 24);
	half_done(1, 0, 8, block++);
	half_done(0, 0, 8, block++);
	half_done(0, 3, 2, block++);
	half_done(1, 1, 1, block++);
	half_done(0, 0, 1, block++);
	one_superblock(0, block++);
	one_superblock(1, block++);
	for (copy = 0; copy < 2; copy++) {
		clean_mark(copy, true, block++);
		clean_mark(copy, false, block++);
	}
	stop();
}
