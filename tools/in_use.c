// SPDX-License-Identifier: GPL-2.0-only
#include <dirent.h>
#include <fcntl.h>
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
	struct dirent *entry;
	char path[64];
	bool found;
	DIR *dir;

	snprintf(path, sizeof(path), "/sys/dev/block/%u:%u/holders", major(st->st_rdev),
		 minor(st->st_rdev));
	dir = opendir(path);
	if (!dir)
		return false;
	do
		entry = readdir(dir);
	while (entry && entry->d_name[0] == '.');
	found = entry;
	if (found && name)
		name_holder(entry->d_name, name, size);
	closedir(dir);
	return found;
}

static bool is_loop_of(const char *kernel_name, const struct stat *st)
{
	char path[320], file[4096];
	struct stat other;

	snprintf(path, sizeof(path), "/sys/block/%s/loop/backing_file", kernel_name);
	return read_line(path, file, sizeof(file)) && !stat(file, &other) &&
	       other.st_dev == st->st_dev && other.st_ino == st->st_ino;
}

static bool looped(const struct stat *st, char *name, size_t size)
{
	DIR *dir = opendir("/sys/block");
	struct dirent *entry;
	bool found;

	if (!dir)
		return false;
	do
		entry = readdir(dir);
	while (entry && !(strncmp(entry->d_name, "loop", 4) == 0 &&
			  is_loop_of(entry->d_name, st)));
	found = entry;
	if (found && name)
		snprintf(name, size, "/dev/%s", entry->d_name);
	closedir(dir);
	return found;
}

bool in_use_by(int fd, char *name, size_t size)
{
	struct stat st;

	if (fstat(fd, &st))
		return false;
	return S_ISBLK(st.st_mode) ? held(&st, name, size) : looped(&st, name, size);
}
