/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TOOLS_SHIM_CRC32C_H
#define TOOLS_SHIM_CRC32C_H

#include <linux/types.h>

/** crc32c() - as the kernel's: neither inverted before nor after */
u32 crc32c(u32 crc, const void *buf, size_t len);

#endif
