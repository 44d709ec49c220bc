// SPDX-License-Identifier: GPL-2.0-only
#include <glob.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "in_use.h"

/* One line of a file of sysfs; false if there is none. */
static bool read_line(const char *path, char *line, size_t size)
{
	FILE *f = fopen(path, "re");
	bool found = false;

	if (!f)
		return false;
	if (fgets(line, size, f)) {
		line[strcspn(line, "\n")] = 0;
		found = line[0];
	}
	fclose(f);
	return found;
}

/* The name that people gave it, if it is a device-mapper device. */
static void name_holder(const char *kernel_name, char *name, size_t size)
{
	char path[320], line[160];

	snprintf(path, sizeof(path), "/sys/block/%s/dm/name", kernel_name);
	if (read_line(path, line, sizeof(line)))
		snprintf(name, size, "/dev/mapper/%s", line);
	else
		snprintf(name, size, "/dev/%s", kernel_name);
}

static bool held(const struct stat *st, char *name, size_t size)
{
	char pattern[64];
	glob_t found;
	bool any;

	snprintf(pattern, sizeof(pattern), "/sys/dev/block/%u:%u/holders/*",
		 major(st->st_rdev), minor(st->st_rdev));
	any = !glob(pattern, 0, NULL, &found);
	if (any && name)
		name_holder(strrchr(found.gl_pathv[0], '/') + 1, name, size);
	globfree(&found);
	return any;
}

static bool is_backing(const char *path, const struct stat *st)
{
	struct stat other;
	char file[4096];

	return read_line(path, file, sizeof(file)) && !stat(file, &other) &&
	       other.st_dev == st->st_dev && other.st_ino == st->st_ino;
}

/* A loop device stands on the image. */
static bool looped(const struct stat *st, char *name, size_t size)
{
	static const char before[] = "/sys/block/", after[] = "/loop/backing_file";
	bool any = false;
	glob_t found;

	if (!glob("/sys/block/loop*/loop/backing_file", 0, NULL, &found))
		for (size_t i = 0; i < found.gl_pathc && !any; i++) {
			const char *path = found.gl_pathv[i];
			int length = strlen(path) - strlen(before) - strlen(after);

			any = is_backing(path, st);
			if (any && name)
				snprintf(name, size, "/dev/%.*s", length, path + strlen(before));
		}
	globfree(&found);
	return any;
}

bool in_use_by(int fd, char *name, size_t size)
{
	struct stat st;

	if (fstat(fd, &st))
		return false;
	return S_ISBLK(st.st_mode) ? held(&st, name, size) : looped(&st, name, size);
}
