/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What `remap` and `relocate` share: a range of blocks, and moving it.
 */
#ifndef REMAPSETUP_RANGE_H
#define REMAPSETUP_RANGE_H

#include "dm.h"
#include "verb.h"

struct range {
	struct remap_status status;
	u64 first, count;
};

/**
 * range_parse() - the device and the range that a verb is called with
 *
 * Return: 0, or an exit code after a message; so does range_remap().
 */
int range_parse(const struct call *call, struct range *range);

/** range_remap() - move the blocks, and report */
int range_remap(const struct range *range);

/** range_refused() - why blocks could not be moved; Return: an exit code after a message */
int range_refused(const char *name, int error);

#endif
