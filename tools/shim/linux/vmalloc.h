/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TOOLS_SHIM_VMALLOC_H
#define TOOLS_SHIM_VMALLOC_H

#include <stddef.h>

/** vzalloc() - zeroed, and aligned for O_DIRECT */
void *vzalloc(size_t bytes);
void vfree(const void *p);

#endif
