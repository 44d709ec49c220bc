/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What was done, when, and how it ended. The number of an event is the generation of what
 * it wrote.
 */
#ifndef HISTORY_H
#define HISTORY_H

#include "op.h"

void history_init(void);
u64 history_begin(const struct op *op, u32 thread);
void history_began(u64 number, u64 when);
void history_end(u64 number, int result);

/* Of one sector, in order; or of everything but plain I/O, if it is NEVER. */
void history_show(u64 sector, u32 most);

/* Operations that began and did not end, to find out who hangs. */
void history_show_open(void);
/* Events that have ended, to find out that somebody hangs. */
u64 history_ended(void);

#endif
