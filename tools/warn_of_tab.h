/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * After one of the two devices was exchanged: what /etc/remaptab says of it may be wrong from now
 * on, and the next boot would not open the device.
 */
#ifndef REMAPSETUP_WARN_OF_TAB_H
#define REMAPSETUP_WARN_OF_TAB_H

#include <linux/types.h>

/**
 * warn_of_main() - where the line of a device does not name its main device by identity
 * @name: of the device
 * @path: the new main device, as it was given
 * @identity: of it
 */
void warn_of_main(const char *name, const char *path, const char *identity);

/**
 * warn_of_spare() - where the line of a device does not find its spare by UUID
 * @path: the new spare, as it was given
 * @uuid: of it
 * @start: its first sector
 */
void warn_of_spare(const char *name, const char *path, const char *uuid, u64 start);

#endif
