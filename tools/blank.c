// SPDX-License-Identifier: GPL-2.0-only
#include <blkid.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/kernel.h>

#include "blank.h"

#define MIB_SECTORS	((1 << 20) >> 9)
#define STEP_SECTORS	(64 * REMAP_META_SECTORS)

/*
 * What is known to libblkid
 */

static const char *value_of(blkid_probe probe, const char *name)
{
	const char *value;

	return blkid_probe_lookup_value(probe, name, &value, NULL) ? NULL : value;
}

static const char *kind_of(const char *usage)
{
	if (usage && !strcmp(usage, "filesystem"))
		return "a file system";
	if (usage && !strcmp(usage, "raid"))
		return "a part of an array or of a volume group";
	if (usage && !strcmp(usage, "crypto"))
		return "encrypted data";
	return "data";
}

static void describe(blkid_probe probe, char *what, size_t size)
{
	const char *type = value_of(probe, "TYPE"), *table = value_of(probe, "PTTYPE");

	if (type)
		snprintf(what, size, "%s (%s)", kind_of(value_of(probe, "USAGE")), type);
	else if (table)
		snprintf(what, size, "a partition table (%s)", table);
}

int blank_recognise(const struct disk *disk, char *what, size_t size)
{
	blkid_probe probe = blkid_new_probe_from_filename(disk->path);
	int r;

	what[0] = '\0';
	if (!probe)
		return fail(WRONG_DEVICE, "%s cannot be searched for what it holds", disk->path);
	blkid_probe_enable_superblocks(probe, 1);
	/* what is damaged may be of value all the same */
	blkid_probe_set_superblocks_flags(probe, BLKID_SUBLKS_TYPE | BLKID_SUBLKS_USAGE |
					  BLKID_SUBLKS_BADCSUM);
	blkid_probe_enable_partitions(probe, 1);
	while ((r = blkid_do_probe(probe)) == 0 && !what[0])
		describe(probe, what, size);
	blkid_free_probe(probe);
	return r < 0 ? fail(WRONG_DEVICE, "%s cannot be read to see what it holds; choose another device",
			    disk->path) : OK;
}

/*
 * Zeros
 */

/* The two ranges that matter, as sectors of the area: [0, front) and [back, end). */
static void ranges(const struct remap_super *sb, u64 *front, u64 *back)
{
	u64 whole = ~(u64)(REMAP_META_SECTORS - 1);
	u64 length = sb->length & whole;

	*front = min(length, max((u64)MIB_SECTORS, sb->data)) & whole;
	*back = length > MIB_SECTORS ? min(length - MIB_SECTORS, sb->health[1]) & whole : 0;
}

static bool is_leftover(const void *block)
{
	const struct remap_disk_header *h = block;
	u64 magic = le64_to_cpu(h->magic);

	return magic == REMAP_MAGIC_SUPER || magic == REMAP_MAGIC_TABLE ||
	       magic == REMAP_MAGIC_HEALTH;
}

static bool buffer_is_blank(const char *buf, size_t bytes, bool leftovers)
{
	size_t i;

	for (i = 0; i < bytes; i += REMAP_META_SIZE)
		if (!remap_format_is_blank(buf + i, REMAP_META_SIZE) &&
		    !(leftovers && is_leftover(buf + i)))
			return false;
	return true;
}

static int check_range(const struct disk *disk, u64 from, u64 to, bool leftovers, void *buf,
		       bool *blank)
{
	while (*blank && from < to) {
		u64 sectors = min((u64)STEP_SECTORS, to - from);
		int r = disk_read(disk, from, buf, sectors << 9);

		if (r)
			return fail(exit_code_of(r), "%s cannot be read near sector %llu (%s), where the map would be; choose another spare. Nothing was changed",
				    disk->path, from, strerror(-r));
		*blank = buffer_is_blank(buf, sectors << 9, leftovers);
		from += sectors;
	}
	return OK;
}

int blank_check(const struct disk *disk, u64 start, const struct remap_super *sb,
		bool leftovers, bool *blank)
{
	u64 front, back, end = sb->length & ~(u64)(REMAP_META_SECTORS - 1);
	void *buf = disk_buffer(STEP_SECTORS << 9);
	int r;

	if (!buf)
		return NO_MEMORY;
	*blank = true;
	ranges(sb, &front, &back);
	r = check_range(disk, start, start + front, leftovers, buf, blank);
	if (!r)
		r = check_range(disk, start + back, start + end, leftovers, buf, blank);
	free(buf);
	return r;
}

static int clear_range(const struct disk *disk, u64 from, u64 to, const void *zeros)
{
	int r = 0;

	while (!r && from < to) {
		u64 sectors = min((u64)STEP_SECTORS, to - from);

		r = disk_write(disk, from, zeros, sectors << 9);
		from += sectors;
	}
	return r;
}

int blank_make(const struct disk *disk, u64 start, const struct remap_super *sb)
{
	u64 front, back, end = sb->length & ~(u64)(REMAP_META_SECTORS - 1);
	void *zeros = disk_buffer(STEP_SECTORS << 9);
	int r;

	if (!zeros)
		return -ENOMEM;
	ranges(sb, &front, &back);
	r = clear_range(disk, start, start + front, zeros);
	if (!r)
		r = clear_range(disk, start + back, start + end, zeros);
	if (!r)
		r = disk_flush(disk);
	free(zeros);
	return r;
}
