// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "disk.h"

struct disk_device disks[2];

static const char * const names[] = { "torture-main", "torture-spare" };

static void create(enum disk which)
{
	char params[64];
	int r;

	disks[which].sectors = world.shape.size[which];
	snprintf(params, sizeof(params), "%u %u %llu", world.shape.logical[which],
		 world.shape.physical[which], (unsigned long long)(world.seed * 2 + which));
	r = dm_create(&disks[which].dev, names[which], disks[which].sectors, "testdisk", params);
	if (r)
		die("cannot create %s: %s (is testdisk.ko loaded?)", names[which], strerror(-r));
	disk_message(which, "slow 2000");
	if (world.shape.jitter_permille)
		disk_message(which, "jitter %u %u", world.shape.jitter_permille,
			     world.shape.jitter_us);
}

void disks_create(void)
{
	create(MAIN);
	create(SPARE);
}

void disks_remove(void)
{
	if (dm_remove(&disks[MAIN].dev) || dm_remove(&disks[SPARE].dev))
		die("cannot remove the test disks");
}

void disk_message(enum disk which, const char *format, ...)
{
	char text[128];
	va_list args;
	int r;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	r = dm_message(&disks[which].dev, NULL, 0, "%s", text);
	if (r)
		die("%s: message '%s': %s", names[which], text, strerror(-r));
}

void disk_fault(enum disk which, u64 sector, u64 count, const char *letters)
{
	disk_message(which, "fault %llu %llu %s", (unsigned long long)sector,
		     (unsigned long long)count, letters);
}

void disks_stop(void)
{
	disk_message(MAIN, "stop");
}

void disks_power_cut(u32 main_permille, u32 spare_permille, u32 sectors)
{
	disk_message(MAIN, "powercut %u %u", main_permille, sectors);
	disk_message(SPARE, "powercut %u %u", spare_permille, sectors);
	disk_message(SPARE, "stopflush 0");
}

void disks_revive(void)
{
	disk_message(MAIN, "revive");
}
