// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "back.h"
#include "clock.h"
#include "evacuate.h"
#include "progress.h"
#include "verb.h"

struct evacuate {
	const struct call *call;
	struct remap_status status;
	char path[256];
	unsigned long long every_ms;
	u64 began, told_ms;
};

static void tell(struct evacuate *e, const char *state, u64 done, u64 all)
{
	struct progress p = {
		.device = e->path,
		.state = state,
		.done = done,
		.all = all,
		.time_ms = now_ms() - e->began,
		.eta_ms = PROGRESS_UNKNOWN,
	};

	if (!e->every_ms || (e->told_ms && p.time_ms < e->told_ms))
		return;
	e->told_ms = p.time_ms + e->every_ms;
	if (p.time_ms)
		p.speed = p.done * 1000 / p.time_ms;
	if (p.speed)
		p.eta_ms = (p.all - p.done) * 1000 / p.speed;
	if (given(e->call, OPT_PROGRESS_JSON))
		progress_json(stdout, &p);
	else
		progress_line(stdout, &p, isatty(STDOUT_FILENO));
}

static void tell_back(u64 gone, u64 all, void *context)
{
	struct evacuate *e = context;

	tell(e, "moving back", gone * e->status.block_size, all * e->status.block_size);
}

/* Each part has a speed of its own. */
static void tell_part(const char *what, u64 done, u64 all, void *context)
{
	struct evacuate *e = context;

	if (!done) {
		e->began = now_ms();
		e->told_ms = 0;
	}
	tell(e, what, done, all);
}

/* What keeps the spare from being taken away. */
static int conclude(struct evacuate *e, int r)
{
	struct remap_status now;
	int error = dm_read_status(e->status.name, &now);

	if (error)
		return r ? r : error;
	if (now.remapped)
		printf("%llu blocks are still on the spare: it is needed as before\n",
		       now.remapped);
	else
		printf("nothing is on the spare any more: after remapsetup close %s the main device can be used alone\n",
		       now.name);
	return r;
}

static int evacuate(struct evacuate *e)
{
	const u64 all[1][2] = { { 0, ~0ULL } };
	struct back_choice choice;
	int r = back_choose(&e->status, all, 1, given(e->call, OPT_GUARD_TOO), &choice);

	if (!r) {
		r = back_report(&e->status, &choice, tell_back, e);
		r = conclude(e, r);
	}
	free(choice.blocks);
	return r;
}

static int to_another(struct evacuate *e)
{
	struct transfer transfer = {
		.call = e->call,
		.status = &e->status,
		.tell = tell_part,
		.context = e,
	};
	bool done;
	int r = transfer_begin(&transfer, &done);

	snprintf(e->path, sizeof(e->path), "/dev/mapper/%s", e->status.name);
	return r || done ? r : transfer_run(&transfer);
}

static int run(const struct call *call)
{
	struct evacuate e = { .call = call };
	unsigned long long seconds = 1;
	int r = option_number(call, OPT_PROGRESS_FREQUENCY, 0, 3600, &seconds);

	e.every_ms = seconds * 1000;
	if (!r && !given(call, OPT_TO) && (given(call, OPT_FORCE) || given(call, OPT_BATCH)))
		r = fail(BAD_USE, "evacuate: --force and --batch-mode go with --to");
	if (!r)
		r = given(call, OPT_TO) ? to_another(&e) : back_begin(call->args[0], &e.status);
	if (r)
		return r;
	e.began = now_ms();
	e.told_ms = 0;
	snprintf(e.path, sizeof(e.path), "/dev/mapper/%s", e.status.name);
	return evacuate(&e);
}

static const struct verb_option options[] = {
	{ OPT_TO, "to this device, which becomes the main device" },
	{ OPT_FORCE, "overwrite what that holds" },
	{ OPT_BATCH, "do not ask for confirmation" },
	{ OPT_GUARD_TOO, "also blocks that 'guard' keeps on the spare" },
	{ OPT_PROGRESS_FREQUENCY, "tell how far it is every so many (1); 0: never" },
	{ OPT_PROGRESS_JSON, "tell it in JSON, a line each time" },
	{ }
};

const struct verb verb_evacuate = {
	.name = "evacuate",
	.usage = "<name>",
	.summary = "move all blocks back to the main device, or to a new one",
	.details =
"Moves all blocks that are on the spare back to the main device, as 'recover'\n"
"does, and says at the end what is left. When nothing is, the spare is not needed\n"
"any more. Lost data goes nowhere: write it (restore the file from a backup), or\n"
"it keeps its block on the spare.\n"
"\n"
"The device stays in use, and is suspended for about a second, as often as it\n"
"takes. If interrupted, what went back stays there. Exit code 4 if some blocks\n"
"stay on the spare (but for those that 'guard' keeps there).\n"
"\n"
"With --to, another device becomes the main device: all that reads is copied to\n"
"it, compared, and then blocks move back to it from the spare. Nobody can use\n"
"/dev/mapper/<name> until it is copied. What does not read is recorded as lost\n"
"and stays so. The device must be large enough, and have a WWN or a serial\n"
"number of its own. If it is interrupted or fails, all is as it was. The old main\n"
"device is not written: disconnect it, for it looks like the new one, or wipe it\n"
"(wipefs) if the spare is on the same disk.",
	.min_args = 1,
	.max_args = 1,
	.options = options,
	.run = run,
};
