// SPDX-License-Identifier: GPL-2.0-only
/* Compiles only where there is no type of this name. */
#include <linux/blk_types.h>

enum { blk_opf_t };
