// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/kernel.h>

#include "back.h"
#include "device.h"
#include "disk.h"
#include "klog.h"
#include "super.h"
#include "verb.h"
#include "window.h"

struct grow {
	const struct call *call;
	struct remap_status status;
	struct disk main;
	u64 end;		/* of the room on main */
	bool is_spare;		/* there begins the spare of another device, which may be closed */
	u64 sectors;		/* as it is to be */
};

/* One that another has taken the place of is nothing to stop at. */
static bool is_in_the_way(const struct supers *supers, enum spare_is is)
{
	switch (is) {
	case SPARE_BLANK:
	case SPARE_FOREIGN:
	case SPARE_ELSEWHERE:
	case SPARE_UNREADABLE:
		return false;
	default:
		return !supers->best || supers->best->state != REMAP_SUPER_REPLACED;
	}
}

static int stop_at_spare(struct grow *g, u64 at)
{
	struct supers supers;
	enum spare_is is;
	int r;

	if (at >= g->end)
		return OK;
	r = supers_read(&supers, &g->main, at, &is);
	if (!r && is_in_the_way(&supers, is)) {
		g->end = at;
		g->is_spare = true;
	}
	return r;
}

/*
 * As far as the device goes, or up to a spare that lies behind on the same one. That is found by
 * its superblock at the end of the device, or, since the device may have become larger, where it
 * is if the device was divided between the two.
 */
static int find_end(struct grow *g)
{
	const struct remap_status *s = &g->status;
	u64 behind = s->main_start + s->sectors;
	struct supers supers;
	enum spare_is is;
	int r;

	g->end = g->main.sectors;
	if (s->main == s->spare && s->spare_start > s->main_start)
		g->end = min(g->end, s->spare_start);
	r = stop_at_spare(g, behind);
	if (!r)
		r = supers_read(&supers, &g->main, s->main_start, &is);
	if (!r && is == SPARE_ELSEWHERE && supers.elsewhere >= (s64)behind)
		r = stop_at_spare(g, supers.elsewhere);
	return r;
}

static u64 room(const struct grow *g)
{
	u64 all = g->end > g->status.main_start ? g->end - g->status.main_start : 0;
	u32 unit = g->main.logical >> 9;

	return all / unit * unit;
}

static int refuse_length(const struct grow *g, u64 most)
{
	if (g->is_spare)
		return fail(WRONG_DEVICE, "%s holds %s, which would be mapped as if it were data: there is room for %llu sectors only. Nothing was changed; if it is not needed any more, close %s and see remapsetup erase --spare-start",
			    g->main.path, super_elsewhere_text(g->end), most, g->status.name);
	return fail(BAD_USE, "%s has room for %llu sectors only. Nothing was changed",
		    g->main.path, most);
}

static int measure(struct grow *g)
{
	unsigned long long wanted = 0;
	u32 unit = g->main.logical >> 9;
	u64 most;
	int r = option_number(g->call, OPT_DATA_LENGTH, 1, 1ULL << 53, &wanted);

	if (!r)
		r = find_end(g);
	if (r)
		return r;
	most = room(g);
	g->sectors = wanted ? wanted : most;
	if (g->sectors > most)
		return refuse_length(g, most);
	if (!wanted && g->is_spare)
		warn("%s holds %s: %s ends before that", g->main.path,
		     super_elsewhere_text(g->end), g->status.name);
	if (g->sectors % unit)
		return fail(BAD_USE, "the length must be a multiple of the logical block of %s, %u sectors",
			    g->main.path, unit);
	if (g->sectors < g->status.sectors)
		return fail(WRONG_DEVICE, "%s would become smaller (%llu sectors instead of %llu), which this does not do. If %s was made smaller, make it as large as it was before anything reads there",
			    g->status.name, g->sectors, g->status.sectors, g->main.path);
	return OK;
}

static int refuse_mode(const struct grow *g)
{
	if (!strcmp(g->status.mode, "rw"))
		return OK;
	return fail(WRONG_DEVICE, "%s is in the mode %s; it can grow in the mode rw only. Nothing was changed",
		    g->status.name, g->status.mode);
}

static int exchange(const struct grow *g)
{
	struct window w;
	int suspended, resumed = 0;
	char *params = window_table(g->status.name, false);
	int r = params ? window_open(&w, g->status.name, 0) : no_memory();

	if (r) {
		free(params);
		return r;
	}
	r = window_load(g->status.name, g->sectors, params);
	suspended = r ? r : window_suspend(&w);
	if (!r && suspended)
		window_clear(g->status.name);
	if (!suspended)
		resumed = window_resume(&w);
	window_close(&w);
	free(params);
	if (suspended)
		return fail_errno(suspended, "%s does not grow; it goes on as before",
				  g->status.name);
	return resumed ? window_say_stuck(g->status.name, resumed) : OK;
}

static int check_result(const struct grow *g)
{
	struct remap_status now;
	int r = dm_read_status(g->status.name, &now);

	if (r)
		return r;
	if (strcmp(now.mode, "rw") || now.sectors != g->sectors)
		return fail(WRONG_DEVICE, "%s has come up in the mode %s with %llu sectors: close it and open it again, nothing is lost",
			    now.name, now.mode, now.sectors);
	printf("%s has %llu sectors now, it had %llu. What is on it has to be told (resize2fs, pvresize, ...).\n"
	       "The spare has %u blocks as before: 'remapsetup replace-spare' takes a larger one\n",
	       now.name, now.sectors, g->status.sectors, now.total);
	return OK;
}

static int grow(struct grow *g)
{
	struct klog log;
	int r = measure(g);

	if (r)
		return r;
	if (g->sectors == g->status.sectors) {
		printf("%s covers all of %s already: %llu sectors\n", g->status.name, g->main.path,
		       g->sectors);
		return OK;
	}
	klog_begin(&log);
	r = exchange(g);
	if (!r)
		r = check_result(g);
	if (r)
		klog_tell(&log, g->status.name);
	klog_end(&log);
	return r;
}

static int run(const struct call *call)
{
	struct grow g = { .call = call };
	char path[256];
	int r = back_begin(call->args[0], &g.status);

	if (!r)
		r = refuse_mode(&g);
	if (r)
		return r;
	r = disk_open(&g.main, device_path(g.status.main, path, sizeof(path)), 0);
	if (!r)
		r = grow(&g);
	disk_close(&g.main);
	return r;
}

static const struct verb_option options[] = {
	{ OPT_DATA_LENGTH, "how many sectors of the main device are mapped (all there are)" },
	{ }
};

const struct verb verb_grow = {
	.name = "grow",
	.usage = "<name>",
	.summary = "let a device cover a main device that has grown",
	.details =
"After a partition, a logical volume or an array below has become larger, makes\n"
"the device as large as it is, without taking it out of use. It never makes one\n"
"smaller. The spare does not grow: replace-spare takes a larger one.",
	.min_args = 1,
	.max_args = 1,
	.options = options,
	.run = run,
};
