// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel's code, life.h, for tests in other languages: makes images of spares, and
 * says what it finds on one.
 *
 * usage: kernel make <image> <geometry>
 *	  kernel start <image> <geometry> [force]
 *
 * "make" writes the whole disk of a formatted spare with a map that has everything; "start"
 * prints each block of main that is not on main: its number, its spare block, its lost mask
 * and "r" if it may be rescued. Exits with 1 and the error if it does not start. The image
 * stays as it is.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>

#include "base.h"

static int usage(void)
{
	fprintf(stderr, "usage: kernel make <image> <geometry>\n"
		"       kernel start <image> <geometry> [force]\n");
	return 2;
}

static int fail(const char *path, const char *why)
{
	fprintf(stderr, "kernel: %s: %s\n", path, why);
	return 2;
}

static int make(const char *path, struct base *base)
{
	FILE *f = fopen(path, "wb");
	bool written;

	if (!f)
		return fail(path, strerror(errno));
	written = fwrite(base->image, base->bytes, 1, f) == 1;
	if (fclose(f) || !written)
		return fail(path, "it cannot be written");
	return 0;
}

static void print(struct life *life)
{
	struct remap_device *dev = life_dev(life);
	u64 block;

	printf("mode %s\n", remap_mode_name(dev->md.mode));
	for (block = 0; block < dev->map.nr_blocks; block++) {
		u32 spare = remap_place_spare(remap_map_get(&dev->map, block));
		struct remap_disk_entry e;

		if (spare == REMAP_NO_SPARE)
			continue;
		remap_metadata_entry(&dev->md, spare, &e);
		printf("%llu %u %llx%s\n", block, spare, (u64)le64_to_cpu(e.lost),
		       e.flags & REMAP_ENTRY_RESCUABLE ? " r" : "");
	}
}

static int start(struct life *life, bool force)
{
	int ctr = life_create(life, force ? "1 force" : "0"), r;

	r = ctr ? ctr : life_resume(life);
	fprintf(stderr, "%s", shim_logged());
	if (r)
		printf("refused by %s: %s\n", ctr ? "ctr" : "preresume", strerrorname_np(-r));
	else
		print(life);
	life_destroy(life);
	return r ? 1 : 0;
}

static int read_image(const char *path, struct base *base)
{
	FILE *f = fopen(path, "rb");
	bool whole;

	if (!f)
		return fail(path, strerror(errno));
	whole = fread(base->image, base->bytes, 1, f) == 1;
	fclose(f);
	if (!whole)
		return fail(path, "it is too short for this geometry");
	store_set(&base->life.spare_store, base->image);
	return 0;
}

int main(int argc, char **argv)
{
	struct base *base;

	if (argc < 4 || argc > 5)
		return usage();
	base = base_of(atoi(argv[3]));
	if (!strcmp(argv[1], "make") && argc == 4)
		return make(argv[2], base);
	if (strcmp(argv[1], "start"))
		return usage();
	return read_image(argv[2], base) ?: start(&base->life, argc == 5);
}
