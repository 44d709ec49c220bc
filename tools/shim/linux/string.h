/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TOOLS_SHIM_STRING_H
#define TOOLS_SHIM_STRING_H

#include <string.h>
#include <sys/types.h>

/** memchr_inv() - the first byte that is not @c, or NULL */
const void *memchr_inv(const void *p, int c, size_t len);

/** strscpy() - as much as fits, and always ended */
ssize_t strscpy(char *to, const char *from, size_t size);

#endif
