/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CRASH_DAMAGE_H
#define CRASH_DAMAGE_H

#include "judge.h"

/** damage_all() - see judge_damage in judge.h; @nr of the ways at random, 0: all */
void damage_all(u32 nr);

/** values_are_right() - against the model, with the map that load has found */
bool values_are_right(const char *how);

#endif
