/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TOOLS_SHIM_TIMEKEEPING_H
#define TOOLS_SHIM_TIMEKEEPING_H

#include <linux/types.h>

s64 ktime_get_real_seconds(void);

#endif
