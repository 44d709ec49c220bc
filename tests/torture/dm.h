/* SPDX-License-Identifier: GPL-2.0-only */
/* device-mapper devices, through libdevmapper. Each function returns 0 or a negative errno. */
#ifndef DM_H
#define DM_H

#include "torture.h"

struct dm_device {
	char name[32];
	u32 minor, major;
};

/* Without udev: /dev/dm-N is there as soon as the kernel has it. */
int dm_open(const struct dm_device *dev, int flags);

int dm_create(struct dm_device *dev, const char *name, u64 sectors, const char *target,
	      const char *params);
int dm_remove(const struct dm_device *dev);
int dm_reload(const struct dm_device *dev, u64 sectors, const char *target, const char *params);
int dm_suspend(const struct dm_device *dev, bool noflush);
int dm_resume(const struct dm_device *dev);

/* The answer goes to @answer (may be NULL). */
int dm_message(const struct dm_device *dev, char *answer, size_t size, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* The parameters of the only target: its status, or its table line. */
int dm_status(const struct dm_device *dev, bool table, char *params, size_t size);

#endif
