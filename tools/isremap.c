// SPDX-License-Identifier: GPL-2.0-only
/*
 * isRemap: is this a spare? For scripts: answers by the exit code. One that begins elsewhere counts:
 * who asks before taking the device for something else shall not take that.
 */
#include <linux/kernel.h>

#include "offline.h"
#include "super.h"

static int run(const struct call *call)
{
	const char *what = NULL;
	struct inspection spare;
	struct offline o;
	int r;

	r = offline_open(&o, call, call->args[0], STORE_READ);
	if (r)
		return r;
	if (inspect_supers(&spare, &o.store.store, false))
		r = no_memory();
	else
		what = super_what(&spare);
	inspect_free(&spare);
	offline_close(&o);
	if (r)
		return r;
	verbose("%s %s %s", call->args[0], what ? "holds" : "is not",
		what ? what : "a spare of dm-remap");
	return what ? OK : WRONG_DEVICE;
}

static const struct verb_option options[] = {
	{ OPT_SPARE_START, "the spare area begins there on its device" },
	{ OPT_HELP }
};

const struct verb verb_isremap = {
	.name = "isRemap",
	.usage = "<device>",
	.summary = "tell by the exit code whether a device is a spare",
	.details = "Exits with 0 if a superblock of dm-remap is on the device, whole or damaged, and\n"
		   "with 4 if not. One at the end counts even if its spare begins elsewhere.",
	.min_args = 1,
	.max_args = 1,
	.options = options,
	.run = run,
};
