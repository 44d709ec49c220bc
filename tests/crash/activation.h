/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CRASH_ACTIVATION_H
#define CRASH_ACTIVATION_H

#include "cuts.h"
#include "spare_disk.h"

/**
 * activation_cuts() - power cuts within what an activation, and a change after it, has written
 * @record: of it; the state is the one before
 * @from: the first event with cuts after it
 * @visit: called in each cut, with the number of the event after which it is; the
 *	number of all when everything is done
 */
void activation_cuts(struct record *record, u32 from, const struct cut_limits *limits,
		     void (*visit)(u32 event, void *arg), void *arg);

#endif
