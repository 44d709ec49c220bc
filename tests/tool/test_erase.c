// SPDX-License-Identifier: GPL-2.0-only
/*
 * heal.c: a spare is erased, and the power goes, or the disk fails. One that was retired by a
 * single superblock, as when the other took no write, must not come back to life by the other.
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

static void make(u32 retired)
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
			sim_reset(&spare, image, LENGTH);
			cut_at = at;
			erase_it();
			cut_at = NEVER;
			sim_lose_power(&spare, fate);
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
			sim_reset(&spare, image, LENGTH);
			spare.fault = fault;
			spare.fault_at = at;
			wrong += !erase_it();
			sim_lose_power(&spare, KEPT);
			wrong += starts();
		}
	}
	return wrong;
}

int main(void)
{
	unsigned int all, wrong;
	char text[96];
	u32 retired;

	for (retired = 0; retired < 2; retired++) {
		make(retired);
		sim_reset(&spare, image, LENGTH);
		check(!starts() && !erase_it() && !starts(), "a retired spare is erased");
		all = steps;
		wrong = cuts(all) + failures(all);
		snprintf(text, sizeof(text), "retired by %c alone, at each of %u steps: %u wrong",
			 'A' + retired, all, wrong);
		check(all > 8 && !wrong, text);
	}
	return checked();
}
