/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Block devices by their number: what they are called, who uses them.
 */
#ifndef REMAPSETUP_DEVICE_H
#define REMAPSETUP_DEVICE_H

#include <sys/types.h>

#include "disk.h"

/** device_path() - /dev/sda1, /dev/mapper/name */
const char *device_path(dev_t number, char *path, size_t size);

/**
 * device_refuse_used() - see that nobody uses a device, its partitions, or the
 * disk that it is a partition of
 * @path: what the user calls it
 *
 * Device-mapper itself lets two of its devices lie on one disk, so this asks
 * sysfs who holds it; mounts and swap are looked at to name them.
 *
 * Return: 0, or BUSY after a message.
 */
int device_refuse_used(dev_t number, const char *path);

/** device_holder() - the first device that stands on this one, if there is any */
bool device_holder(dev_t number, char *path, size_t size);

/** device_holders() - how many devices stand on this one */
unsigned int device_holders(dev_t number);

/** device_below() - the first device that this one stands on, or 0 */
dev_t device_below(dev_t number);

/** device_waits() - whoever reads it waits: it is suspended, or what it stands on is */
bool device_waits(dev_t number);

/** device_has_partitions() - does the kernel know partitions of it? */
bool device_has_partitions(dev_t number);

/**
 * device_each() - call a function for every block device that has a size
 *
 * Return: 0, or what made it stop: the first answer that is not 0.
 */
int device_each(int (*each)(dev_t number, void *context), void *context);

/** device_overlap() - do two ranges share sectors of one disk? */
bool device_overlap(const struct disk *a, u64 a_start, u64 a_length,
		    const struct disk *b, u64 b_start, u64 b_length);

#endif
