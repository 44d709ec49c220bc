// SPDX-License-Identifier: GPL-2.0-only
/* The part that needs no device; snapshot_read.c has the other. */
#include <string.h>

#include "snapshot.h"

#define LOW_PERCENT	75	/* the kernel warns from here on, too */
#define LOWER_PERCENT	90

int snapshot_spare_level(const struct snapshot *s)
{
	u64 used = s->status.used, total = s->status.total;

	if (!total)
		return 0;	/* it could not be activated: nothing is known */
	if (used >= total)
		return 3;
	if (used * 100 >= total * LOWER_PERCENT)
		return 2;
	return used * 100 >= total * LOW_PERCENT || total - used < s->low_water;
}

bool snapshot_mode_is_meant(const struct snapshot *s)
{
	return !strcmp(s->status.mode, s->status.read_only ? "ro-map" : "rw");
}

bool snapshot_is_degraded(const struct snapshot *s)
{
	return (strcmp(s->status.mode, "rw") && !snapshot_mode_is_meant(s)) ||
	       strcmp(s->status.state, "normal");
}

void snapshot_carry(struct snapshot *s, const struct snapshot *old)
{
	if (!s->status.suspended)
		return;
	s->low_water = old->low_water;
	s->has_scan = old->has_scan;
	memcpy(s->scan, old->scan, sizeof(s->scan));
	s->passes = old->passes;
	s->last_start = old->last_start;
	s->last_complete = old->last_complete;
	s->scanned = old->scanned;
	s->progress = old->progress;
	s->health = old->health;
}
