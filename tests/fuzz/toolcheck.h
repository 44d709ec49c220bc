/* SPDX-License-Identifier: GPL-2.0-only */
/* The tool on one spare, held against spec.h. What is wrong aborts with the line that says it. */
#ifndef TOOLCHECK_H
#define TOOLCHECK_H

#include "base.h"
#include "toolbox.h"

/**
 * struct toolcheck
 * @base: a sound spare of the same geometry
 * @area: the bytes of the spare area; stay as they are
 * @force, @what, @cut_after, @fates: see toolbox.h
 * @steps, @starts: set
 */
struct toolcheck {
	struct base *base;
	const u8 *area;
	bool force;
	enum toolbox_change what;
	int cut_after;
	u32 fates;
	unsigned int steps;
	bool starts;
};

void toolcheck(struct toolcheck *t);

#endif
