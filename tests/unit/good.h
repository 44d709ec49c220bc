/* SPDX-License-Identifier: GPL-2.0-only */
/* Superblocks that make sense. */
#ifndef GOOD_H
#define GOOD_H

#include "rig.h"

/** good_super() - one that is well-formed, with something in each field */
struct remap_super good_super(void);

/** assert_trustworthy() - what was accepted can do no harm, whatever else it says */
void assert_trustworthy(const struct remap_super *sb);

#endif
