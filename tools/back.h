/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Blocks back to the main device: what recover, evacuate and guard share. The kernel moves
 * them at a resume, about a second's worth at a time, and only what main takes and gives back.
 */
#ifndef REMAPSETUP_BACK_H
#define REMAPSETUP_BACK_H

#include "dm.h"

/**
 * struct back - what is to go back
 * @status: of the device, which runs, with no table waiting (window_refuse())
 * @blocks: rising
 * @nr: how many there are
 * @tell: called between the windows: so many of so many have gone; or NULL
 * @context: for it
 * @left: afterwards: how many are still on the spare
 */
struct back {
	const struct remap_status *status;
	const u64 *blocks;
	size_t nr;
	void (*tell)(u64 gone, u64 all, void *context);
	void *context;
	size_t left;
};

/**
 * back_move() - in as many windows as it takes, for as long as it helps
 *
 * A signal ends it after the window; what has gone back stays there.
 *
 * Return: 0 also if some stay, or an exit code after a message.
 */
int back_move(struct back *back);

/**
 * struct back_choice - which of the remapped blocks may go
 * @blocks, @nr: these
 * @lost: with lost data: they cannot
 * @guarded: guard keeps them on the spare
 */
struct back_choice {
	u64 *blocks;
	size_t nr, lost, guarded;
};

/**
 * back_choose() - of those in the ranges
 * @ranges: pairs of first block and count
 * @nr: pairs
 * @guard_too: take those that are guarded as well
 */
int back_choose(const struct remap_status *status, const u64 (*ranges)[2], size_t nr,
		bool guard_too, struct back_choice *choice);

/** back_report() - move them, and say what came of it: the whole rest of recover and evacuate */
int back_report(const struct remap_status *status, const struct back_choice *choice,
		void (*tell)(u64 gone, u64 all, void *context), void *context);

/** back_begin() - the device by its name, ready for windows; Return: an exit code after a message */
int back_begin(const char *name, struct remap_status *status);

#endif
