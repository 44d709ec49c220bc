// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel has one message for both: it moves a block, readable or not. So
 * we read first. Not through the device, where a block that fails would be
 * moved, and its data recorded as lost, by that very read; but from the main
 * device, past the page cache.
 */
#include <stdio.h>
#include <stdlib.h>

#include <linux/kernel.h>

#include "device.h"
#include "disk.h"
#include "range.h"
#include "reply.h"

#define STEP_SECTORS	2048

static int is_on_main(const char *name, u64 block, bool *on_main)
{
	struct reply_entry entry;
	char message[32], *reply;
	int r;

	snprintf(message, sizeof(message), "lookup %llu", block);
	r = dm_message(name, message, &reply);
	if (r)
		return fail_errno(r, "%s: block %llu cannot be looked up; nothing was changed", name,
				  block);
	if (!reply || !reply_entry(reply, &entry))
		r = fail(WRONG_DEVICE, "%s: the module in the kernel answers in a way that remapsetup does not understand",
			 name);
	*on_main = !entry.mapped;
	free(reply);
	return r;
}

static int refuse(const struct range *range, const struct disk *disk, u64 block)
{
	return fail(WRONG_DEVICE, "block %llu of %s cannot be read on %s, so it cannot be moved without loss. Nothing was changed. Its data may be saved by a later attempt; 'remap' moves what reads of it and gives up the rest",
		    block, range->status.name, disk->path);
}

/* Which block of a step is it? */
static int check_block(const struct range *range, const struct disk *disk, u64 block, void *buf)
{
	u32 spb = range->status.block_size >> 9;
	u64 sector = block * spb;
	u64 sectors = min((u64)spb, range->status.sectors - sector);
	bool on_main = true;
	int r;

	if (!disk_read(disk, range->status.main_start + sector, buf, sectors << 9))
		return OK;
	r = is_on_main(range->status.name, block, &on_main);
	return r || !on_main ? r : refuse(range, disk, block);
}

static int check_readable(const struct range *range, const struct disk *disk, void *buf)
{
	u32 spb = range->status.block_size >> 9;
	u64 block = range->first, end = range->first + range->count, i;
	int r = OK;

	while (!r && block < end) {
		u64 blocks = min(end - block, (u64)STEP_SECTORS / spb);
		u64 sectors = min(blocks * spb, range->status.sectors - block * spb);

		if (disk_read(disk, range->status.main_start + block * spb, buf, sectors << 9))
			for (i = 0; !r && i < blocks; i++)
				r = check_block(range, disk, block + i, buf);
		block += blocks;
	}
	return r;
}

static int run(const struct call *call)
{
	struct range range;
	char path[256];
	struct disk disk;
	void *buf;
	int r = range_parse(call, &range);

	if (r)
		return r;
	device_path(range.status.main, path, sizeof(path));
	r = disk_open(&disk, path, 0);
	if (r)
		return r;
	buf = disk_buffer(STEP_SECTORS << 9);
	r = buf ? check_readable(&range, &disk, buf) : NO_MEMORY;
	free(buf);
	disk_close(&disk);
	return r ? r : range_remap(&range);
}

static const struct verb_option options[] = {
	{ OPT_SECTORS, "the range is in sectors of 512 bytes; whole blocks are moved" },
	{ }
};

const struct verb verb_relocate = {
	.name = "relocate",
	.usage = "<name> <block>[+<count>]",
	.summary = "move blocks to the spare, if all of them read",
	.details =
"Moves blocks that still read to the spare, as 'remap' does, but reads all of\n"
"them first: if one does not read, nothing is moved. A block that fails in the\n"
"moment between is handled as by 'remap'. Blocks that are on the spare already\n"
"stay there.",
	.min_args = 2,
	.max_args = 2,
	.options = options,
	.run = run,
};
