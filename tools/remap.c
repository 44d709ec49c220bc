// SPDX-License-Identifier: GPL-2.0-only
#include "range.h"

static int run(const struct call *call)
{
	struct range range;
	int r = range_parse(call, &range);

	return r ? r : range_remap(&range);
}

static const struct verb_option options[] = {
	{ OPT_SECTORS, "the range is in sectors of 512 bytes; whole blocks are moved" },
	{ }
};

const struct verb verb_remap = {
	.name = "remap",
	.usage = "<name> <block>[+<count>]",
	.summary = "move blocks to the spare, readable or not",
	.details =
"Moves blocks of a device to the spare. What of them cannot be read is recorded\n"
"as lost and reads as an error until it is written. To move only what still\n"
"reads, use 'relocate'. Blocks that are on the spare already stay there.",
	.min_args = 2,
	.max_args = 2,
	.options = options,
	.run = run,
};
