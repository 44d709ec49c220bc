/* SPDX-License-Identifier: GPL-2.0-only */
/* The two test disks below the remap device. */
#ifndef DISK_H
#define DISK_H

#include "dm.h"

struct disk_device {
	struct dm_device dev;
	u64 sectors;
};

extern struct disk_device disks[2];

void disks_create(void);
void disks_remove(void);

/* Faults of a range; @letters as testdisk has them, "-" for none. */
void disk_fault(enum disk which, u64 sector, u64 count, const char *letters);
void disk_message(enum disk which, const char *format, ...) __attribute__((format(printf, 2, 3)));

void disks_stop(void);		/* the power goes, for both at once */
/* Of what is not flushed, so many of a thousand pieces of @sectors are lost. */
void disks_power_cut(u32 main_permille, u32 spare_permille, u32 sectors);
void disks_revive(void);

#endif
