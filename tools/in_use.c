// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "device.h"
#include "in_use.h"
#include "sysfs.h"

struct search {
	const struct stat *image;
	char *name;
	size_t size;
};

/* A loop device stands on the image. */
static int see_loop(dev_t number, void *context)
{
	const struct search *s = context;
	struct stat st;
	char file[4096];

	if (!sysfs_text(number, "loop/backing_file", file, sizeof(file)) || stat(file, &st) ||
	    st.st_dev != s->image->st_dev || st.st_ino != s->image->st_ino)
		return 0;
	device_path(number, s->name, s->size);
	return 1;
}

bool in_use_by(int fd, char *name, size_t size)
{
	struct search s = { .name = name, .size = size };
	struct stat st;

	if (fstat(fd, &st))
		return false;
	if (S_ISBLK(st.st_mode))
		return device_holder(st.st_rdev, name, size);
	s.image = &st;
	return device_each(see_loop, &s);
}
