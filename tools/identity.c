// SPDX-License-Identifier: GPL-2.0-only
/*
 * Only sources that answer the same in an initramfs and in a running system,
 * in a fixed order; udev's database comes last, for what sysfs does not know.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <linux/kernel.h>

#include "identity.h"
#include "sysfs.h"

/* So that "-part" and a number have room. */
#define DISK_ROOM	(IDENTITY_SIZE - 12)

bool identity_clean(char *to, size_t room, const char *prefix, const char *from)
{
	size_t start = snprintf(to, room, "%s:", prefix), at = start;

	for (; *from && at + 1 < room; from++) {
		bool plain = *from > ' ' && *from <= '~' && *from != '\\';

		/* runs of blanks count as one; blanks at the ends are padding */
		if (!plain && (at == start || to[at - 1] == '_'))
			continue;
		to[at++] = plain ? *from : '_';
	}
	while (at > start && to[at - 1] == '_')
		at--;
	to[at] = '\0';
	return at > start;
}

static bool by_sysfs(dev_t disk, char *text)
{
	static const struct {
		const char *file, *prefix;
	} sources[] = {
		{ "dm/uuid", "dm" },
		{ "md/uuid", "md" },
		{ "wwid", "wwid" },
		{ "device/wwid", "wwid" },
		{ "device/cid", "cid" },
		{ "serial", "serial" },
		{ "device/serial", "serial" },
	};
	char found[256];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(sources); i++)
		if (sysfs_text(disk, sources[i].file, found, sizeof(found)) &&
		    identity_clean(text, DISK_ROOM, sources[i].prefix, found))
			return true;
	return false;
}

/* SCSI without a WWN: the serial number is text behind four bytes. */
static bool by_vpd(dev_t disk, char *text)
{
	char path[80], page[256];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/sys/dev/block/%u:%u/device/vpd_pg80", major(disk),
		 minor(disk));
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	n = read(fd, page, sizeof(page) - 1);
	close(fd);
	if (n <= 4)
		return false;
	page[n] = '\0';
	return identity_clean(text, DISK_ROOM, "serial", page + 4);
}

static bool by_udev(dev_t disk, char *text)
{
	static const char * const keys[] = {
		"E:ID_WWN_WITH_EXTENSION=", "E:ID_WWN=", "E:ID_SERIAL="
	};
	char path[80], line[512];
	unsigned int best = 3, i;
	FILE *file;

	snprintf(path, sizeof(path), "/run/udev/data/b%u:%u", major(disk), minor(disk));
	file = fopen(path, "re");
	if (!file)
		return false;
	while (fgets(line, sizeof(line), file))
		for (i = 0; i < best; i++)
			if (!strncmp(line, keys[i], strlen(keys[i])) &&
			    identity_clean(text, DISK_ROOM, i < 2 ? "wwn" : "serial",
					   line + strlen(keys[i])))
				best = i;
	fclose(file);
	return best < 3;
}

bool identity_of(dev_t number, char text[IDENTITY_SIZE])
{
	dev_t disk = sysfs_disk(number);
	u64 partition;

	if (!by_sysfs(disk, text) && !by_vpd(disk, text) && !by_udev(disk, text))
		return false;
	if (disk == number)
		return true;
	if (!sysfs_number(number, "partition", &partition) || partition > 99999)
		return false;
	sprintf(text + strlen(text), "-part%u", (unsigned int)partition);
	return true;
}
