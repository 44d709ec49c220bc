/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A device as the scanner sees it: the core's side of include/dm-remap/api.h, two disks that
 * are read from, and a clock. Everything else of the scanner runs as it is.
 */
#ifndef SCAN_DEVICE_H
#define SCAN_DEVICE_H

#include "kernel.h"

#include "scanner.h"

/**
 * struct remap_device
 * @geo: of which every read is checked
 * @ns: the clock that only goes forward; a read takes a millisecond
 * @jitter: what every random number is
 * @fail: each @fail-th read fails; 0: none
 * @unkind: the spare does not take the record, and reports are refused for many reasons
 * @syncs: how often it was asked to
 * @busy: reads, syncs and requests; @idle: steps without one since, that wanted to go on at once
 * @health: the payload of the health record
 */
struct remap_device {
	struct dm_remap_geometry geo;
	struct dm_remap_figures figures;
	u64 ns;
	u32 jitter;
	u32 fail, reads;
	u32 unkind, syncs;
	u32 busy, idle;
	struct kobject kobj;
	u8 health[DM_REMAP_HEALTH_SIZE];
};

/** scan_device_sleep() - all clocks go on */
void scan_device_sleep(struct remap_device *dev, u64 ns);

/** scan_device_step() - one run of the work item. Return: how long it wants to wait, in jiffies */
unsigned long scan_device_step(struct scanner *s);

/** scan_device_show() - every file in sysfs and every answer that is a text */
void scan_device_show(struct scanner *s);

#endif
