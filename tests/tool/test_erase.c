// SPDX-License-Identifier: GPL-2.0-only
/*
 * heal.c: a spare is erased, and the power goes, or the disk fails. One that was retired by a
 * single superblock, as when the other took no write, must not come back to life by the other;
 * nor if that one does not even read while it is erased, and later does.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/kernel.h>

#include "../../tools/heal.h"
#include "sim.h"

#define LENGTH	5120

static struct sim spare;
static u8 image[LENGTH * 512];
static u64 unread_at, unread;	/* sectors that do not read, until the power has gone */

/* Return: where the other superblock is */
static u64 make(u32 retired)
{
	struct remap_metadata md = {};
	struct remap_super sb;
	u8 buf[REMAP_META_SIZE];

	sim_spare(&spare, &md, LENGTH, 1000, 8192, "wwn:1");
	remap_metadata_format(&md);
	md.super.flags = REMAP_SUPER_CLEAN;
	remap_super_write(&md);
	sb = md.super;
	sb.state = REMAP_SUPER_REPLACED;
	sb.generation++;
	remap_format_encode_super(buf, &sb, retired);
	remap_disk_write(&spare.store.disk, retired ? sb.super_b : 0, buf, sizeof(buf));
	remap_disk_flush(&spare.store.disk);
	memcpy(image, spare.durable, sizeof(image));
	remap_metadata_exit(&md);
	return retired ? 0 : sb.super_b;
}

static void reset(void)
{
	sim_reset(&spare, image, LENGTH);
	spare.bad_sector = unread_at;
	spare.bad_sectors = unread;
}

static void lose_power(enum fate fate)
{
	sim_lose_power(&spare, fate);
	spare.bad_sectors = 0;
}

static int erase_it(void)
{
	struct inspection found;
	int r;

	steps = 0;
	if (inspect_spare(&found, &spare.store, false))
		abort();
	r = erase(&found, &spare.store);
	inspect_free(&found);
	return r;
}

static bool starts(void)
{
	struct inspection found;
	bool does;

	if (inspect_spare(&found, &spare.store, false))
		abort();
	does = inspect_starts(&found);
	inspect_free(&found);
	return does;
}

static unsigned int cuts(unsigned int all)
{
	unsigned int at, wrong = 0;
	int fate;

	for (fate = 0; fate < FATES; fate++) {
		for (at = 0; at < all; at++) {
			reset();
			cut_at = at;
			erase_it();
			cut_at = NEVER;
			lose_power(fate);
			wrong += starts();
		}
	}
	return wrong;
}

/* A disk that says it wrote what it did not is not meant: who can erase that? */
static unsigned int failures(unsigned int all)
{
	unsigned int at, wrong = 0;
	enum fault fault;

	for (fault = FAILS; fault <= DEAD; fault++) {
		for (at = 0; at < all; at++) {
			reset();
			spare.fault = fault;
			spare.fault_at = at;
			wrong += !erase_it();
			lose_power(KEPT);
			wrong += starts();
		}
	}
	return wrong;
}

/* At each step, with the superblocks as they are while it is erased. */
static void erase_retired(u32 retired, const char *how)
{
	unsigned int all, wrong;
	char text[128];

	reset();
	check(!starts() && !erase_it(), "a retired spare is erased");
	all = steps;
	lose_power(KEPT);
	check(!starts(), "... and does not start");
	wrong = cuts(all) + failures(all);
	snprintf(text, sizeof(text), "retired by %c alone, %s, at each of %u steps: %u wrong",
		 'A' + retired, how, all, wrong);
	check(all > 8 && !wrong, text);
}

/* What takes no write either stays, and so does the word of the other one. */
static void erase_broken(void)
{
	reset();
	spare.bad_writes = true;
	check(erase_it(), "one superblock takes no write: not erased");
	lose_power(KEPT);
	check(!starts(), "... and does not start when that one reads again");
}

/* Something else stands where A was: of which nothing says that it is ours. */
static void erase_overwritten(void)
{
	u8 was[REMAP_META_SIZE];

	make(SPARE_B);
	memset(image, 0x5a, REMAP_META_SIZE);
	memcpy(was, image, sizeof(was));
	unread = 0;
	reset();
	check(!erase_it() && !memcmp(spare.durable, was, sizeof(was)),
	      "what stands in the place of superblock A is left alone");
	lose_power(KEPT);
	check(!starts(), "... and nothing starts");
}

int main(void)
{
	u32 retired;

	for (retired = 0; retired < 2; retired++) {
		u64 place = make(retired);

		unread = 0;
		erase_retired(retired, "both of which read");
		unread_at = place;
		unread = REMAP_META_SECTORS;
		erase_retired(retired, "the other of which does not read");
		erase_broken();
	}
	erase_overwritten();
	return checked();
}
