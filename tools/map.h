/* SPDX-License-Identifier: GPL-2.0-only */
/* The map of a device, as the kernel tells it. */
#ifndef REMAPSETUP_MAP_H
#define REMAPSETUP_MAP_H

#include "dm.h"
#include "reply.h"

/**
 * map_each() - call a function for each block that is on the spare; stops when it is not 0
 *
 * Return: 0, or an exit code after a message; so does map_unit().
 */
int map_each(const struct remap_status *status,
	     int (*each)(const struct reply_entry *entry, void *context), void *context);

/** map_unit() - sectors of a logical block of the main device, a bit of the lost mask */
int map_unit(const struct remap_status *status, u32 *unit);

#endif
