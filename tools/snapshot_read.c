// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>

#include <linux/kernel.h>

#include "clock.h"
#include "device.h"
#include "snapshot.h"
#include "super.h"
#include "sysfs.h"

static void fill_scan(struct snapshot *s)
{
	dev_t number = s->status.number;

	s->has_scan = sysfs_text(number, "dm_remap/scan/state", s->scan, sizeof(s->scan)) &&
		      sysfs_number(number, "dm_remap/scan/health_score", &s->health) &&
		      sysfs_number(number, "dm_remap/scan/passes", &s->passes) &&
		      sysfs_number(number, "dm_remap/scan/last_start", &s->last_start) &&
		      sysfs_number(number, "dm_remap/scan/last_complete", &s->last_complete);
	sysfs_number(number, "dm_remap/scan/progress", &s->progress);
	sysfs_number(number, "dm_remap/scan/sectors_scanned", &s->scanned);
}

void snapshot_fill(struct snapshot *s)
{
	device_path(s->status.main, s->main, sizeof(s->main));
	device_path(s->status.spare, s->spare, sizeof(s->spare));
	sysfs_number(s->status.number, "dm_remap/low_water", &s->low_water);
	fill_scan(s);
}

/* The kernel may just be writing one of them: what does not pass is looked at again. */
void snapshot_read_spare(struct snapshot *s)
{
	struct supers supers;
	struct disk disk;
	enum spare_is is;
	int tries;

	if (disk_open(&disk, s->spare, DISK_QUIET))
		return;
	for (tries = 0; tries < 3; tries++) {
		if (tries)
			sleep_ms(100);
		if (supers_read(&supers, &disk, s->status.spare_start, &is))
			break;
		/* a spare that does not answer says nothing of its metadata */
		if (is == SPARE_UNREADABLE)
			break;
		s->given_up = supers.unusable + (supers.best ? supers.best->disowned_count : 0);
		if (!s->given_up)
			break;
	}
	disk_close(&disk);
}
