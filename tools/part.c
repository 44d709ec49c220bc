// SPDX-License-Identifier: GPL-2.0-only
/*
 * What udev and LVM say of arrays: only they have looked for all kinds of them.
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <linux/kernel.h>

#include "identity.h"
#include "part.h"
#include "sysfs.h"
#include "terms.h"

/* What udev knows of one device. */
struct known {
	bool path;	/* one of several to the same disk */
	bool member;	/* of an array, by its content */
	bool empty;	/* an array, a loop device or the like, without anything to look at */
	bool seen;	/* its content is known, or there was some, of no kind that is known */
};

/* Of a logical volume: LVM's UUID for it has a suffix. */
static bool is_private(dev_t number)
{
	char uuid[160];

	return sysfs_text(number, "dm/uuid", uuid, sizeof(uuid)) && !strncmp(uuid, "LVM-", 4) &&
	       strchr(uuid + 4, '-');
}

/* On the tail of its own main disk, say: then the array is above the mapped device. */
static bool is_its_main(dev_t number, const struct remap_super *sb)
{
	char identity[IDENTITY_SIZE];

	return identity_of(number, identity) && !strcmp(identity, identity_text(sb));
}

static bool ends_with(const char *text, const char *end)
{
	size_t n = strlen(text), k = strlen(end);

	return n >= k && !strcmp(text + n - k, end);
}

static bool begins_with(const char *text, const char *begin)
{
	return !strncmp(text, begin, strlen(begin));
}

static void read_line(struct known *known, const char *line)
{
	static const char type[] = "E:ID_FS_TYPE=";
	const char *value = line + sizeof(type) - 1;

	if (!strcmp(line, "E:DM_MULTIPATH_DEVICE_PATH=1"))
		known->path = true;
	known->empty |= !strcmp(line, "E:SYSTEMD_READY=0");
	/* what is not known to be anything is not ready either, if it was decrypted */
	known->seen |= begins_with(line, "E:DM_UUID=CRYPT-");
	if (!begins_with(line, type))
		return;
	known->seen = true;
	known->path |= !strcmp(value, "mpath_member");
	/* of linux, and of many makers of firmware */
	known->member = ends_with(value, "_raid_member") || !strcmp(value, "drbd");
}

static bool read_known(dev_t number, struct known *known)
{
	char path[80], line[512];
	FILE *file;

	memset(known, 0, sizeof(*known));
	snprintf(path, sizeof(path), "/run/udev/data/b%u:%u", major(number), minor(number));
	file = fopen(path, "re");
	if (!file)
		return false;
	while (fgets(line, sizeof(line), file)) {
		line[strcspn(line, "\n")] = '\0';
		read_line(known, line);
	}
	fclose(file);
	return true;
}

/* As libudev asks. Without udev nobody has looked, and nobody will. */
static bool udev_runs(void)
{
	return !access("/run/udev/control", F_OK);
}

static enum part judge(dev_t number, const struct remap_super *sb)
{
	struct known known;
	bool there = read_known(number, &known);

	/* that it is a member is about the content of the main disk, if it is that */
	if (known.path || (known.member && !is_its_main(number, sb)))
		return PART_OF_ARRAY;
	/* a record from before there was something says nothing of what is there now */
	if (there && (known.seen || !known.empty))
		return PART_NOT;
	return udev_runs() ? PART_UNKNOWN : PART_NOT;
}

/* On the parts of an array the kernel sees the partitions of the whole; udev says nothing of those. */
enum part part_is(dev_t number, const struct remap_super *sb)
{
	if (is_private(number))
		return PART_OF_ARRAY;
	return max(judge(number, sb), judge(sysfs_disk(number), sb));
}
