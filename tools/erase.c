// SPDX-License-Identifier: GPL-2.0-only
/* erase: wipe the metadata, so that a device is a spare no more. */
#include <errno.h>
#include <stdio.h>

#include <linux/kernel.h>

#include "heal.h"
#include "offline.h"
#include "super.h"

static int confirm(const struct call *call, const struct inspection *spare)
{
	const char *path = call->args[0];
	bool batch = given(call, OPT_BATCH);

	if (spare->super_error == -ESTALE)
		return ask(batch, "The metadata of dm-remap on %s will be wiped.\nA handover to another spare or main device was cut, and this one was used since: what was written then is nowhere else.",
			   path);
	if (!inspect_starts(spare))
		return ask(batch, "The metadata of dm-remap on %s, damaged as it is, will be wiped.", path);
	if (!spare->mapped)
		return ask(batch, "The metadata of the spare %s will be wiped. No block lives there.",
			   path);
	return ask(batch, "%u blocks of the main device live on the spare %s.\nWithout the metadata they cannot be found: the main device has old data in their place.",
		   spare->mapped, path);
}

static int wipe(const struct call *call, struct offline *o, const struct inspection *spare)
{
	s64 begin;
	int r;

	/* the superblock at the end is not that of an area here */
	if (inspect_elsewhere(spare, &begin))
		return fail(WRONG_DEVICE, "%s holds %s, and can be erased only from there on: see --spare-start. Nothing was changed",
			    call->args[0], super_elsewhere_text(begin));
	if (!inspect_is_spare(spare))
		return fail(WRONG_DEVICE, "%s is not a spare of dm-remap; nothing was changed",
			    call->args[0]);
	r = confirm(call, spare);
	if (r)
		return r;
	r = erase(spare, &o->store.store);
	if (r == -ENOMEM)
		return no_memory();
	if (r)
		return fail(WRONG_DEVICE, "%s could not be written everywhere; it may still hold metadata",
			    call->args[0]);
	printf("%s: erased%s\n", call->args[0], !inspect_layout(spare) ?
	       "; only the superblocks, since nothing says where the rest is" : "");
	return OK;
}

static int run(const struct call *call)
{
	struct inspection spare;
	struct offline o;
	int r;

	r = offline_open(&o, call, call->args[0], STORE_WRITE);
	if (r)
		return r;
	r = offline_inspect(&o, call, &spare);
	if (!r)
		r = wipe(call, &o, &spare);
	inspect_free(&spare);
	offline_close(&o);
	return r;
}

static const struct verb_option options[] = {
	{ OPT_BATCH, "do not ask" },
	{ OPT_SPARE_START, "the spare area begins there on its device" },
	{ OPT_HELP }
};

const struct verb verb_erase = {
	.name = "erase",
	.usage = "<spare>",
	.summary = "wipe the metadata of a spare",
	.details = "Wipes both superblocks, then the map and the health record, so that nothing is\n"
		   "left that could be taken for a spare. What was remapped cannot be found any more;\n"
		   "take a backup first. The blocks themselves are not overwritten.",
	.min_args = 1,
	.max_args = 1,
	.options = options,
	.run = run,
};
