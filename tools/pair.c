// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "../dm-remap-core/format.h"
#include "device.h"
#include "pair.h"
#include "sysfs.h"

static int open_unused(struct disk *disk, const char *path, unsigned int flags)
{
	/* look first: what sysfs tells is a better reason than "busy" */
	int r = disk_open(disk, path, 0);

	if (r)
		return r;
	r = device_refuse_used(disk->number, path);
	disk_close(disk);
	return r ? r : disk_open(disk, path, flags);
}

int pair_open_spare(struct pair *pair, const char *path, bool write)
{
	return open_unused(&pair->spare, path, DISK_EXCLUSIVE | (write ? DISK_WRITE : 0));
}

/* A disk cannot be opened exclusively twice: it may have both on it. */
int pair_open_main(struct pair *pair, const char *path)
{
	struct disk look;
	bool together;
	int r = disk_open(&look, path, 0);

	if (r)
		return r;
	together = pair->spare.path && sysfs_disk(look.number) == sysfs_disk(pair->spare.number);
	disk_close(&look);
	return open_unused(&pair->main, path, together ? 0 : DISK_EXCLUSIVE);
}

static int check_zoned(const struct disk *disk)
{
	char zoned[32];

	if (!sysfs_text(sysfs_disk(disk->number), "queue/zoned", zoned, sizeof(zoned)) ||
	    !strcmp(zoned, "none"))
		return OK;
	return fail(WRONG_DEVICE, "%s is a zoned device (%s); these are not supported",
		    disk->path, zoned);
}

static int check_range(const struct pair *p)
{
	u32 unit = p->main.logical >> 9;

	if (p->main_start >= p->main.sectors || p->main_length > p->main.sectors - p->main_start)
		return fail(WRONG_DEVICE, "%s is too small: it has %llu sectors, and %llu are to be mapped from sector %llu on",
			    p->main.path, p->main.sectors, p->main_length, p->main_start);
	if (!p->main_length || p->main_length % unit || p->main_start % unit)
		return fail(BAD_USE, "start and length on %s must be multiples of its logical block, %u sectors",
			    p->main.path, unit);
	if (p->spare_start % REMAP_META_SECTORS || p->spare_start >= p->spare.sectors)
		return fail(BAD_USE, "the start on %s must be a multiple of %d sectors and below its size, %llu",
			    p->spare.path, REMAP_META_SECTORS, p->spare.sectors);
	return OK;
}

static int check_blocks(const struct pair *p)
{
	if (p->main.logical > REMAP_META_SIZE)
		return fail(WRONG_DEVICE, "%s has logical blocks of %u bytes; more than %d are not supported",
			    p->main.path, p->main.logical, REMAP_META_SIZE);
	if (p->spare.logical > p->main.logical)
		return fail(WRONG_DEVICE, "%s has logical blocks of %u bytes, %s has smaller ones (%u): it cannot be its spare",
			    p->spare.path, p->spare.logical, p->main.path, p->main.logical);
	return OK;
}

int pair_check(const struct pair *p)
{
	int r = check_zoned(&p->main);

	if (!r)
		r = check_zoned(&p->spare);
	if (!r)
		r = check_blocks(p);
	if (!r)
		r = check_range(p);
	if (r || !device_overlap(&p->main, p->main_start, p->main_length,
				 &p->spare, p->spare_start, p->spare.sectors - p->spare_start))
		return r;
	return fail(WRONG_DEVICE, "%s and %s overlap: the spare must lie outside of what is mapped (see --data-length and --spare-start)",
		    p->main.path, p->spare.path);
}

void pair_let_go(struct pair *pair)
{
	disk_let_go(&pair->main);
	disk_let_go(&pair->spare);
}

void pair_close(struct pair *pair)
{
	disk_close(&pair->main);
	disk_close(&pair->spare);
}
