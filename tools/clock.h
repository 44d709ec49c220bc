/* SPDX-License-Identifier: GPL-2.0-only */
/* Time that passes, whatever becomes of the clock on the wall. */
#ifndef REMAPSETUP_CLOCK_H
#define REMAPSETUP_CLOCK_H

#include <linux/types.h>

/** now_ms() - milliseconds since some moment in the past */
u64 now_ms(void);

/** sleep_ms() - or less, if there is a signal */
void sleep_ms(unsigned int ms);

#endif
