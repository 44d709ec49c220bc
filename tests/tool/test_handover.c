// SPDX-License-Identifier: GPL-2.0-only
/*
 * Another main device: what is copied, what is not and has to be on record, and which of the two
 * the spare names, with the power going at each step and each of them failing.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/kernel.h>

#include "../../tools/clone.h"
#include "../../tools/handover.h"
#include "sim.h"

#define BLOCK	SIM_BLOCK
#define SPB	(BLOCK / 512)
#define SPARE	5120	/* sectors */

/*
 * The copy
 */

#define MAX_MAIN	(40 * 2048)

struct disks {
	u8 from[MAX_MAIN * 512], to[MAX_MAIN * 512];
	bool bad[MAX_MAIN];
	u8 lost[MAX_MAIN / SPB];	/* the map: per block */
	bool mapped[MAX_MAIN / SPB];
	bool no_room;			/* the map takes no more */
	bool drops;			/* the other disk does, from sector 30000 on */
	u64 refuses_at;			/* and takes no write there */
	u64 sectors, highest, end_at;	/* interrupted there */
	u32 unit, changed;
};

static struct disks d;

static u8 content(u64 sector)
{
	return sector * 13 + sector / 251 + 1;
}

static int read_from(void *context, u64 sector, void *buf, size_t bytes)
{
	u64 s;

	for (s = sector; s < sector + bytes / 512; s++)
		if (d.bad[s])
			return -EIO;
	memcpy(buf, d.from + sector * 512, bytes);
	return 0;
}

static int write_to(void *context, u64 sector, const void *buf, size_t bytes)
{
	if (sector <= d.refuses_at && d.refuses_at < sector + bytes / 512)
		return -EIO;
	if (!d.drops || sector < 30000)
		memcpy(d.to + sector * 512, buf, bytes);
	d.highest = max(d.highest, sector + bytes / 512);
	return 0;
}

static int look_at(void *context, u64 sector, void *buf, size_t bytes)
{
	memcpy(buf, d.to + sector * 512, bytes);
	return 0;
}

static int flush(void *context)
{
	return 0;
}

/* As by a message: the map changes, and the block is read again. */
static int settle(void *context, u64 block, u64 mask)
{
	if (d.mapped[block] && !(mask & ~(u64)d.lost[block]))
		return 0;
	if (d.no_room)
		return -ENOSPC;
	d.mapped[block] = true;
	d.lost[block] = mask;
	d.changed++;
	return -EAGAIN;
}

static bool go_on(void *context, u64 done, u64 all)
{
	return done < d.end_at;
}

static const struct clone_ops ops = { read_from, write_to, look_at, flush, settle, go_on };

static void fill(u64 sectors, u32 unit)
{
	u64 s;

	memset(&d, 0, sizeof(d));
	d.sectors = sectors;
	d.unit = unit;
	d.end_at = d.refuses_at = ~0ULL;
	for (s = 0; s < sectors; s++)
		memset(d.from + s * 512, content(s), 512);
	memset(d.to, 0xee, sizeof(d.to));
}

static struct clone begin_copy(void)
{
	return (struct clone){
		.ops = &ops, .sectors = d.sectors, .block_size = BLOCK, .unit = d.unit,
	};
}

/* A sector is there, or its logical block is lost and its block on the spare. */
static bool nothing_lies(const struct clone *c)
{
	u64 s, block;
	size_t i;
	bool hole;

	for (s = 0; s < d.sectors; s++) {
		block = s / SPB;
		if (d.to[s * 512] == content(s) && d.to[s * 512 + 511] == content(s))
			continue;
		for (hole = false, i = 0; i < c->nr_holes; i++)
			hole |= c->holes[i] == block;
		if (!hole || !d.mapped[block] || !(d.lost[block] >> (s % SPB * 512 / d.unit) & 1))
			return false;
	}
	for (s = d.sectors; s < MAX_MAIN; s++)
		if (d.to[s * 512] != 0xee)
			return false;
	return true;
}

static void bad(u64 first, u64 count)
{
	while (count--)
		d.bad[first++] = true;
}

static const u64 lengths[] = { 40 * 2048, 40 * 2048 - 8, 33 * 2048 + 24, 16 * 2048, 9 * 2048 + 8,
			       5 * 2048, 16, 8 };

static void test_copy(u32 unit)
{
	unsigned int i, wrong = 0;
	struct clone c;
	char text[80];

	for (i = 0; i < ARRAY_SIZE(lengths); i++) {
		fill(lengths[i], unit);
		bad(0, 1);
		if (d.sectors > 10000) {
			bad(5000, 1);
			bad(5003, 2);
			bad(8191, 3);		/* over the edge of a block and of a chunk */
			bad(9000, 40);
			bad(d.sectors - 1, 1);
		}
		c = begin_copy();
		if (clone_copy(&c) || clone_compare(&c) || !nothing_lies(&c) || !c.lost)
			wrong++;
		clone_free(&c);
	}
	snprintf(text, sizeof(text), "copies of %zu lengths, logical blocks of %u: %u wrong",
		 ARRAY_SIZE(lengths), unit, wrong);
	check(!wrong, text);
}

static void test_lost(void)
{
	struct clone c;
	size_t i;
	bool rising = true;

	fill(40 * 2048, 512);
	bad(5000, 1);
	bad(5003, 2);
	bad(100, 1);
	c = begin_copy();
	check(!clone_copy(&c) && c.lost == 4 && c.nr_holes == 2 && d.lost[625] == 0x19 &&
	      d.lost[12] == 0x10, "only what does not read is lost");
	for (i = 1; i < c.nr_holes; i++)
		rising &= c.holes[i - 1] < c.holes[i];
	check(rising, "the list of the holes rises");
	clone_free(&c);

	fill(40 * 2048, 512);
	bad(5000, 1);
	d.no_room = true;
	c = begin_copy();
	check(clone_copy(&c) == -ENODATA && c.at == 5000, "what cannot be recorded ends it");
	clone_free(&c);
}

static void test_other_disk(void)
{
	struct clone c;

	fill(40 * 2048, 512);
	d.refuses_at = 70000;
	c = begin_copy();
	check(clone_copy(&c) == -EIO, "a disk that takes no write");
	clone_free(&c);

	fill(40 * 2048, 512);
	d.drops = true;
	c = begin_copy();
	check(!clone_copy(&c) && clone_compare(&c) == -EIO && c.at >= 30000 - 2048,
	      "one that drops writes");
	clone_free(&c);
}

static bool ends_are_zeros(u64 sectors)
{
	u64 end = min(sectors, 8 * 2048ULL), s;

	for (s = 0; s < end; s++)
		if (d.to[s * 512] || d.to[(sectors - 1 - s) * 512])
			return false;
	return true;
}

/* What was interrupted shows no file system, until little is left to do. */
static void test_ends(void)
{
	struct clone c;
	u64 at;
	bool good = true;

	for (at = 2048; at <= 24 * 2048; at += 2048) {
		fill(40 * 2048, 512);
		d.end_at = at;
		clone_wipe_ends(&ops, NULL, d.sectors);
		good &= ends_are_zeros(d.sectors);
		c = begin_copy();
		good &= clone_copy(&c) == -EINTR && ends_are_zeros(d.sectors);
		clone_free(&c);
	}
	check(good, "the ends come last");
	fill(40 * 2048, 512);
	d.end_at = 39 * 2048;
	c = begin_copy();
	check(clone_copy(&c) == -EINTR && d.to[0] == content(0), "the first sectors in the end");
	clone_wipe_ends(&ops, NULL, d.sectors);
	check(ends_are_zeros(d.sectors), "and both are wiped again");
	clone_free(&c);
	fill(5, 512);
	check(!clone_wipe_ends(&ops, NULL, 5) && d.to[5 * 512] == 0xee, "no more than there is");
}

/*
 * The spare
 */

static struct sim spare;
static u8 image[SPARE * 512];
static struct remap_super before;
static const u64 blocks[] = { 7, 100, 101, 900 };

static void make_spare(u32 flags)
{
	struct remap_metadata md = {};
	u32 i;

	sim_spare(&spare, &md, SPARE, 300, 8192, "wwn:an old main device, and a long name");
	remap_metadata_format(&md);
	for (i = 0; i < ARRAY_SIZE(blocks); i++) {
		struct remap_change c = { .spare = 60 * i };

		c.entry.state = REMAP_ENTRY_MAPPED;
		c.entry.reason = 1;
		c.entry.flags = i == 2 ? REMAP_ENTRY_RESCUABLE : 0;
		c.entry.main_block = cpu_to_le64(blocks[i]);
		c.entry.lost = cpu_to_le64(i == 2 ? 0x5 : 0);
		remap_metadata_commit(&md, &c, 1);
	}
	/* the first one again: the older entry is superseded */
	struct remap_change again = { .spare = 201, .entry.state = REMAP_ENTRY_MAPPED };

	again.entry.reason = 1;
	again.entry.main_block = cpu_to_le64(blocks[0]);
	remap_metadata_commit(&md, &again, 1);
	remap_metadata_write_health(&md);
	md.super.flags = flags;
	md.super.fingerprint[0] = 1;
	remap_super_write(&md);
	before = md.super;
	memcpy(image, spare.durable, sizeof(image));
	remap_metadata_exit(&md);
}

static struct handover h;

static void begin(void)
{
	handover_free(&h);
	memset(&h, 0, sizeof(h));
	cut_at = NEVER;
	sim_reset(&spare, image, SPARE);
	h.store = &spare.store;
	memcpy(h.uuid, before.uuid, sizeof(h.uuid));
	steps = 0;
}

enum named { OLD, NEW, WRONG };

/* As the kernel finds it, and what it would do with each of the two. */
static enum named look(void)
{
	struct inspection i;
	enum named named = WRONG;
	const char *identity;

	if (inspect_spare(&i, &spare.store, false))
		abort();
	identity = (char *)i.super.main_identity;
	if (inspect_starts(&i) && i.mapped == ARRAY_SIZE(blocks) && i.lost == 2) {
		if (!strcmp(identity, (char *)before.main_identity))
			named = i.super.flags == before.flags && i.super.fingerprint[0] ? OLD : WRONG;
		else if (!strcmp(identity, "wwn:new"))
			named = i.super.flags == REMAP_SUPER_FORGET && !i.super.fingerprint[0] &&
				i.super.generation > before.generation + U32_MAX / 2 ? NEW : WRONG;
	}
	inspect_free(&i);
	return named;
}

static enum super_exchanged commit(void)
{
	if (handover_read(&h))
		abort();
	return handover_commit(&h, "wwn:new");
}

static void test_commit(void)
{
	begin();
	check(look() == OLD, "a spare names its main device");
	check(commit() == SUPERS_EXCHANGED && look() == NEW && spare.nr_pending == 0,
	      "and then another one, durably");
	check(!memcmp(spare.now + before.table[0] * 512, image + before.table[0] * 512,
		      before.table_blocks * REMAP_META_SIZE), "the map is as it was");
}

static void test_power(void)
{
	unsigned int cuts = 0, wrong = 0, olds = 0, at, all;
	enum named was, now;
	int fate;
	char text[80];

	begin();
	commit();
	all = steps;
	for (fate = 0; fate < FATES; fate++) {
		for (was = OLD, at = 0; at <= all; at++) {
			begin();
			cut_at = at;
			commit();
			cut_at = NEVER;
			sim_lose_power(&spare, fate);
			now = look();
			cuts++;
			olds += now == OLD;
			/* once it was durable it does not come back */
			wrong += now == WRONG || (was == NEW && now == OLD) ||
				 (at >= all && now != NEW);
			was = now;
		}
	}
	snprintf(text, sizeof(text), "%u power cuts, %u wrong", cuts, wrong);
	check(cuts > 16 && olds > 3 && !wrong, text);
}

static void bad_super(bool bad, u32 copy)
{
	spare.bad_sector = copy ? before.super_b : 0;
	spare.bad_sectors = bad ? REMAP_META_SECTORS : 0;
	spare.bad_writes = bad;
}

/* So many starts without this copy; Return: the main device that they used */
static enum named start_without(u32 copy, unsigned int starts)
{
	struct remap_metadata md;
	enum named named = WRONG;

	bad_super(true, copy);
	while (starts--) {
		if (!sim_start(&spare, &md, false))
			named = strcmp((char *)md.super.main_identity, "wwn:new") ? OLD : NEW;
		remap_metadata_exit(&md);
	}
	bad_super(false, copy);
	sim_lose_power(&spare, LOST);
	return named;
}

/* Only who was used is started, or nobody; and the way out leads to that one. */
static bool sane_without(u32 copy, unsigned int starts, unsigned int *refused)
{
	enum named used = start_without(copy, starts), now = used;
	struct remap_metadata md;
	int r = sim_start(&spare, &md, false);

	if (r == -ESTALE) {
		(*refused)++;
		remap_metadata_exit(&md);
		if (used == NEW)
			return false;
		r = sim_start(&spare, &md, true);
	}
	if (!r)
		now = strcmp((char *)md.super.main_identity, "wwn:new") ? OLD : NEW;
	remap_metadata_exit(&md);
	r = r ?: sim_start(&spare, &md, false);
	remap_metadata_exit(&md);
	return !r && (used == WRONG || now == used);
}

/* After the cut a superblock is away for some starts, and comes back. */
static void test_super_away(void)
{
	unsigned int wrong = 0, refused[2] = {}, all, at, starts, copy;
	char text[120];
	int fate;

	begin();
	commit();
	all = steps;
	for (fate = 0; fate < FATES; fate++)
		for (at = 0; at <= all; at++)
			for (copy = 0; copy < 2; copy++)
				for (starts = 1; starts < 4; starts++) {
					begin();
					cut_at = at;
					commit();
					cut_at = NEVER;
					sim_lose_power(&spare, fate);
					wrong += !sane_without(copy, starts, &refused[copy]);
				}
	snprintf(text, sizeof(text),
		 "a superblock away after the cut: %u refused without A, %u without B, %u wrong",
		 refused[0], refused[1], wrong);
	check(refused[0] && !refused[1] && !wrong, text);
}

static void test_faults(void)
{
	unsigned int results[3] = {}, wrong = 0, at, all;
	enum super_exchanged r;
	enum fault fault;
	enum named now;
	char text[120];

	begin();
	commit();
	all = spare.steps;
	for (fault = FAILS; fault < FAULTS; fault++) {
		for (at = 0; at < all; at++) {
			begin();
			spare.fault = fault;
			spare.fault_at = at;
			r = commit();
			spare.fault = NONE;
			now = look();
			results[r]++;
			wrong += now == WRONG || (r == SUPERS_EXCHANGED && now != NEW) ||
				 (r == SUPERS_UNCHANGED && now != OLD);
			/* and durably so, unless the disk lies */
			sim_lose_power(&spare, LOST);
			now = look();
			if (fault != DROPPED && fault != DROPS_ALL)
				wrong += now == WRONG || (r == SUPERS_EXCHANGED && now != NEW) ||
					 (r == SUPERS_UNCHANGED && now != OLD);
		}
	}
	snprintf(text, sizeof(text),
		 "each write fails, lands, or is dropped: %u changed, %u as before, %u unknown, %u wrong",
		 results[SUPERS_EXCHANGED], results[SUPERS_UNCHANGED], results[SUPERS_UNKNOWN],
		 wrong);
	check(results[0] && results[1] && !wrong, text);
}

static void test_holds(void)
{
	const u64 some[] = { 7, 101 }, other[] = { 7, 102 }, far[] = { 901 }, zero[] = { 0 };

	begin();
	check(!handover_read(&h) && handover_holds(&h, blocks, ARRAY_SIZE(blocks)) &&
	      handover_holds(&h, some, 2) && handover_holds(&h, NULL, 0), "blocks in the map");
	check(!handover_holds(&h, other, 2) && !handover_holds(&h, far, 1) &&
	      !handover_holds(&h, zero, 1), "and such that are not");
}

static void test_not_in_order(void)
{
	begin();
	h.uuid[3] = 8;
	check(handover_read(&h) == -EUCLEAN, "another spare");
	begin();
	memset(spare.now + 512 * before.super_b, 0, 16);
	check(handover_read(&h) == -EUCLEAN, "one with a damaged superblock");
	make_spare(0);
	begin();
	check(handover_read(&h) == -EUCLEAN, "one that was not stopped cleanly");
}

static void test_params(void)
{
	static const char * const lines[][2] = {
		{ "8:0 0 8:16 0 1 uuid=x", "7:3 0 8:16 0 2 identity=wwn:new uuid=x" },
		{ "8:0 2048 8:16 64 3 uuid=x identity=wwn:old confirm_ms=0",
		  "7:3 2048 8:16 64 3 identity=wwn:new uuid=x confirm_ms=0" },
		{ "8:0 2048 8:16 64 0", "7:3 2048 8:16 64 1 identity=wwn:new" },
		{ "8:0 2048", NULL },
	};
	unsigned int i;
	bool good = true;

	for (i = 0; i < ARRAY_SIZE(lines); i++) {
		char *params = handover_params(lines[i][0], "7:3", "wwn:new");

		good &= lines[i][1] ? params && !strcmp(params, lines[i][1]) : !params;
		free(params);
	}
	check(good, "table lines with another main device");
}

int main(void)
{
	test_copy(512);
	test_copy(4096);
	test_lost();
	test_other_disk();
	test_ends();
	make_spare(REMAP_SUPER_CLEAN | REMAP_SUPER_FINGERPRINT);
	test_commit();
	test_power();
	test_super_away();
	test_faults();
	test_holds();
	test_params();
	test_not_in_order();
	handover_free(&h);
	return checked();
}
