/* SPDX-License-Identifier: GPL-2.0-only */
/* What opening with a spare and without one have in common. */
#ifndef REMAPSETUP_OPEN_H
#define REMAPSETUP_OPEN_H

#include "verb.h"

#include <stddef.h>

#include <linux/types.h>

/** open_check_name() - can a new device be called so? 0, or an exit code after a message */
int open_check_name(const char *name);

/** open_compose_uuid() - REMAP-<32 hexadecimal digits>-<name>: udev and LVM know ours by it */
void open_compose_uuid(const u8 *uuid, const char *name, char *text, size_t size);

/** open_degraded() - without the spare */
int open_degraded(const struct call *call);

#endif
