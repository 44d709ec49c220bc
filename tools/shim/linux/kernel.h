/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * As much of linux/kernel.h, and of what it brings along, as format.c, super.c,
 * load.c and metadata.c of dm-remap-core need.
 */
#ifndef TOOLS_SHIM_KERNEL_H
#define TOOLS_SHIM_KERNEL_H

#include <endian.h>
#include <errno.h>
#include <stddef.h>
#include <linux/types.h>

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define DIV_ROUND_UP(n, d) (((n) + (d) - 1) / (d))
#define BUILD_BUG_ON(c)	_Static_assert(!(c), #c)
#define container_of(p, type, member) ((type *)((char *)(p) - offsetof(type, member)))
#define READ_ONCE(x)	(x)
#define WRITE_ONCE(x, v) ((x) = (v))
#define U32_MAX		((u32)~0U)
#define U64_MAX		((u64)~0ULL)

#define max(a, b)	({ __typeof__(a) max_a = (a); __typeof__(b) max_b = (b); \
			   (void)(&max_a == &max_b); max_a > max_b ? max_a : max_b; })
#define min(a, b)	({ __typeof__(a) min_a = (a); __typeof__(b) min_b = (b); \
			   (void)(&min_a == &min_b); min_a < min_b ? min_a : min_b; })
#define max_t(t, a, b)	max((t)(a), (t)(b))
#define min_t(t, a, b)	min((t)(a), (t)(b))

#define cpu_to_le32(x)	((__le32)htole32(x))
#define cpu_to_le64(x)	((__le64)htole64(x))
#define le32_to_cpu(x)	((u32)le32toh(x))
#define le64_to_cpu(x)	((u64)le64toh(x))

#endif
