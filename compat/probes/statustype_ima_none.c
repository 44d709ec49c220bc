// SPDX-License-Identifier: GPL-2.0-only
#include <linux/device-mapper.h>

/* it compiles where there is no such name */
enum { STATUSTYPE_IMA };
