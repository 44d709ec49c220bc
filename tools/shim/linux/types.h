/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel's types on the host, for dm-remap-core. The system's own
 * header has the rest.
 */
#ifndef TOOLS_SHIM_TYPES_H
#define TOOLS_SHIM_TYPES_H

#define __SANE_USERSPACE_TYPES__	/* __u64 is long long everywhere */
#include_next <linux/types.h>
#include <stdbool.h>
#include <stddef.h>

typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __u64 u64;
typedef __s64 s64;
typedef __u64 sector_t;

#endif
