// SPDX-License-Identifier: GPL-2.0-only
/*
 * Damages the image of a spare, or the spare itself, in one of the ways of damage.h.
 *
 * usage: damage list
 *	  damage <image> <name> [<start of the area, sectors>]
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "damage.h"

static int usage(void)
{
	fprintf(stderr, "usage: damage list\n"
		"       damage <image> <name> [<start of the area, sectors>]\n");
	return 2;
}

static int list(void)
{
	const struct damage *d;
	unsigned int i;

	for (i = 0; (d = damage_kind(i)); i++)
		printf("%-24s %-22s %s\n", d->name, damage_expect_name(d->expect), d->what);
	return 0;
}

static int fail(const char *path, const char *why)
{
	fprintf(stderr, "damage: %s: %s\n", path, why);
	return 1;
}

static int damage(const char *path, const struct damage *d, u8 *area, size_t size)
{
	struct damage_image image;
	int r;

	if (damage_open(&image, area, size))
		return fail(path, "there is no sound superblock at the front");
	r = damage_make(&image, d);
	if (!r)
		return 0;
	return fail(path, r == -ENOSPC ? "no spare block is free for it" :
		    "this spare has no room for it (too few table blocks)");
}

static int damage_mapped(const char *path, const struct damage *d, size_t start, int fd)
{
	off_t size = lseek(fd, 0, SEEK_END);
	u8 *disk;
	int r;

	if (size < 0)
		return fail(path, strerror(errno));
	if ((size_t)size <= start)
		return fail(path, "it ends before the area starts");
	disk = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (disk == MAP_FAILED)
		return fail(path, strerror(errno));
	r = damage(path, d, disk + start, size - start);
	if (!r && (msync(disk, size, MS_SYNC) || fsync(fd)))
		r = fail(path, strerror(errno));
	munmap(disk, size);
	return r;
}

static int damage_file(const char *path, const struct damage *d, size_t start)
{
	int fd = open(path, O_RDWR), r;

	if (fd < 0)
		return fail(path, strerror(errno));
	r = damage_mapped(path, d, start, fd);
	close(fd);
	return r;
}

int main(int argc, char **argv)
{
	const struct damage *d;

	if (argc == 2 && !strcmp(argv[1], "list"))
		return list();
	if (argc != 3 && argc != 4)
		return usage();
	d = damage_find(argv[2]);
	if (!d)
		return fail(argv[2], "no such kind of damage; see 'damage list'");
	return damage_file(argv[1], d, argc == 4 ? strtoull(argv[3], NULL, 10) * 512 : 0);
}
