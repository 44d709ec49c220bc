/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SHRINK_H
#define SHRINK_H

#include "op.h"

/*
 * Looks for the shortest part of @list that still ends in a violation, on fresh disks each time,
 * until the time is up. One thread if that is enough. Prints what it found.
 */
void shrink(const struct op_list *list, u32 threads, u32 seconds);

#endif
