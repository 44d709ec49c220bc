// SPDX-License-Identifier: GPL-2.0-only
/*
 * super.c: what a device is to the verbs that are about to take it. A spare that does not begin
 * where it is looked for shows its superblock at the end only, and is a spare all the same.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/kernel.h>

#include "../../tools/super.h"
#include "sim.h"

#define AREA	4096	/* sectors of the spare */
#define FRONT	800	/* and before it, on the same device */

static u8 area[AREA * 512], image[(FRONT + AREA) * 512];
static bool unread;	/* the first sectors of the device do not read */
static struct supers supers;

/* A disk, as of disk.c */

int disk_read(const struct disk *disk, u64 sector, void *buf, size_t bytes)
{
	if (unread && sector < REMAP_META_SECTORS)
		return -EIO;
	memcpy(buf, image + sector * 512, bytes);
	return 0;
}

int disk_write(const struct disk *disk, u64 sector, const void *buf, size_t bytes)
{
	abort();	/* who looks does not write */
}

int disk_flush(const struct disk *disk)
{
	abort();
}

void *disk_buffer(size_t bytes)
{
	abort();
}

int no_memory(void)
{
	abort();
}

static void make_area(void)
{
	static struct sim sim;
	struct remap_metadata md = {};

	sim_spare(&sim, &md, AREA, 100, 8192, "wwn:1");
	remap_metadata_format(&md);
	memcpy(area, sim.now, sizeof(area));
	remap_metadata_exit(&md);
}

/* The spare, from sector FRONT of the device on. */
static void reset(void)
{
	unread = false;
	memset(image, 0, sizeof(image));
	memcpy(image + FRONT * 512, area, sizeof(area));
}

/* Of the device that begins with this sector of the image. */
static enum spare_is look(u64 start, u64 sectors)
{
	const struct disk disk = { .sectors = sectors };
	enum spare_is is;

	if (supers_read(&supers, &disk, start, &is))
		abort();
	return is;
}

static bool is_elsewhere(u64 start)
{
	return look(start, FRONT + AREA) == SPARE_ELSEWHERE && supers.elsewhere == FRONT &&
	       !supers.best;
}

static void look_from_elsewhere(void)
{
	reset();
	check(look(FRONT, FRONT + AREA) == SPARE_GOOD, "a spare, from where it begins");
	check(is_elsewhere(0), "from sector 0, which is blank, it begins elsewhere");
	check(is_elsewhere(FRONT - 8), "... as from any other sector before it");
	check(is_elsewhere(FRONT + 8), "... or after its beginning");
	memset(image, 0x5a, REMAP_META_SIZE);
	check(is_elsewhere(0), "... where data stands at sector 0");
	memcpy(image, area, REMAP_META_SIZE);
	image[2000] ^= 1;
	check(is_elsewhere(0), "... or a damaged superblock");
	unread = true;
	check(is_elsewhere(0), "... or where that does not read");
}

/* Of a device that has its end only. */
static void look_behind(void)
{
	reset();
	memmove(image, image + (FRONT + 16) * 512, (AREA - 16) * 512);
	check(look(0, AREA - 16) == SPARE_ELSEWHERE && supers.elsewhere == -16,
	      "one that begins before the device");
}

static void look_at_others(void)
{
	reset();
	image[(FRONT + AREA - 8) * 512 + 2000] ^= 1;
	check(look(0, FRONT + AREA) == SPARE_BOTH_DAMAGED, "a damaged one at the end says nothing");
	memset(image + (FRONT + AREA - 8) * 512, 0x5a, REMAP_META_SIZE);
	check(look(0, FRONT + AREA) == SPARE_FOREIGN, "data at the end is none");
	check(look(FRONT, FRONT + AREA) == SPARE_OVERWRITTEN && supers.best,
	      "... and has overwritten it, seen from where it begins");
	reset();
	memset(image + FRONT * 512, 0x5a, REMAP_META_SIZE);
	check(look(FRONT, FRONT + AREA) == SPARE_OVERWRITTEN && supers.best,
	      "one that was overwritten at its beginning does begin there");
	reset();
	memset(image, 0, sizeof(image));
	check(look(0, FRONT + AREA) == SPARE_BLANK, "a blank device is blank");
}

static void say_where(void)
{
	check(!strcmp(super_elsewhere_text(FRONT),
		      "a spare of dm-remap that begins at its sector 800"), "where that is");
	check(!strcmp(super_elsewhere_text(-16),
		      "the end of a spare of dm-remap that begins 16 sectors before it"),
	      "... or was");
}

int main(void)
{
	make_area();
	look_from_elsewhere();
	look_behind();
	look_at_others();
	say_where();
	return checked();
}
