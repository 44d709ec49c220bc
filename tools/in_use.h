/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who uses a device at the moment. O_EXCL tells only that somebody does, and nothing of an
 * image that a loop device stands on.
 */
#ifndef REMAPSETUP_IN_USE_H
#define REMAPSETUP_IN_USE_H

#include <stdbool.h>
#include <stddef.h>

/**
 * in_use_by() - does another device stand on it?
 * @fd: a block device or an image
 * @name: receives who, for people
 *
 * Looked up are the holders of the device and of the image's loop device.
 */
bool in_use_by(int fd, char *name, size_t size);

#endif
