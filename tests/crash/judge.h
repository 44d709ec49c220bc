/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Is a state what the promises allow? Three looks, each no more than once for what
 * it depends on:
 *
 *   judge_state()	it loads, and every block reads as it may
 *   judge_again()	power cuts while it is loaded, and in each kind of change after that:
 *			without a fault the change happens, and the next load finds the map
 *			without it or, from then on, with it
 *   judge_flushes()	the same where flushes of the spare fail: a change happens, does not
 *			happen or is in doubt, and the next load finds what goes with that
 *   judge_damage()	beyond power cuts: one copy of one metadata block is unreadable,
 *			cannot be written, or comes back older
 *
 * Promised of a damaged copy, and so demanded: whatever becomes of it, if its twin is
 * valid and not disowned, the spare loads and every block reads as it may. If after that
 * load writes were possible, the next load, with the copy back, finds the same map; and so it
 * does after a change that was made, or refused, while the copy was away (from the load on, or
 * only after it), also if it comes back with older content. Not promised: that a damaged copy is survived whose twin the power cut has torn (it must be
 * refused then if it is unreadable, and may be if it is older), nor an older copy
 * whose twin is disowned, nor one that reads and changes by itself while the spare is in use.
 */
#ifndef CRASH_JUDGE_H
#define CRASH_JUDGE_H

#include "change.h"
#include "cuts.h"
#include "recover.h"

struct effort {
	struct cut_limits first, second;
	u32 random;		/* cuts at each place in a further pass, where all is chance */
	u32 damages;		/* ways for each state, drawn from all; 0: all of them */
	u32 one_in;		/* states that are damaged */
	u32 flushes;		/* ways for each metadata in which a flush fails */
};

/* shared by all processes */
struct tally {
	u64 states, again, flushes, damaged, away, points, violations;
	u64 changes[CHANGES];	/* that were made */
};

extern struct tally *tally;

void judge_init(const struct effort *effort);

/** judge_pass() - the first is systematic, the others are not; what to cut in this one */
const struct cut_limits *judge_pass(u32 pass);

/** judge_state() - the state as it stands; @where for people */
void judge_state(const char *where);

/** judge_history() - this metadata block was written; its older content may come back */
void judge_history(u32 sector, const struct content *content);

/** violated() - count it, and print it if it is not just like the last ones */
void violated(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
