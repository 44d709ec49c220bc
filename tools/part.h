/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Is a device only a part of what is meant?
 */
#ifndef REMAPSETUP_PART_H
#define REMAPSETUP_PART_H

#include <stdbool.h>
#include <sys/types.h>

#include "super.h"

/**
 * part_of_array() - is this device, or its disk, a part of an array, or one path of several?
 * @sb: the spare that it shows
 *
 * With the metadata of the array at the end, or elsewhere, a part shows the same spare as the
 * whole, which may not be there yet; opened alone it would be another copy.
 */
bool part_of_array(dev_t number, const struct remap_super *sb);

#endif
