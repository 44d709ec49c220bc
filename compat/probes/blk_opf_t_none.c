// SPDX-License-Identifier: GPL-2.0-only
#include <linux/blk_types.h>

/* it compiles where there is no such type */
typedef struct { int none; } blk_opf_t;
