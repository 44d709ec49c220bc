// SPDX-License-Identifier: GPL-2.0-only
#include "verb.h"

static int run(const struct call *call)
{
	return fail(BAD_USE, "format is not there yet");
}

const struct verb verb_format = {
	.name = "format",
	.usage = "<spare>",
	.summary = "make a device the spare of another one",
	.details = "Makes a device the spare of another one.",
	.min_args = 1,
	.max_args = 1,
	.run = run,
};
