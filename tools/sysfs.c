// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "sysfs.h"

static bool first_line(const char *path, char *text, size_t size)
{
	FILE *file = fopen(path, "re");
	bool good;

	if (!file)
		return false;
	good = fgets(text, size, file);
	fclose(file);
	if (good)
		text[strcspn(text, "\n")] = '\0';
	return good;
}

bool sysfs_text(dev_t number, const char *file, char *text, size_t size)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "/sys/dev/block/%u:%u/%s", major(number), minor(number),
		 file);
	return first_line(path, text, size);
}

bool sysfs_number(dev_t number, const char *file, u64 *value)
{
	char text[32], *end;
	u64 n;

	if (!sysfs_text(number, file, text, sizeof(text)))
		return false;
	errno = 0;
	n = strtoull(text, &end, 10);
	if (errno || *end || text[0] < '0' || text[0] > '9')
		return false;
	*value = n;
	return true;
}

static dev_t parse(const char *text)
{
	unsigned int maj, min;

	return sscanf(text, "%u:%u", &maj, &min) == 2 ? makedev(maj, min) : 0;
}

dev_t sysfs_disk(dev_t number)
{
	char text[32];
	dev_t disk;

	/* the directory of a partition lies in that of its disk */
	if (!sysfs_text(number, "partition", text, sizeof(text)) ||
	    !sysfs_text(number, "../dev", text, sizeof(text)))
		return number;
	disk = parse(text);
	return disk ? disk : number;
}

bool sysfs_name(dev_t number, char *name, size_t size)
{
	char path[64], target[PATH_MAX];
	ssize_t n;

	snprintf(path, sizeof(path), "/sys/dev/block/%u:%u", major(number), minor(number));
	n = readlink(path, target, sizeof(target) - 1);
	if (n <= 0)
		return false;
	target[n] = '\0';
	snprintf(name, size, "%s", strrchr(target, '/') ? strrchr(target, '/') + 1 : target);
	return true;
}

dev_t sysfs_device(const char *name)
{
	char path[PATH_MAX], text[32];

	snprintf(path, sizeof(path), "/sys/class/block/%s/dev", name);
	return first_line(path, text, sizeof(text)) ? parse(text) : 0;
}
