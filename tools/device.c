// SPDX-License-Identifier: GPL-2.0-only
#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "device.h"
#include "sysfs.h"

const char *device_path(dev_t number, char *path, size_t size)
{
	char name[NAME_MAX + 1];
	char *c;

	if (sysfs_text(number, "dm/name", name, sizeof(name))) {
		snprintf(path, size, "/dev/mapper/%s", name);
	} else if (sysfs_name(number, name, sizeof(name))) {
		/* sysfs cannot have slashes in names: cciss!c0d0 */
		for (c = name; *c; c++)
			if (*c == '!')
				*c = '/';
		snprintf(path, size, "/dev/%s", name);
	} else {
		snprintf(path, size, "%u:%u", major(number), minor(number));
	}
	return path;
}

/* Calls a function for each name in a directory; stops when it is not 0. */
static int each_entry(const char *path, int (*each)(const char *name, void *context),
		      void *context)
{
	DIR *dir = opendir(path);
	struct dirent *entry;
	int r = 0;

	if (!dir)
		return 0;
	/* cppcheck-suppress readdirCalled ; there is one thread */
	while (!r && (entry = readdir(dir)))
		if (entry->d_name[0] != '.')
			r = each(entry->d_name, context);
	closedir(dir);
	return r;
}

static int each_entry_of(dev_t number, const char *directory,
			 int (*each)(const char *name, void *context), void *context)
{
	char path[128];

	snprintf(path, sizeof(path), "/sys/dev/block/%u:%u/%s", major(number), minor(number),
		 directory);
	return each_entry(path, each, context);
}

/*
 * Who uses it
 */

struct use {
	dev_t number;		/* that is looked at */
	const char *path;	/* what the user asked for */
	char itself[PATH_MAX];	/* what is in use: it, a partition of it, or its disk */
};

static int refuse(const struct use *use, const char *how, const char *by, const char *remedy)
{
	return fail(BUSY, "%s cannot be used: %s is %s %s. Nothing was changed; %s first",
		    use->path, use->itself, how, by, remedy);
}

static int note_first(const char *name, void *context)
{
	*(dev_t *)context = sysfs_device(name);
	return 1;
}

bool device_holder(dev_t number, char *path, size_t size)
{
	dev_t holder;

	if (!each_entry_of(number, "holders", note_first, &holder))
		return false;
	device_path(holder, path, size);
	return true;
}

static int count_one(const char *name, void *context)
{
	++*(unsigned int *)context;
	return 0;
}

unsigned int device_holders(dev_t number)
{
	unsigned int nr = 0;

	each_entry_of(number, "holders", count_one, &nr);
	return nr;
}

dev_t device_below(dev_t number)
{
	dev_t part = 0;

	each_entry_of(number, "slaves", note_first, &part);
	return part;
}

static int waits(const char *name, void *context)
{
	return device_waits(sysfs_device(name));
}

bool device_waits(dev_t number)
{
	dev_t disk = sysfs_disk(number);
	u64 suspended;

	return (sysfs_number(disk, "dm/suspended", &suspended) && suspended) ||
	       each_entry_of(disk, "slaves", waits, NULL);
}

static int see_holder(const struct use *use, dev_t number)
{
	char path[PATH_MAX];

	return device_holder(number, path, sizeof(path)) ?
	       refuse(use, "a part of", path, "close that") : OK;
}

/* Does this path name the device? */
static bool names(const char *path, dev_t number)
{
	struct stat st;

	return path[0] == '/' && !stat(path, &st) && S_ISBLK(st.st_mode) && st.st_rdev == number;
}

/* A file system may have a device number of its own (btrfs), then its source tells. */
static bool is_mount_of(char *line, dev_t number, const char **where)
{
	unsigned int maj, min;
	char *place, *source, *end;
	int at;

	if (sscanf(line, "%*u %*u %u:%u %*s %n", &maj, &min, &at) < 2)
		return false;
	place = line + at;
	source = strstr(place, " - ");
	end = strchr(place, ' ');
	if (!source || !end)
		return false;
	source = strchr(source + 3, ' ');
	*end = '\0';
	*where = place;
	if (makedev(maj, min) == number)
		return true;
	if (!source)
		return false;
	source[1 + strcspn(source + 1, "\n ")] = '\0';
	return names(source + 1, number);
}

static int see_mounts(const struct use *use)
{
	FILE *file = fopen("/proc/self/mountinfo", "re");
	const char *where;
	char *line = NULL;
	size_t size = 0;
	int r = OK;

	while (file && !r && getline(&line, &size, file) > 0)
		if (is_mount_of(line, use->number, &where))
			r = refuse(use, "mounted on", where, "unmount it");
	free(line);
	if (file)
		fclose(file);
	return r;
}

static int see_swaps(const struct use *use)
{
	FILE *file = fopen("/proc/swaps", "re");
	char *line = NULL;
	size_t size = 0;
	int r = OK;

	while (file && !r && getline(&line, &size, file) > 0) {
		line[strcspn(line, " \t\n")] = '\0';
		if (names(line, use->number))
			r = refuse(use, "in use", "as swap", "turn that off (swapoff)");
	}
	free(line);
	if (file)
		fclose(file);
	return r;
}

static int see(struct use *use, dev_t number)
{
	int r;

	use->number = number;
	device_path(number, use->itself, sizeof(use->itself));
	r = see_mounts(use);
	if (!r)
		r = see_swaps(use);
	return r ? r : see_holder(use, number);
}

/* Only the partitions of a disk have both a device number and this file. */
static dev_t partition_of(const char *name, dev_t disk)
{
	dev_t number = sysfs_device(name);

	return number && number != disk && sysfs_disk(number) == disk ? number : 0;
}

static int see_partition(const char *name, void *context)
{
	struct use *use = context;
	dev_t number = partition_of(name, use->number), disk = use->number;
	int r = number ? see(use, number) : OK;

	use->number = disk;
	return r;
}

int device_refuse_used(dev_t number, const char *path)
{
	struct use use = { .path = path };
	int r = see(&use, number);

	if (!r && sysfs_disk(number) != number)
		return see(&use, sysfs_disk(number));
	return r ? r : each_entry_of(number, ".", see_partition, &use);
}

static int found(const char *name, void *context)
{
	return !!partition_of(name, *(dev_t *)context);
}

bool device_has_partitions(dev_t number)
{
	return each_entry_of(number, ".", found, &number);
}

/*
 * All of them
 */

struct walk {
	int (*each)(dev_t number, void *context);
	void *context;
};

static int visit(const char *name, void *context)
{
	struct walk *walk = context;
	dev_t number = sysfs_device(name);
	u64 size = 0;

	if (!number || !sysfs_number(number, "size", &size) || !size)
		return 0;
	return walk->each(number, walk->context);
}

int device_each(int (*each)(dev_t number, void *context), void *context)
{
	struct walk walk = { each, context };

	return each_entry("/sys/class/block", visit, &walk);
}

bool device_overlap(const struct disk *a, u64 a_start, u64 a_length,
		    const struct disk *b, u64 b_start, u64 b_length)
{
	if (sysfs_disk(a->number) != sysfs_disk(b->number))
		return false;
	a_start += a->start;
	b_start += b->start;
	return a_start < b_start + b_length && b_start < a_start + a_length;
}
