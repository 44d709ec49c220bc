/* SPDX-License-Identifier: GPL-2.0-only */
/* Where the core's messages go. */
#ifndef TOOLS_SHIM_DEVICE_MAPPER_H
#define TOOLS_SHIM_DEVICE_MAPPER_H

#include <linux/kernel.h>

/** shim_message - receives each message, without a line end; NULL: they are dropped */
extern void (*shim_message)(const char *text);

void shim_log(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
#define DMERR	shim_log
#define DMWARN	shim_log
#define DMINFO	shim_log

#endif
