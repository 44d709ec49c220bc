/* SPDX-License-Identifier: GPL-2.0-only */
/* Fresh disks, a list of operations, and threads that carry them out. */
#ifndef EPISODE_H
#define EPISODE_H

#include "op.h"

/* Disks and a device in the shape of the world; and away with them. */
void world_begin(void);
void world_end(void);

/* False: there was a violation, after @used operations had begun. */
bool episode_play(const struct op_list *list, u32 threads, u32 *used);

#endif
