/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a power cut can leave of writes that were not flushed: of each sector, what was
 * there or any of what was written. All of it where that is little; else each
 * write dropped, kept alone and torn in many ways, and as much at random as is asked for.
 */
#ifndef CRASH_CUTS_H
#define CRASH_CUTS_H

#include "state.h"

#define MAX_PENDING	512
#define MAX_WRITE	128	/* sectors */

/**
 * struct write - not known to be durable
 * @content: for each sector
 * @failed: it may have landed or not, and no flush will tell
 * @dead: sectors that something newer has overwritten for good
 */
struct write {
	u32 sector, count;
	const struct content *content;
	bool failed;
	bool dead[MAX_WRITE];
};

struct cut_limits {
	u32 units;	/* sectors that differ: all subsets up to so many */
	u32 whole;	/* writes: all subsets up to so many */
	u32 tears;	/* differing sectors of one write: all subsets up to so many */
	u32 random;	/* so many more */
	bool only_random;
};

/**
 * cuts_each() - call @visit with the state after each cut
 *
 * @visit may change the state; it is rolled back.
 */
void cuts_each(struct write **writes, u32 nr, const struct cut_limits *limits,
	       void (*visit)(void *), void *arg);

/** cuts_describe() - what became of the writes in the cut being visited */
const char *cuts_describe(void);

#endif
