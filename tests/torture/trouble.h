/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The trouble that was made, and what it excuses. Everything here is told before the kernel is
 * told of new trouble, and after the kernel was told that it is over: so what is recorded is
 * never less than what there was.
 */
#ifndef TROUBLE_H
#define TROUBLE_H

#include "torture.h"

enum trouble_kind {
	TROUBLE_STOP,		/* the power */
	TROUBLE_OUTAGE_MAIN,
	TROUBLE_OUTAGE_SPARE,
	TROUBLE_PROTECT,	/* main refuses writes */
	TROUBLE_FLUSH_MAIN,	/* flushes fail */
	TROUBLE_FLUSH_SPARE,
	TROUBLE_SPARE_READ,	/* somewhere on the spare, reads fail */
	TROUBLE_SPARE_WRITE,
	TROUBLE_UNSETTLED,	/* dm-remap does not yet know that a device is back */
	TROUBLE_ACTIVATION,	/* a table could not be activated */
	TROUBLE_MODE,		/* the mode is not rw */
	TROUBLE_TABLE,		/* a suspend or reload, no trouble by itself */
	NR_TROUBLES,
};

void trouble_init(u64 sectors);
void trouble_exit(void);

void trouble_begins(enum trouble_kind kind);
void trouble_ends(enum trouble_kind kind);
/* Was there any at this tick or later? */
bool trouble_since(enum trouble_kind kind, u64 when);
/* Was the spare told to do nothing wrong, from then on? */
bool trouble_spare_was_fine(u64 since);

/* Bad sectors of main, in sectors of the remap device. @letters as testdisk has them. */
void trouble_main_bad(u64 sector, u64 count, const char *letters);
void trouble_main_good(u64 sector, u64 count);

/* A relocation of these blocks was asked for; or a write failed that touched these sectors. */
void trouble_involve(u64 block, u64 count);
void trouble_involve_sectors(u64 sector, u64 count);
/* Is there a reason for this block to be in the map? */
bool trouble_involved(u64 block);

/* These sectors were written or read well by an operation that began then. */
void trouble_good(u64 sector, u32 count, u64 began);
/* May its data be lost? */
bool trouble_may_be_lost(u64 sector);
/* Does it fail on main now? */
bool trouble_reads_fail(u64 sector);

/*
 * May an operation that began then have failed? @lost: what trouble_any_lost() said at its
 * beginning; another may have written there since.
 */
bool trouble_any_lost(u64 sector, u32 count);
bool trouble_excuses_read(u64 sector, u32 count, u64 began, bool lost);
bool trouble_excuses_write(u64 sector, u32 count, u64 began, bool lost);
bool trouble_excuses_discard(u64 sector, u32 count, u64 began);
bool trouble_excuses_flush(u64 began);
void trouble_flush_done(u64 began);

#endif
