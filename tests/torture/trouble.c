// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>

#include "remap.h"
#include "trouble.h"

/* All these say until when: 0 never, NEVER it still is. */
static u64 until[NR_TROUBLES];
static u64 *read_until, *write_until;	/* of each sector, on main */
static u8 *main_bad;				/* of each sector, on main: what is wrong with just that one */
static u64 *good_since;			/* the last time it was known not to be lost */
static bool *involved;			/* of each block */
static u64 table_began;			/* the last suspend or reload */
static u64 flush_owed;			/* when the last flush that succeeded began */
enum { BAD_READ = 1, BAD_WRITE = 2 };

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static void *zeros(u64 count, size_t size)
{
	void *p = calloc(count, size);

	if (!p)
		die("no memory");
	return p;
}

void trouble_init(u64 sectors)
{
	memset(until, 0, sizeof(until));
	read_until = zeros(sectors, sizeof(u64));
	write_until = zeros(sectors, sizeof(u64));
	main_bad = zeros(sectors, sizeof(u8));
	good_since = zeros(sectors, sizeof(u64));
	involved = zeros(sectors / spb() + 1, sizeof(bool));
	flush_owed = 0;
}

void trouble_exit(void)
{
	free(read_until);
	free(write_until);
	free(main_bad);
	free(good_since);
	free(involved);
}

void trouble_begins(enum trouble_kind kind)
{
	if (kind == TROUBLE_TABLE)
		table_began = tick();
	__atomic_store_n(&until[kind], NEVER, __ATOMIC_SEQ_CST);
}

void trouble_ends(enum trouble_kind kind)
{
	__atomic_store_n(&until[kind], tick(), __ATOMIC_SEQ_CST);
}

bool trouble_since(enum trouble_kind kind, u64 when)
{
	return __atomic_load_n(&until[kind], __ATOMIC_SEQ_CST) >= when;
}

bool trouble_spare_was_fine(u64 since)
{
	static const enum trouble_kind kinds[] = {
		TROUBLE_STOP, TROUBLE_OUTAGE_SPARE, TROUBLE_FLUSH_SPARE, TROUBLE_SPARE_READ,
		TROUBLE_SPARE_WRITE,
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(kinds); i++)
		if (trouble_since(kinds[i], since))
			return false;
	return true;
}

/*
 * Main
 */

/* A disk fails, and is salvaged, in physical blocks of the disk: one bad sector is all of it. */
static void widen(u64 *sector, u64 *count)
{
	u64 unit = world.shape.physical[MAIN] / SECTOR, start = world.shape.start[MAIN];
	u64 first = *sector + start, end = first + *count;

	first -= first % unit;
	end = (end + unit - 1) / unit * unit;
	*sector = first > start ? first - start : 0;
	end -= start;
	*count = (end < world.shape.sectors ? end : world.shape.sectors) - *sector;
}

void trouble_main_bad(u64 sector, u64 count, const char *letters)
{
	u8 bits = (strchr(letters, 'r') ? BAD_READ : 0) | (strchr(letters, 'w') ? BAD_WRITE : 0);
	u64 s;

	trouble_involve_sectors(sector, count);
	pthread_mutex_lock(&mutex);
	for (s = sector; s < sector + count; s++)
		main_bad[s] |= bits;
	widen(&sector, &count);
	for (s = sector; s < sector + count; s++) {
		if (bits & BAD_READ)
			read_until[s] = NEVER;
		if (bits & BAD_WRITE)
			write_until[s] = NEVER;
	}
	pthread_mutex_unlock(&mutex);
}

static u8 bad_in(u64 sector, u64 count)
{
	u8 bits = 0;
	u64 s;

	for (s = sector; s < sector + count; s++)
		bits |= main_bad[s];
	return bits;
}

/* What shares a physical block with a sector that is bad still stays excused. */
static void excuse_ends(u64 s, u64 now)
{
	u64 sector = s, count = 1;
	u8 still;

	widen(&sector, &count);
	still = bad_in(sector, count);
	if (read_until[s] == NEVER && !(still & BAD_READ))
		read_until[s] = now;
	if (write_until[s] == NEVER && !(still & BAD_WRITE))
		write_until[s] = now;
}

void trouble_main_good(u64 sector, u64 count)
{
	u64 s, now;

	pthread_mutex_lock(&mutex);
	now = tick();
	memset(main_bad + sector, 0, count);
	widen(&sector, &count);
	for (s = sector; s < sector + count; s++)
		excuse_ends(s, now);
	pthread_mutex_unlock(&mutex);
}

void trouble_involve(u64 block, u64 count)
{
	u64 blocks = (world.shape.sectors + spb() - 1) / spb();

	for (; count-- && block < blocks; block++)
		__atomic_store_n(&involved[block], true, __ATOMIC_RELAXED);
}

void trouble_involve_sectors(u64 sector, u64 count)
{
	trouble_involve(sector / spb(), (sector + count - 1) / spb() - sector / spb() + 1);
}

bool trouble_involved(u64 block)
{
	return __atomic_load_n(&involved[block], __ATOMIC_RELAXED);
}

void trouble_good(u64 sector, u32 count, u64 began)
{
	u32 i;

	pthread_mutex_lock(&mutex);
	for (i = 0; i < count; i++)
		if (good_since[sector + i] < began)
			good_since[sector + i] = began;
	pthread_mutex_unlock(&mutex);
}

bool trouble_may_be_lost(u64 sector)
{
	u64 good = good_since[sector];

	return read_until[sector] > good ||
	       (trouble_involved(sector / spb()) && trouble_since(TROUBLE_SPARE_READ, good));
}

bool trouble_reads_fail(u64 sector)
{
	return read_until[sector] == NEVER;
}

/*
 * Excuses
 */

static bool any_involved(u64 sector, u32 count)
{
	u64 block;

	for (block = sector / spb(); block <= (sector + count - 1) / spb(); block++)
		if (trouble_involved(block))
			return true;
	return false;
}

/* A reload may have met a spare that went away meanwhile: then the new table fails all I/O. */
static bool reload_may_fail(u64 began)
{
	return trouble_since(TROUBLE_TABLE, began) &&
	       !trouble_spare_was_fine(began < table_began ? began : table_began);
}

/* Things that excuse everything. */
static bool all_excused(u64 began)
{
	return trouble_since(TROUBLE_STOP, began) || trouble_since(TROUBLE_OUTAGE_MAIN, began) ||
	       trouble_since(TROUBLE_ACTIVATION, began) || reload_may_fail(began);
}

static bool mode_is_rw(void)
{
	struct remap_status st;

	return !remap_read_status(&st) && !strcmp(st.mode, "rw");
}

/* May the map be unable to change? What the status says counts, too. */
static bool map_may_not_change(u64 began)
{
	static const enum trouble_kind kinds[] = {
		TROUBLE_OUTAGE_SPARE, TROUBLE_FLUSH_SPARE, TROUBLE_SPARE_READ,
		TROUBLE_SPARE_WRITE, TROUBLE_UNSETTLED, TROUBLE_MODE, TROUBLE_PROTECT,
	};
	struct remap_status st;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(kinds); i++)
		if (trouble_since(kinds[i], began))
			return true;
	/* spare blocks that were freed are of use again afterwards: it may have been full */
	if (world.shape.spare_blocks && trouble_since(TROUBLE_TABLE, began))
		return true;
	return remap_read_status(&st) || strcmp(st.mode, "rw") || strcmp(st.state, "normal") ||
	       st.used == st.total;
}

bool trouble_any_lost(u64 sector, u32 count)
{
	bool lost = false;
	u32 i;

	pthread_mutex_lock(&mutex);
	for (i = 0; i < count && !lost; i++)
		lost = trouble_may_be_lost(sector + i);
	pthread_mutex_unlock(&mutex);
	return lost;
}

/* Was any of these sectors bad then or later? */
static bool any_since(const u64 *bad_until, u64 sector, u32 count, u64 began)
{
	bool bad = false;
	u32 i;

	pthread_mutex_lock(&mutex);
	for (i = 0; i < count && !bad; i++)
		bad = bad_until[sector + i] >= began;
	pthread_mutex_unlock(&mutex);
	return bad;
}

bool trouble_excuses_read(u64 sector, u32 count, u64 began, bool lost)
{
	bool excused = lost || all_excused(began) ||
		       any_since(read_until, sector, count, began) ||
		       trouble_any_lost(sector, count);

	if (excused || !any_involved(sector, count))
		return excused;
	/* whether it is in the map may be in doubt, until the next start */
	return trouble_since(TROUBLE_OUTAGE_SPARE, began) ||
	       trouble_since(TROUBLE_SPARE_READ, began) || trouble_since(TROUBLE_MODE, began) ||
	       !mode_is_rw();
}

bool trouble_excuses_write(u64 sector, u32 count, u64 began, bool lost)
{
	bool fails = lost || any_since(write_until, sector, count, began) ||
		     trouble_any_lost(sector, count);

	if (all_excused(began) || trouble_since(TROUBLE_PROTECT, began))
		return true;
	if (!fails && !any_involved(sector, count))
		return trouble_since(TROUBLE_MODE, began) && !remap_writable();
	return map_may_not_change(began);
}

/* A discard that fails is no reason to remap anything. */
bool trouble_excuses_discard(u64 sector, u32 count, u64 began)
{
	return any_since(write_until, sector, count, began) ||
	       trouble_excuses_write(sector, count, began, false);
}

/* The disk reports a lost write once: to us, or to dm-remap, which owes it to us. */
bool trouble_excuses_flush(u64 began)
{
	static const enum trouble_kind kinds[] = {
		TROUBLE_STOP, TROUBLE_OUTAGE_MAIN, TROUBLE_OUTAGE_SPARE, TROUBLE_FLUSH_MAIN,
		TROUBLE_FLUSH_SPARE, TROUBLE_ACTIVATION,
	};
	u64 since = flush_owed < began ? flush_owed : began;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(kinds); i++)
		if (trouble_since(kinds[i], since))
			return true;
	return trouble_since(TROUBLE_MODE, began) && !remap_writable();
}

void trouble_flush_done(u64 began)
{
	if (flush_owed < began)
		flush_owed = began;
}
