// SPDX-License-Identifier: GPL-2.0-only
/*
 * Does a pass end in its interval? Where it does not, is that said in time?
 */
#include <stdlib.h>

#include "check.h"
#include "world.h"

#define BURSTS		.on_ns = 3 * SECOND, .off_ns = 7 * SECOND
#define SHORT_BURSTS	.on_ns = 50 * MS, .off_ns = 117 * MS

/**
 * struct trial
 * @gib: of the disk
 * @hours: of the interval
 * @ends: within it
 * @slow: only in full
 */
static const struct trial {
	bool flash;
	u32 gib, hours;
	bool ends, slow;
	struct load_kind load;
} trials[] = {
	{ 0, 500, 24, true, 0, { "unused" } },
	{ 0, 5000, 24, true, 1, { "unused" } },
	{ 0, 8000, 24, false, 1, { "unused" } },
	{ 0, 500, 24, true, 0, { "bursts of 3 s, 30 %", .depth = 1, BURSTS, .sectors = 8 } },
	{ 0, 2000, 24, true, 1, { "bursts of 3 s, 30 %", .depth = 1, BURSTS, .sectors = 8 } },
	{ 0, 500, 24, true, 1, { "same, depth 32", .depth = 32, BURSTS, .sectors = 8 } },
	{ 0, 500, 24, true, 1, { "sequential bursts, 30 %", .depth = 1, BURSTS, .sectors = 256,
		.sequential = true } },
	{ 0, 500, 24, false, 1, { "bursts of 50 ms, 30 %", .depth = 1, SHORT_BURSTS, .sectors = 8 } },
	{ 0, 200, 168, true, 1, { "bursts of 50 ms, 30 %", .depth = 1, SHORT_BURSTS, .sectors = 8 } },
	{ 0, 500, 24, false, 0, { "random, 30 % busy", .every_ns = 43 * MS, .sectors = 8 } },
	{ 0, 16, 24, false, 1, { "random, 30 % busy", .every_ns = 43 * MS, .sectors = 8 } },
	{ 0, 500, 24, true, 0, { "one in 10 s", .every_ns = 10 * SECOND, .sectors = 8 } },
	{ 0, 500, 24, false, 1, { "one a second", .every_ns = SECOND, .sectors = 8 } },
	{ 0, 500, 1, false, 0, { "random, depth 1", .depth = 1, .think_ns = 20000, .sectors = 8 } },
	{ 1, 500, 24, true, 1, { "flash, bursts, 30 %", .depth = 1, BURSTS, .sectors = 8 } },
	{ 1, 100, 4, false, 1, { "flash, random, 30 % busy", .every_ns = 300000, .sectors = 8 } },
};

static void one(const struct trial *t, u64 seed)
{
	struct world *w = world_new(t->flash, t->gib, &t->load, seed);
	double hours;

	w->disk.benign = t->flash ? 1 : 10;
	w->until_pass = true;
	world_scan(w, t->hours);
	world_run(w, t->hours);
	hours = w->f.pass_ns / 3600e9;
	if (t->ends)
		check(w->f.pass_ns, "%s, %u GiB in %u h: ends after %.1f h",
		      t->load.name, t->gib, t->hours, hours);
	else
		check(!w->f.pass_ns && w->f.late_ns && w->f.late_ns < t->hours * 3600 * SECOND / 2,
		      "%s, %u GiB in %u h: late, and said so since %.2f h",
		      t->load.name, t->gib, t->hours, w->f.late_ns / 3600e9);
	note("%.1f GiB left, %.2f GiB/h, load %u %%, idle wait %llu ms, scan %.2f %% busy",
	     w->f.left / 2097152.0, w->scan.read_total / 2097152.0 / (w->f.run_ns / 3600e9),
	     w->scan.pace.load, w->scan.pace.idle_wait_ns / MS,
	     100.0 * w->f.probe_ns / w->f.run_ns);
	free(w);
}

void finish(bool full, u64 seed)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(trials); i++)
		if (full || !trials[i].slow)
			one(&trials[i], seed);
}
