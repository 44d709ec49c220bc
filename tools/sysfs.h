/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the kernel tells of block devices. Nothing here says why it fails: a
 * file that is missing is an answer, too.
 */
#ifndef REMAPSETUP_SYSFS_H
#define REMAPSETUP_SYSFS_H

#include <stdbool.h>
#include <sys/types.h>

#include <linux/types.h>

/**
 * sysfs_text() - the first line of a file below a device's directory
 * @number: of the block device
 * @file: e.g. "dm_remap/mode"
 *
 * Return: true if there was one, without the newline.
 */
bool sysfs_text(dev_t number, const char *file, char *text, size_t size);

/** sysfs_number() - the same for a decimal number; else @value is left alone */
bool sysfs_number(dev_t number, const char *file, u64 *value);

/** sysfs_disk() - the disk of a partition; of anything else, itself */
dev_t sysfs_disk(dev_t number);

/** sysfs_name() - the kernel's name of a device: sda1 */
bool sysfs_name(dev_t number, char *name, size_t size);

/** sysfs_device() - the device of that name; 0 if there is none */
dev_t sysfs_device(const char *name);

#endif
