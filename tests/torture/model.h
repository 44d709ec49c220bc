/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What each sector may hold.
 *
 * A sector has a list of values: writes that began and are not known to be gone. Two marks
 * say where each may still be: `visible`, what a read may find now, and `durable`, what
 * may be there after a power cut. All rules compare ticks:
 *
 *	a write begins		it may be visible, it may be durable
 *	a write succeeds	what had ended before it began is not visible any more
 *				(nor durable, if it was FUA)
 *	a write fails		nothing goes: it may have landed or not
 *	a read finds x		what had ended before the read began and is not x is not visible, if the
 *				write of x is over (before that the block may be moved without it, as
 *				a read of the other half of a mirror may come before it)
 *	a flush succeeds	what was not visible any more when it began is not durable
 *	a power cut		what may be durable may be visible, and nothing else
 *
 * A disk may drop what it holds unflushed when a flush fails, and tells so once. Whoever's flush
 * it was: the next flush of the user has to fail. Until then nobody knows, so:
 *
 *	a flush of a disk	what may be durable may be visible again. Nothing goes by what is
 *	fails			in flight meanwhile, but by a FUA write: it may have come before
 *	then a flush of the	what is back stays so, like any value: the user knows that what he
 *	user fails		wrote may be gone
 *	instead it succeeds	so he was told that it is safe: what came back by failures that ended
 *				before it began is gone again, and not durable
 *
 * This is the same for both disks and for dm-remap's own data on the spare: where a user's data
 * lies is not his business, and what dm-remap acknowledged on the strength of its own flush (what
 * it moved, the map) is not in flight.
 *
 * So writes, reads and flushes may overlap in any way. All functions lock for themselves.
 */
#ifndef MODEL_H
#define MODEL_H

#include "torture.h"

#define MODEL_VALUES	8

enum model_end {
	WRITE_DONE,
	WRITE_DURABLE,
	WRITE_UNKNOWN,		/* failed; or a discard, which may come to nothing */
};

void model_init(u64 sectors);
void model_exit(void);

/* A write (generation 0: zeros) begins. False: too much is open there; flush first. */
bool model_write_begin(u64 sector, u32 count, u64 generation, u64 *began);
void model_write_end(u64 sector, u32 count, u64 began, enum model_end end);

/* model_read_end: @data NULL if it failed. False after telling of a violation. */
u64 model_read_begin(u64 sector, u32 count);
bool model_read_end(u64 sector, u32 count, u64 began, const void *data, const char *what);

u64 model_flush_begin(void);
/* It succeeded. @alone: no other that is under way may be told of one that failed. */
void model_flush_end(u64 began, bool alone);
/* The user was told of all flushes of the disks that failed so far. */
void model_flush_failed(void);

/* A flush of a disk failed, or is failing. */
void model_drop(void);
void model_power_cut(void);

/* After a power cut: what was found is what is durable. */
void model_settle(u64 sector, const void *data);

/* May the sector hold this now? For looking at main directly. */
bool model_may_hold(u64 sector, u64 generation);

/* Its values, in words. */
void model_show(u64 sector);

#endif
