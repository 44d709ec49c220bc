// SPDX-License-Identifier: GPL-2.0-only
/* repair: make all copies on a spare agree, as a start of the kernel would. */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include <linux/kernel.h>

#include "copy.h"
#include "findings.h"
#include "heal.h"

static void print_findings(const struct findings *found, enum severity least)
{
	size_t i;

	for (i = 0; i < found->nr; i++)
		if (found->list[i].severity >= least)
			printf("%s\n", found->list[i].what);
}

static int cannot(const char *path, const struct findings *found)
{
	size_t i;

	for (i = 0; i < found->nr; i++)
		if (found->list[i].severity == REFUSED)
			fail(0, "%s\n    meaning: %s\n    to do:   %s", found->list[i].what,
			     found->list[i].means, found->list[i].advice);
	return fail(findings_exit_code(found),
		    "%s is not repaired: what is right cannot be proved from what is on it; nothing was changed",
		    path);
}

/* What was written is looked at again before anybody is told that all is well. */
static int verify(struct offline *o, const struct call *call)
{
	struct inspection spare;
	struct findings found = { 0 };
	int r = offline_inspect(o, call, &spare);

	if (!r && findings_of(&found, &spare))
		r = no_memory();
	else if (!r && found.worst != NOTE)
		r = fail(findings_exit_code(&found),
			 "%s is still not in order: see remapsetup check", o->disk.path);
	findings_free(&found);
	inspect_free(&spare);
	return r;
}

static int heal_it(struct offline *o, const struct call *call, const struct inspection *spare)
{
	int r = heal(spare, &o->store.store, given(call, OPT_FORCE));

	if (r == -ENOMEM)
		return no_memory();
	if (r)
		return fail(WRONG_DEVICE, "%s could not be written everywhere; copy it to a sound device with ddrescue, and repair that",
			    o->disk.path);
	r = verify(o, call);
	if (!r)
		printf("%s: repaired\n", o->disk.path);
	return r;
}

static int into_copy(struct offline *from, const struct call *call,
		     const struct inspection *spare)
{
	const char *path = call->value[OPT_OUTPUT_FILE];
	struct offline to;
	int r = copy_disk(&to, path, from, spare, given(call, OPT_BATCH));

	if (r)
		return r;
	r = heal_it(&to, call, spare);
	offline_close(&to);
	return r;
}

/* A handover that was cut. Not into a copy: with no superblock that counts, where data is is not known. */
static bool may_undo(const struct call *call, const struct inspection *spare)
{
	return spare->super_error == -ESTALE && given(call, OPT_FORCE) &&
	       !given(call, OPT_OUTPUT_FILE);
}

/* Nothing but its superblocks was looked at yet. */
static int undo_would(struct offline *o, const struct inspection *spare)
{
	int r = heal_would(spare, &o->store.store, true);

	if (!r)
		return OK;
	return r == -ENOMEM ? no_memory() :
	       fail(WRONG_DEVICE, "%s is not repaired: a handover was cut, but its map does not load, or it is smaller than it was; nothing was changed. Copy it to a sound device with ddrescue and look at that, or restore a backup",
		    o->disk.path);
}

static int repair(struct offline *o, const struct call *call, const struct inspection *spare,
		  const struct findings *found)
{
	const char *path = call->args[0];
	int r = may_undo(call, spare) ? undo_would(o, spare) : OK;

	if (found->worst == REFUSED && !may_undo(call, spare))
		return cannot(path, found);
	if (r)
		return r;
	print_findings(found, HEALS);
	if (given(call, OPT_DRY_RUN)) {
		printf("%s: %s; nothing was written\n", path, found->worst != NOTE ?
		       "this would be repaired" : "there is nothing to repair");
		return OK;
	}
	if (given(call, OPT_OUTPUT_FILE))
		return into_copy(o, call, spare);
	if (found->worst != NOTE)
		return heal_it(o, call, spare);
	printf("%s: there is nothing to repair\n", path);
	return OK;
}

static int check_use(const struct call *call)
{
	int ways = given(call, OPT_OUTPUT_FILE) + given(call, OPT_IN_PLACE) +
		   given(call, OPT_DRY_RUN);

	if (ways == 1)
		return OK;
	return fail(BAD_USE, "repair: say one of --output FILE, --in-place and --dry-run");
}

static int run(const struct call *call)
{
	struct inspection spare;
	struct findings found = { 0 };
	struct offline o;
	int r = check_use(call);

	if (!r)
		r = offline_open(&o, call, call->args[0],
				 given(call, OPT_IN_PLACE) ? STORE_WRITE : STORE_READ);
	if (r)
		return r;
	if (o.user[0] && given(call, OPT_OUTPUT_FILE)) {
		r = fail(BUSY, "a copy of it would not be of one moment; close %s first", o.user);
		offline_close(&o);
		return r;
	}
	r = offline_inspect(&o, call, &spare);
	if (!r)
		r = findings_of(&found, &spare) ? no_memory() : repair(&o, call, &spare, &found);
	findings_free(&found);
	inspect_free(&spare);
	offline_close(&o);
	return r;
}

static const struct verb_option options[] = {
	{ OPT_OUTPUT_FILE, "write a repaired copy there, and leave the spare alone" },
	{ OPT_IN_PLACE, "change the spare itself" },
	{ OPT_DRY_RUN, "only say what would be done" },
	{ OPT_FORCE, "restore a superblock that was overwritten, or undo a handover that was cut" },
	{ OPT_BATCH, "do not ask before FILE, a device, is overwritten" },
	{ OPT_SPARE_START, "the spare area begins there on its device" },
	{ OPT_HELP }
};

const struct verb verb_repair = {
	.name = "repair",
	.usage = "<spare>",
	.summary = "heal damaged copies of a spare's metadata",
	.details = "Rewrites each copy of a metadata block that is damaged or older from the one that\n"
		   "counts, as a start of the device does, by the kernel's own code. What cannot be\n"
		   "proved from the spare alone is refused; there 'restore' with a backup may help.\n"
		   "The copy that --output makes is one of the whole device, data included.",
	.min_args = 1,
	.max_args = 1,
	.options = options,
	.run = run,
};
