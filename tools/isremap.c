// SPDX-License-Identifier: GPL-2.0-only
/* isRemap: is this a spare? For scripts: answers by the exit code. */
#include <linux/kernel.h>

#include "offline.h"

static int run(const struct call *call)
{
	struct inspection spare;
	struct offline o;
	int r;

	r = offline_open(&o, call, call->args[0], STORE_READ);
	if (r)
		return r;
	if (inspect_supers(&spare, &o.store.store, false))
		r = no_memory();
	else
		r = inspect_is_spare(&spare) ? OK : WRONG_DEVICE;
	inspect_free(&spare);
	offline_close(&o);
	if (r == WRONG_DEVICE)
		verbose("%s is not a spare of dm-remap", call->args[0]);
	return r;
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
		   "with 4 if not.",
	.min_args = 1,
	.max_args = 1,
	.options = options,
	.run = run,
};
