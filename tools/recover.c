// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>

#include "back.h"
#include "reply.h"
#include "verb.h"

static int parse(const struct call *call, const struct remap_status *status, int i, u64 *range)
{
	u32 spb = status->block_size >> 9;
	u64 blocks = (status->sectors + spb - 1) / spb;

	if (!reply_range(call->args[i], &range[0], &range[1]))
		return fail(BAD_USE, "recover: '%s' is no range: <block> or <block>+<count> is needed. Nothing was changed",
			    call->args[i]);
	if (range[0] < blocks && range[1] <= blocks - range[0])
		return OK;
	return fail(BAD_USE, "recover: %s reaches beyond the end of %s, which has %llu blocks. Nothing was changed",
		    call->args[i], status->name, blocks);
}

static int recover(const struct call *call, const struct remap_status *status)
{
	size_t nr = call->nr_args - 1, i;
	u64 (*ranges)[2] = calloc(nr, sizeof(*ranges));
	struct back_choice choice = { 0 };
	int r = ranges ? OK : no_memory();

	for (i = 0; !r && i < nr; i++)
		r = parse(call, status, i + 1, ranges[i]);
	if (!r)
		r = back_choose(status, (const u64 (*)[2])ranges, nr, given(call, OPT_GUARD_TOO),
				&choice);
	if (!r)
		r = back_report(status, &choice, NULL, NULL);
	free(choice.blocks);
	free(ranges);
	return r;
}

static int run(const struct call *call)
{
	struct remap_status status;
	int r = back_begin(call->args[0], &status);

	return r ? r : recover(call, &status);
}

static const struct verb_option options[] = {
	{ OPT_GUARD_TOO, "also blocks that 'guard' keeps on the spare" },
	{ }
};

const struct verb verb_recover = {
	.name = "recover",
	.usage = "<name> <block>[+<count>]...",
	.summary = "move blocks back to the main device",
	.details =
"Moves blocks from the spare back to the main device, for when it takes them\n"
"again: a drive that has replaced its bad sectors, a cable that was bad. Each is\n"
"written, flushed, read back and compared before the spare gives it up. Blocks\n"
"in the ranges that are on the main device already count for nothing; those with\n"
"lost data stay, and so does what the main device does not take.\n"
"\n"
"The device is suspended for about a second, as often as it takes; I/O waits\n"
"meanwhile. Exit code 4 if some blocks stay on the spare (but for those that\n"
"'guard' keeps there); nothing is wrong with them then.",
	.min_args = 2,
	.max_args = 4096,
	.options = options,
	.run = run,
};
