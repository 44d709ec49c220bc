/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a device is called by itself, wherever it is plugged in: its WWN or
 * serial number, in the form that fits the superblock and the table line.
 */
#ifndef REMAPSETUP_IDENTITY_H
#define REMAPSETUP_IDENTITY_H

#include <stdbool.h>
#include <sys/types.h>

#define IDENTITY_SIZE	128	/* with the zero byte */

/** identity_of() - Return: false if the device has none, e.g. a loop device */
bool identity_of(dev_t number, char text[IDENTITY_SIZE]);

/**
 * identity_clean() - printable ASCII without blanks and backslashes, as the kernel wants it
 * @prefix: says where it comes from
 * @room: bytes of @to, with the zero byte
 *
 * Return: false if nothing is left.
 */
bool identity_clean(char *to, size_t room, const char *prefix, const char *from);

#endif
