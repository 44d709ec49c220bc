// SPDX-License-Identifier: GPL-2.0-only
/*
 * import: places that another program, or the disk itself, calls bad. None of them is
 * believed: what reads stays, and what does not is handed to the kernel, which moves it
 * if it fails again while the rest of the disk answers.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/kernel.h>

#include "backup_file.h"
#include "device.h"
#include "disk.h"
#include "dm.h"
#include "klog.h"
#include "lists.h"
#include "range.h"
#include "sysfs.h"
#include "verb.h"

#define STEP_BYTES	(1 << 20)

/**
 * struct import
 * @spans: first bytes of what the list counts on, then blocks of the device
 * @listed: blocks; and what became of them
 */
struct import {
	const struct call *call;
	struct remap_status status;
	struct disk main;
	struct spans spans;
	struct klog log;
	u64 listed, moved, there, fine;
};

/*
 * The list
 */

static int parse(struct import *im, const char *path, const char *text, size_t size)
{
	unsigned long long block_size = 1024;
	unsigned int line = 0;
	const char *why = NULL;
	u64 more = 0;
	int r = option_number(im->call, OPT_BLOCK_SIZE, 512, 1 << 20, &block_size);

	if (r)
		return r;
	if (given(im->call, OPT_SMART))
		r = lists_smart(&im->spans, text, size, &more, &why);
	else if (given(im->call, OPT_BADBLOCKS))
		r = lists_badblocks(&im->spans, text, size, block_size, &line, &why);
	else
		r = lists_mapfile(&im->spans, text, size, given(im->call, OPT_REMAP), &line, &why);
	if (r == -ENOMEM)
		return no_memory();
	if (r && line)
		return fail(BAD_USE, "%s: line %u: %s. Nothing was changed", path, line, why);
	if (r)
		return fail(BAD_USE, "%s: %s. Nothing was changed", path, why);
	if (more)
		warn("%s: the disk's log has %llu defects that are not in it: 'smartctl --log=defects,65535' prints them all",
		     path, more);
	return OK;
}

static int read_list(struct import *im, const char *path)
{
	char *text = NULL;
	size_t size = 0;
	int r = slurp_path(path, true, &text, &size);

	if (!r)
		r = parse(im, path, text, size);
	free(text);
	return r;
}

/* Where the device begins on what the list counts on: the main device, or its whole disk. */
static u64 origin(const struct import *im)
{
	u64 start = 0;

	if (given(im->call, OPT_SMART))
		sysfs_number(im->status.main, "start", &start);
	return (start + im->status.main_start) << 9;
}

/* From bytes to blocks; what lies elsewhere is left out. */
static void convert(struct import *im)
{
	u64 begin = origin(im), end = begin + (im->status.sectors << 9), outside = 0;
	u32 size = im->status.block_size;
	size_t i;

	for (i = 0; i < im->spans.nr; i++) {
		struct span *s = &im->spans.list[i];
		u64 from = max(s->start, begin), to = min(s->end, end);

		outside += s->start < begin || s->end > end;
		s->start = from < to ? (from - begin) / size : 0;
		s->end = from < to ? (to - begin - 1) / size + 1 : 0;
	}
	spans_tidy(&im->spans);
	for (i = 0; i < im->spans.nr; i++)
		im->listed += im->spans.list[i].end - im->spans.list[i].start;
	if (outside)
		warn("%llu places on the list are not, or not all, on %s, and are left out",
		     outside, im->status.name);
}

/*
 * What is on it
 */

static int refused(struct import *im, int error)
{
	klog_tell(&im->log, im->status.name);
	return range_refused(im->status.name, error);
}

/* A block that reads well now may do so because it lives on the spare already. */
static int count_healthy(struct import *im, u64 block)
{
	char message[64], *reply, *word;
	int r;

	snprintf(message, sizeof(message), "lookup %llu", block);
	r = dm_message(im->status.name, message, &reply);
	if (r)
		return refused(im, r);
	word = reply ? strchr(reply, ' ') : NULL;
	if (word && !strcmp(word, " main"))
		im->fine++;
	else
		im->there++;
	free(reply);
	return OK;
}

static int send(struct import *im, const char *verb, u64 first, u64 count)
{
	char message[64], *reply;
	u64 moved, there;
	int r;

	snprintf(message, sizeof(message), "%s %llu+%llu", verb, first, count);
	r = dm_message(im->status.name, message, &reply);
	if (r == -EUCLEAN)
		return count_healthy(im, first);
	if (r)
		return refused(im, r);
	if (!reply || sscanf(reply, "%llu remapped, %llu skipped", &moved, &there) != 2)
		r = fail(WRONG_DEVICE, "the module in the kernel answers in a way that remapsetup does not understand: '%s'",
			 reply ? reply : "");
	free(reply);
	if (r)
		return r;
	im->moved += moved;
	im->there += there;
	return OK;
}

static bool reads(const struct import *im, u64 block, u64 count, void *buf)
{
	u32 sectors = im->status.block_size >> 9;
	u64 first = block * sectors, all = min(count * sectors, im->status.sectors - first);

	return !disk_read(&im->main, im->status.main_start + first, buf, all << 9);
}

static int look_at(struct import *im, u64 block, u64 count, void *buf)
{
	int r = OK;

	if (reads(im, block, count, buf)) {
		im->fine += count;
		return OK;
	}
	for (; !r && count; block++, count--) {
		if (count > 1 && reads(im, block, 1, buf))
			im->fine++;
		else
			r = send(im, "report", block, 1);
	}
	return r;
}

static int look_at_all(struct import *im)
{
	void *buf = disk_buffer(STEP_BYTES);
	u64 step = STEP_BYTES / im->status.block_size, block;
	size_t i;
	int r = buf ? OK : NO_MEMORY;

	for (i = 0; !r && i < im->spans.nr; i++) {
		const struct span *s = &im->spans.list[i];

		for (block = s->start; !r && block < s->end; block += step)
			r = look_at(im, block, min(step, s->end - block), buf);
	}
	free(buf);
	return r;
}

static int remap_all(struct import *im)
{
	size_t i;
	int r = OK;

	for (i = 0; !r && i < im->spans.nr; i++)
		r = send(im, "remap", im->spans.list[i].start,
			 im->spans.list[i].end - im->spans.list[i].start);
	return r;
}

static int print_all(const struct import *im)
{
	size_t i;

	for (i = 0; i < im->spans.nr; i++)
		printf("%llu+%llu\n", im->spans.list[i].start,
		       im->spans.list[i].end - im->spans.list[i].start);
	return OK;
}

static void report(const struct import *im)
{
	struct remap_status after;

	printf("%llu blocks on the list: %llu moved to the spare, %llu were there already, %llu read well and stay\n",
	       im->listed, im->moved, im->there, im->fine);
	if (!dm_try_status(im->status.name, &after) && after.lost > im->status.lost)
		printf("%llu logical blocks could not be read and are lost: see remapsetup list --lost %s\n",
		       after.lost - im->status.lost, im->status.name);
}

static int work(struct import *im)
{
	char path[256];
	int r;

	if (given(im->call, OPT_DRY_RUN))
		return print_all(im);
	r = disk_open(&im->main, device_path(im->status.main, path, sizeof(path)), 0);
	if (r)
		return r;
	klog_begin(&im->log);
	r = given(im->call, OPT_REMAP) ? remap_all(im) : look_at_all(im);
	klog_end(&im->log);
	disk_close(&im->main);
	report(im);
	return r;
}

static int run(const struct call *call)
{
	struct import im = { .call = call };
	int r;

	if (given(call, OPT_SMART) && given(call, OPT_BADBLOCKS))
		return fail(BAD_USE, "import: --smart and --badblocks exclude each other");
	if (given(call, OPT_BLOCK_SIZE) && !given(call, OPT_BADBLOCKS))
		return fail(BAD_USE, "import: --block-size is for --badblocks only");
	r = dm_begin();
	if (!r)
		r = dm_read_status(call->args[0], &im.status);
	if (!r)
		r = dm_handshake(im.status.name);
	if (!r)
		r = read_list(&im, call->args[1]);
	if (!r) {
		convert(&im);
		r = work(&im);
	}
	spans_free(&im.spans);
	return r;
}

static const struct verb_option options[] = {
	{ OPT_BADBLOCKS, "FILE is a list of badblocks(8)" },
	{ OPT_BLOCK_SIZE, "of that list, as given to badblocks -b (1024)" },
	{ OPT_SMART, "FILE is of smartctl --json --log=defects,65535" },
	{ OPT_REMAP, "move all of them, those that read as well" },
	{ OPT_DRY_RUN, "say which blocks that would be, as <block>+<count>" },
	{ }
};

const struct verb verb_import = {
	.name = "import",
	.usage = "<name> <FILE>|-",
	.summary = "see to the places that another program calls bad",
	.details =
"Takes a list of bad places of the main device: a mapfile of GNU ddrescue, or see\n"
"below. Each is read; one that reads stays where it is, and one that does not is\n"
"moved to the spare once it has failed with confirmed evidence, as after any other\n"
"failed read; what cannot be read is lost. With --remap, all that the list is sure\n"
"of is moved, without asking: for places that read and refuse writes.\n"
"\n"
"The list counts from the start of the main device; what smartctl prints, from the\n"
"start of its whole disk.",
	.min_args = 2,
	.max_args = 2,
	.options = options,
	.run = run,
};
