// SPDX-License-Identifier: GPL-2.0-only
/*
 * A spare takes the place of another one, with the power going after each write and each flush,
 * with each of them failing, and with disks that lie: at most one of the two starts, and that
 * one has all data.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/kernel.h>

#include "../../tools/heal.h"
#include "../../tools/successor.h"
#include "sim.h"

#define BLOCK		SIM_BLOCK
#define SPB		(BLOCK / 512)
#define MAIN		8192	/* sectors */
#define OLD		5120

static struct sim one, two;

/*
 * What a spare holds
 */

/* 20 blocks, the highest numbers beyond the end of a smaller spare */
static const u32 used[] = { 0, 1, 2, 5, 125, 126, 127, 130, 200, 251, 252, 253, 300, 377, 378,
			    400, 500, 510, 520, 530 };
#define NR_USED ARRAY_SIZE(used)

static u8 image[OLD * 512];
static struct remap_super old_super;

static u64 main_block(u32 i)
{
	return 1000 - 7 * i;
}

/* of the first block, since it was written again */
static u8 newer;

static u8 content(u32 i, u32 sector)
{
	return 17 * i + sector + 1 + (i ? 0 : newer);
}

static u64 lost_of(u32 i)
{
	return i == 3 ? 0x5 : 0;
}

static void put_data(struct store *store, const struct remap_super *sb, u32 i)
{
	u8 buf[BLOCK];
	u32 k;

	for (k = 0; k < SPB; k++)
		memset(buf + 512 * k, content(i, k), 512);
	remap_disk_write(&store->disk, sb->data + (u64)used[i] * SPB, buf, BLOCK);
}

static void make_map(struct remap_metadata *md)
{
	u32 i;

	for (i = 0; i < NR_USED; i++) {
		struct remap_change c = { .spare = used[i] };

		c.entry.state = REMAP_ENTRY_MAPPED;
		c.entry.reason = 1 + i % 5;
		c.entry.flags = lost_of(i) ? REMAP_ENTRY_RESCUABLE : 0;
		c.entry.main_block = cpu_to_le64(main_block(i));
		c.entry.lost = cpu_to_le64(lost_of(i));
		remap_metadata_commit(md, &c, 1);
	}
	/* one bad spare block, and one entry that is superseded */
	struct remap_change bad = { .spare = 40, .entry.state = REMAP_ENTRY_BAD };

	remap_metadata_commit(md, &bad, 1);
	md->table[0].entries[50] = md->table[0].entries[0];
	md->table[0].entries[50].generation = cpu_to_le64(1);
	struct remap_change again = { .spare = 51 };

	remap_metadata_commit(md, &again, 1);
}

static void make_old(void)
{
	struct remap_metadata md = {};
	u32 i;

	sim_spare(&one, &md, OLD, 1000, MAIN, "wwn:1");
	strcpy((char *)md.health, "health");
	remap_metadata_format(&md);
	make_map(&md);
	for (i = 0; i < NR_USED; i++)
		put_data(&one.store, &md.super, i);
	remap_disk_flush(&one.store.disk);
	remap_metadata_write_health(&md);
	md.super.flags = REMAP_SUPER_CLEAN | REMAP_SUPER_FINGERPRINT;
	md.super.fingerprint[0] = 1;
	remap_super_write(&md);
	old_super = md.super;
	memcpy(image, one.durable, sizeof(image));
	remap_metadata_exit(&md);
}

/* All blocks are there, and what was lost is lost. */
static bool has_all(const struct inspection *spare, struct store *store)
{
	u32 i, k, n;
	u8 buf[BLOCK];
	bool good = spare->mapped == NR_USED;

	for (i = 0; good && i < NR_USED; i++) {
		for (n = 0; n < spare->super.spare_blocks; n++)
			if (spare->standing[n] == SPARE_COUNTS &&
			    le64_to_cpu(inspect_entry(spare, n)->main_block) == main_block(i))
				break;
		if (n == spare->super.spare_blocks)
			return false;
		good = le64_to_cpu(inspect_entry(spare, n)->lost) == lost_of(i) &&
		       inspect_entry(spare, n)->reason == 1 + i % 5 &&
		       !remap_disk_read(&store->disk, spare->super.data + (u64)n * SPB, buf, BLOCK);
		for (k = 0; good && k < SPB; k++)
			if (!(lost_of(i) >> k & 1))
				good = buf[512 * k] == content(i, k) &&
				       buf[512 * k + 511] == content(i, k);
	}
	return good && !strcmp((char *)spare->md.health, "health");
}

enum is { STARTS, STARTS_WRONG, DOES_NOT };

static enum is look(struct sim *s)
{
	struct inspection spare;
	enum is is = DOES_NOT;

	if (inspect_spare(&spare, &s->store, false))
		abort();
	if (inspect_starts(&spare))
		is = has_all(&spare, &s->store) ? STARTS : STARTS_WRONG;
	inspect_free(&spare);
	return is;
}

/* "open --force" believes a standby that says so without the old one. */
static bool complete_if_it_says_so(struct sim *s)
{
	struct inspection spare;
	bool good = true;

	if (inspect_spare(&spare, &s->store, false))
		abort();
	if (!spare.super_error && spare.super.state == REMAP_SUPER_STANDBY &&
	    spare.super.flags & REMAP_SUPER_CLEAN)
		good = !spare.load_error && has_all(&spare, &s->store);
	inspect_free(&spare);
	return good;
}

/* Returns whether there was something to promote; *good becomes false if it goes wrong. */
static bool promote(void)
{
	struct inspection a, b;
	bool fits;

	if (inspect_supers(&a, &one.store, false) || inspect_supers(&b, &two.store, false))
		abort();
	fits = !a.super_error && !b.super_error && successor_fits(&a.super, &b.super);
	if (fits)
		successor_promote(&one.store, &a.super, &two.store, &b.super);
	inspect_free(&a);
	inspect_free(&b);
	return fits;
}

/*
 * Doing it
 */

static struct successor s;

static void begin(u64 sectors)
{
	successor_free(&s);
	memset(&s, 0, sizeof(s));
	cut_at = NEVER;
	newer = 0;
	sim_reset(&one, image, OLD);
	sim_reset(&two, NULL, sectors);
	s.old = &one.store;
	s.new = &two.store;
	s.sb.length = sectors;
	s.sb.spare_blocks = 1000;
	if (successor_layout(&s.sb, &old_super, BLOCK, 0))
		abort();
	steps = 0;
}

/* As replace.c does: 1 DONE, 0 BACK or failed before, -1 RESTORED, -2 STUCK */
static int replace(void)
{
	int r = successor_prepare(&s);

	if (!r)
		r = successor_fill(&s);
	if (!r && !successor_unchanged(&s))
		r = -EUCLEAN;
	if (r) {
		successor_destroy(s.new, &s.sb);
		return 0;
	}
	switch (successor_commit(&s)) {
	case SUCCESSOR_DONE:
		return 1;
	case SUCCESSOR_BACK:
		return 0;
	case SUCCESSOR_RESTORED:
		return -1;
	default:
		return -2;
	}
}

static const u64 sizes[] = { OLD, 8000, 3000 };

/* A copy of the old spare that comes back must not have a newer word on anything. */
static bool generations_are_new(void)
{
	const u64 base = (old_super.generation | U32_MAX) + 1;
	struct inspection spare;
	bool good = true;
	u32 n;

	if (inspect_spare(&spare, &two.store, false))
		abort();
	for (n = 0; n < spare.super.spare_blocks; n++)
		if (inspect_entry(&spare, n)->state == REMAP_ENTRY_MAPPED)
			good &= le64_to_cpu(inspect_entry(&spare, n)->generation) > base;
	/* also when the old one is retired: super.c goes by that */
	good &= spare.super.generation > base && spare.super.generation < base + U32_MAX / 2 + 1000;
	inspect_free(&spare);
	return good;
}

static void test_done(void)
{
	unsigned int i;
	char text[80];

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		begin(sizes[i]);
		snprintf(text, sizeof(text), "from %d sectors to %llu: done", OLD, sizes[i]);
		check(replace() == 1 && look(&one) == DOES_NOT && look(&two) == STARTS, text);
		check(generations_are_new(), "all generations are above those of the old one");
	}
	begin(200);
	check(!replace() && look(&one) == STARTS && look(&two) == DOES_NOT,
	      "to one that is too small for all: not done");
}

/* A first attempt stays behind, whole; the second one's REPLACED must not fit it. */
static void test_left_behind(void)
{
	struct inspection a, b;
	struct remap_super left;
	bool good;

	begin(OLD);
	good = !successor_prepare(&s) && !successor_fill(&s);
	if (inspect_supers(&b, &two.store, false))
		abort();
	left = b.super;
	inspect_free(&b);
	good = good && left.state == REMAP_SUPER_STANDBY;
	begin(OLD);
	good = good && replace() == 1;
	if (inspect_supers(&a, &one.store, false))
		abort();
	check(good && !successor_fits(&a.super, &left),
	      "a standby of an attempt before is not taken for the one that followed");
	inspect_free(&a);
}

/* What is to be true after a power cut. */
static bool sane_after_cut(void)
{
	enum is a = look(&one), b = look(&two);

	if (a == STARTS_WRONG || b == STARTS_WRONG || (a == STARTS && b == STARTS) ||
	    !complete_if_it_says_so(&two))
		return false;
	if (a == STARTS || b == STARTS)
		return !promote();
	return promote() && look(&one) == DOES_NOT && look(&two) == STARTS;
}

static void lose_power(int fate)
{
	cut_at = NEVER;
	sim_lose_power(&one, fate);
	sim_lose_power(&two, fate);
}

/* A replacement by a spare of so many sectors, and the power goes at a step of it. */
static void replace_until(u64 sectors, unsigned int step, int fate)
{
	begin(sectors);
	cut_at = step;
	replace();
	lose_power(fate);
}

static void test_power(u64 sectors)
{
	unsigned int bad = 0, cuts = 0, at;
	int fate;
	unsigned int all;
	char text[96];

	begin(sectors);
	replace();
	all = steps;
	for (fate = 0; fate < FATES; fate++) {
		for (at = 0; at < all; at++) {
			replace_until(sectors, at, fate);
			cuts++;
			bad += !sane_after_cut();
		}
	}
	snprintf(text, sizeof(text), "%u power cuts on the way to %llu sectors, %u wrong", cuts,
		 sectors, bad);
	check(cuts > 200 && !bad, text);
}

/* What a start finds, and what is written to a remapped block then. */
static bool run_old(void)
{
	struct remap_metadata md;
	bool starts = !sim_start(&one, &md, false);

	if (starts) {
		newer++;
		put_data(&one.store, &md.super, 0);
		remap_disk_flush(&one.store.disk);
	}
	remap_metadata_exit(&md);
	return starts;
}

static void bad_super(bool bad)
{
	one.bad_sector = 0;
	one.bad_sectors = bad ? REMAP_META_SECTORS : 0;
	one.bad_writes = bad;
}

/* The way out: the old one with all that was written to it. */
static bool revives(void)
{
	struct inspection spare;
	bool good;

	if (inspect_spare(&spare, &one.store, false))
		abort();
	good = !heal_would(&spare, &one.store, true) && look(&one) == DOES_NOT &&
	       !heal(&spare, &one.store, true);
	inspect_free(&spare);
	return good && look(&one) == STARTS && !promote();
}

static bool a_is_whole(void)
{
	struct remap_super sb;

	return remap_format_decode_super(one.now, SPARE_A, &sb) == REMAP_VALID;
}

/* That by which the old one was started. */
static void damage_b(void)
{
	u64 offset = 512 * old_super.super_b + 100;

	one.now[offset] ^= 1;
	one.durable[offset] ^= 1;
}

/*
 * Superblock A is away for some starts after the power cut, and comes back: what was written
 * meanwhile is on the old one. Either that one still starts, or neither does. The same if B is
 * damaged when A is back.
 */
static bool sane_without_a(unsigned int starts, bool b_damaged, unsigned int *refused)
{
	bool ran = false;

	bad_super(true);
	while (starts--)
		ran |= run_old();
	bad_super(false);
	sim_lose_power(&one, LOST);
	if (!ran)
		return sane_after_cut();
	if (b_damaged) {
		damage_b();
		if (!a_is_whole())
			return look(&one) == DOES_NOT && look(&two) == DOES_NOT && !promote();
	}
	if (look(&one) == STARTS)
		return look(&two) == DOES_NOT && !promote();
	(*refused)++;
	return look(&one) == DOES_NOT && look(&two) == DOES_NOT && !promote() && revives();
}

static void test_super_away(bool b_damaged)
{
	unsigned int wrong = 0, refused = 0, all, at, starts;
	char text[96];
	int fate;

	begin(OLD);
	replace();
	all = steps;
	for (fate = 0; fate < FATES; fate++) {
		for (at = all - 16; at <= all; at++) {
			for (starts = 1; starts < 4; starts++) {
				replace_until(OLD, at, fate);
				wrong += !sane_without_a(starts, b_damaged, &refused);
			}
		}
	}
	snprintf(text, sizeof(text), "superblock A away after the cut%s: %u refused, %u wrong",
		 b_damaged ? ", then B damaged" : "", refused, wrong);
	check(refused && !wrong, text);
}

/* The same while what was interrupted is brought to its end. */
static void test_power_in_promote(void)
{
	unsigned int bad = 0, cuts = 0, at, last;
	unsigned int all;
	int fate;

	begin(OLD);
	replace();
	all = steps;
	for (last = all - 8; last < all; last++) {
		for (fate = 0; fate < FATES; fate++) {
			for (at = 0; at < 12; at++) {
				replace_until(OLD, last, LOST);
				steps = 0;
				cut_at = at;
				promote();
				lose_power(fate);
				cuts++;
				bad += !sane_after_cut();
			}
		}
	}
	check(cuts && !bad, "power cuts while a replacement is brought to its end");
}

static bool sane_after_fault(int result)
{
	enum is a, b;

	/* what the disks hold, and not what they say */
	one.silent = two.silent = false;
	one.fault = two.fault = NONE;
	a = look(&one);
	b = look(&two);
	if (a == STARTS_WRONG || b == STARTS_WRONG || (a == STARTS && b == STARTS))
		return false;
	switch (result) {
	case 1:
		return a == DOES_NOT && b == STARTS;
	case 0:
	case -1:
		return a == STARTS && b == DOES_NOT && !promote();
	default:
		return true;	/* whoever starts has all; both do not */
	}
}

static void test_faults(struct sim *disk, const char *name)
{
	unsigned int results[4] = {}, bad = 0, all, at;
	enum fault fault;
	char text[160];

	begin(OLD);
	replace();
	all = disk->steps;
	for (fault = FAILS; fault < FAULTS; fault++) {
		for (at = 0; at < all; at++) {
			int r;

			begin(OLD);
			disk->fault = fault;
			disk->fault_at = at;
			r = replace();
			results[r + 2]++;
			if (!sane_after_fault(r)) {
				printf("# fault %d at %u of %s: result %d\n", fault, at, name, r);
				bad++;
			}
		}
	}
	snprintf(text, sizeof(text),
		 "each write of the %s one fails, lands, or is dropped: %u done, %u back, %u restored, %u stuck, %u wrong",
		 name, results[3], results[2], results[1], results[0], bad);
	check(!bad, text);
}

static void test_reads(void)
{
	struct inspection spare;

	begin(8000);
	one.bad_sector = old_super.data + used[6] * SPB + 2;
	one.bad_sectors = 2;
	check(replace() == 1 && s.newly_lost == 2, "two sectors that do not read are lost");
	inspect_spare(&spare, &two.store, false);
	check(le64_to_cpu(inspect_entry(&spare, used[6])->lost) == 0xc &&
	      spare.lost == 4 && !inspect_entry(&spare, used[6])->flags, "and only they");
	inspect_free(&spare);

	begin(8000);
	one.bad_sector = old_super.data + used[3] * SPB + 1;
	one.bad_sectors = 1;
	check(replace() == 1 && s.newly_lost == 1, "one more of a block with lost data");
	inspect_spare(&spare, &two.store, false);
	check(le64_to_cpu(inspect_entry(&spare, used[3])->lost) == 0x7 &&
	      !inspect_entry(&spare, used[3])->flags, "ends that it can be rescued");
	inspect_free(&spare);

	begin(8000);
	one.bad_sector = old_super.data;
	one.bad_sectors = OLD;
	check(!replace() && look(&two) == DOES_NOT, "a spare that is silent behind its map loses nothing");
	one.bad_sectors = 0;
	check(look(&one) == STARTS, "and stays what it is");
}

static void test_not_in_order(void)
{
	struct remap_super sb = old_super;
	u8 buf[REMAP_META_SIZE];

	begin(8000);
	sb.flags = 0;
	sb.generation++;
	remap_format_encode_super(buf, &sb, 0);
	memcpy(one.now, buf, sizeof(buf));
	remap_format_encode_super(buf, &sb, 1);
	memcpy(one.now + 512 * sb.super_b, buf, sizeof(buf));
	check(!replace() && look(&two) == DOES_NOT, "one that was not stopped cleanly");

	begin(8000);
	memset(one.now + 512 * old_super.super_b, 0, 16);
	check(!replace() && look(&two) == DOES_NOT, "one with a damaged superblock");
}

int main(void)
{
	make_old();
	check(look(&one) == STARTS, "a spare with a map");
	test_done();
	test_left_behind();
	test_power(OLD);
	test_power(3000);
	test_super_away(false);
	test_super_away(true);
	test_power_in_promote();
	test_faults(&one, "old");
	test_faults(&two, "new");
	test_reads();
	test_not_in_order();
	successor_free(&s);
	return checked();
}
