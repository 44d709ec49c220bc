/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef REMAPSETUP_ANNOUNCE_H
#define REMAPSETUP_ANNOUNCE_H

#include <sys/types.h>

/**
 * announce() - have udev look at a disk again
 *
 * A disk becomes a part of a device, or stops being one, without an event of its
 * own; udev's rules hide it while it is.
 */
void announce(dev_t number);

#endif
