// SPDX-License-Identifier: GPL-2.0-only
/* Compiles only where there is no function of this name. */
#include <linux/device-mapper.h>

enum { dm_submit_bio_remap };
