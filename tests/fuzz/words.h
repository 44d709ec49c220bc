/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * docs/dm-remap.rst once more: which numbers and options are right. Written without
 * the product's parsers, to be compared with them.
 */
#ifndef WORDS_H
#define WORDS_H

#include "life.h"
#include "number.h"

/** words_knob() - range of a knob; false if there is none of this name */
bool words_knob(const char *name, size_t len, u64 *min, u64 *max);

/** words_option() - is this a right optional argument of the table line? */
bool words_option(const char *word);

/** words_range() - "<block>" or "<block>+<count>" within so many blocks */
bool words_range(const char *text, u64 blocks, u64 *first, u64 *end);

/** words_message() - is this a right message to a device of so many blocks? */
bool words_message(int argc, char **argv, u64 blocks);

/** words_check_knobs() - all of them are within their ranges */
void words_check_knobs(struct remap_device *dev);

#endif
