/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How a device is at one moment: what status, metrics and monitor look at.
 */
#ifndef REMAPSETUP_SNAPSHOT_H
#define REMAPSETUP_SNAPSHOT_H

#include "dm.h"

/**
 * struct snapshot - a device
 * @status: from device-mapper
 * @main, @spare: their paths
 * @low_water: below so many free spare blocks it is low
 * @has_scan: the scanner's module is there: the next ones are known
 * @scan: its state
 * @passes: that were completed
 * @last_start, @last_complete: seconds since 1970; 0: never
 * @scanned: sectors read, ever
 * @position, @health: of the pass, in percent; of 100
 * @given_up: copies of metadata on the spare that are damaged or out of use
 */
struct snapshot {
	struct remap_status status;
	char main[160], spare[160];
	u64 low_water;
	bool has_scan;
	char scan[32];
	u64 passes, last_start, last_complete, scanned, progress, health;
	u32 given_up;
};

/**
 * snapshot_fill() - the rest, for a status that was read
 *
 * While a device is suspended, sysfs does not know it: then nothing of the scanner is.
 */
void snapshot_fill(struct snapshot *s);

/** snapshot_read_spare() - @given_up, from the superblocks of the spare, which is in use */
void snapshot_read_spare(struct snapshot *s);

/** snapshot_carry() - what cannot be known of a suspended device is as it was before */
void snapshot_carry(struct snapshot *s, const struct snapshot *old);

/**
 * snapshot_spare_level() - how full the spare is
 *
 * Return: 0 fine, 1 three quarters, or fewer free than low_water, 2 nine tenths, 3 full.
 */
int snapshot_spare_level(const struct snapshot *s);

/** snapshot_is_degraded() - something does not work fully */
bool snapshot_is_degraded(const struct snapshot *s);

/** snapshot_mode_is_meant() - a read-only table cannot change its map, and is well all the same */
bool snapshot_mode_is_meant(const struct snapshot *s);

#endif
