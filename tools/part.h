/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Is a device only a part of what is meant?
 */
#ifndef REMAPSETUP_PART_H
#define REMAPSETUP_PART_H

#include <sys/types.h>

#include "super.h"

/**
 * enum part - how much of what is meant a device is
 * @PART_NOT: it is that itself
 * @PART_UNKNOWN: udev, which would know, is not through with it yet
 * @PART_OF_ARRAY: a part of an array, or of a logical volume, or one path of several
 */
enum part {
	PART_NOT,
	PART_UNKNOWN,
	PART_OF_ARRAY,
};

/**
 * part_is() - what is this device, or its disk?
 * @sb: the spare that it shows
 *
 * With the metadata of the array at the end, or elsewhere, a part shows the same spare as the
 * whole, which may not be there yet; opened alone it would be another copy.
 */
enum part part_is(dev_t number, const struct remap_super *sb);

#endif
