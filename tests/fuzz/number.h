/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NUMBER_H
#define NUMBER_H

#include "kernel.h"

/** words_number() - decimal, perhaps with a plus before and a newline behind it */
bool words_number(const char *text, u64 *value);

#endif
