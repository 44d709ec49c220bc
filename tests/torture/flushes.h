/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Flushes of the disks that fail. They may take unflushed data with them at any moment, and who
 * is told of it may be dm-remap and not the user. The model and the trouble hear of it here: each
 * operation looks before it begins and after it has ended.
 */
#ifndef FLUSHES_H
#define FLUSHES_H

#include "torture.h"

void flushes_init(void);

/* The next @nr flushes of the disk fail. */
void flushes_fail(enum disk which, u32 nr);
/* Those that have not failed yet work. */
void flushes_heal(enum disk which);

/* Afterwards the model knows of all that failed up to now. */
void flushes_look(void);

/*
 * A flush of the user, or a write with one. What dm-remap owes is told to one of them, whichever it
 * is: the success of one means nothing while another may bring the bad news.
 */
void flushes_user_begins(void);
bool flushes_user_is_alone(void);
void flushes_user_ends(void);

#endif
