// SPDX-License-Identifier: GPL-2.0-only
/* Compiles only where there is no status of this name. */
#include <linux/device-mapper.h>

enum { STATUSTYPE_IMA };
