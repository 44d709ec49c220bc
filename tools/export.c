// SPDX-License-Identifier: GPL-2.0-only
/* export: what is bad on the main device, for other programs. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <linux/kernel.h>

#include "lists.h"
#include "map.h"
#include "verb.h"

struct export {
	const struct call *call;
	struct remap_status status;
	u32 unit;
	unsigned long long block_size;
	struct spans spans;
};

static bool add_sectors(struct export *ex, u64 first, u64 end)
{
	first = min(first, ex->status.sectors) + ex->status.main_start;
	end = min(end, ex->status.sectors) + ex->status.main_start;
	return spans_add(&ex->spans, first << 9, end << 9);
}

static int add(const struct reply_entry *e, void *context)
{
	struct export *ex = context;
	u32 sectors = ex->status.block_size >> 9, i;
	u64 first = e->block * sectors;
	bool good = true;

	if (!given(ex->call, OPT_LOST))
		return add_sectors(ex, first, first + sectors) ? OK : no_memory();
	for (i = 0; good && i < sectors / ex->unit; i++)
		if (e->lost >> i & 1)
			good = add_sectors(ex, first + i * ex->unit, first + (i + 1) * ex->unit);
	return good ? OK : no_memory();
}

static void print(const struct export *ex, FILE *f)
{
	u64 from = ex->status.main_start << 9;

	if (given(ex->call, OPT_BADBLOCKS))
		lists_write_badblocks(f, &ex->spans, ex->block_size);
	else
		lists_write_mapfile(f, &ex->spans, from, from + (ex->status.sectors << 9));
}

static int print_to(const struct export *ex, const char *path)
{
	FILE *f = fopen(path, given(ex->call, OPT_FORCE) ? "we" : "wxe");
	int failed;

	if (!f && errno == EEXIST)
		return fail(BUSY, "%s exists already; --force replaces it", path);
	if (!f)
		return fail_errno(errno, "%s cannot be written", path);
	print(ex, f);
	failed = ferror(f);
	return fclose(f) || failed ? fail(WRONG_DEVICE, "%s could not be written", path) : OK;
}

static int export(struct export *ex)
{
	int r = option_number(ex->call, OPT_BLOCK_SIZE, 512, 1 << 20, &ex->block_size);

	if (!r)
		r = dm_begin();
	if (!r)
		r = dm_read_status(ex->call->args[0], &ex->status);
	if (!r)
		r = dm_handshake(ex->status.name);
	if (!r)
		r = map_unit(&ex->status, &ex->unit);
	if (!r)
		r = map_each(&ex->status, add, ex);
	if (r)
		return r;
	spans_tidy(&ex->spans);
	if (ex->call->nr_args == 2)
		return print_to(ex, ex->call->args[1]);
	print(ex, stdout);
	return OK;
}

static int run(const struct call *call)
{
	struct export ex = { .call = call, .block_size = 1024 };
	int r;

	if (given(call, OPT_BLOCK_SIZE) && !given(call, OPT_BADBLOCKS))
		return fail(BAD_USE, "export: --block-size is for --badblocks only");
	r = export(&ex);
	spans_free(&ex.spans);
	return r;
}

static const struct verb_option options[] = {
	{ OPT_LOST, "only what was lost" },
	{ OPT_BADBLOCKS, "a list of badblocks(8), as e2fsck -l takes it" },
	{ OPT_BLOCK_SIZE, "of that list (1024)" },
	{ OPT_FORCE, "replace FILE if it exists" },
	{ }
};

const struct verb verb_export = {
	.name = "export",
	.usage = "<name> [FILE]",
	.summary = "which places of the main device are bad, for other programs",
	.details =
"Writes the places of the main device whose blocks live on the spare as a mapfile\n"
"of GNU ddrescue: these are bad, and all else was not tried. A rescue of the main\n"
"device that begins with it leaves them for the end. With --lost, only the logical\n"
"blocks that are lost. Places count from the start of the main device. Without FILE\n"
"it goes to standard output.",
	.min_args = 1,
	.max_args = 2,
	.options = options,
	.run = run,
};
