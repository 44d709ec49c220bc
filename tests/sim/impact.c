// SPDX-License-Identifier: GPL-2.0-only
/*
 * What do those who use the disk notice of a scan?
 */
#include <stdlib.h>

#include "check.h"
#include "world.h"

/**
 * struct trial - on a disk of 500 GiB, of which the scan wants to read all in 24 h
 * @hours: simulated, in full; the short version takes a fifth
 * @sparse: so few requests that not their share is limited, but how often one is disturbed
 */
static const struct trial {
	bool flash;
	double hours;
	struct load_kind load;
	bool sparse;
} trials[] = {
	{ 0, 24, { "random, depth 1", .depth = 1, .think_ns = 20000, .sectors = 8 } },
	{ 0, 24, { "random, depth 32", .depth = 32, .think_ns = 20000, .sectors = 8 } },
	{ 0, 6, { "sequential", .depth = 1, .think_ns = 20000, .sectors = 256, .sequential = true } },
	{ 0, 24, { "random, 30 % busy", .every_ns = 43 * MS, .sectors = 8 } },
	{ 0, 24, { "thinks for 28 ms", .depth = 1, .think_ns = 28 * MS, .steady = true, .sectors = 8 } },
	{ 0, 24, { "bursts of 3 s, 30 %", .depth = 1, .on_ns = 3 * SECOND, .off_ns = 7 * SECOND,
		.sectors = 8 } },
	{ 0, 24, { "same, depth 32", .depth = 32, .on_ns = 3 * SECOND, .off_ns = 7 * SECOND,
		.sectors = 8 } },
	{ 0, 24, { "bursts of 50 ms, 30 %", .depth = 1, .on_ns = 50 * MS, .off_ns = 117 * MS,
		.sectors = 8 } },
	{ 0, 24, { "sequential bursts, 30 %", .depth = 1, .on_ns = 3 * SECOND, .off_ns = 7 * SECOND,
		.sectors = 256, .sequential = true } },
	{ 0, 240, { "one in 10 s", .every_ns = 10 * SECOND, .sectors = 8 }, true },
	{ 1, .5, { "flash, random, depth 1", .depth = 1, .think_ns = 20000, .sectors = 8 } },
	{ 1, .5, { "flash, depth 32", .depth = 32, .think_ns = 20000, .sectors = 8 } },
	{ 1, 2, { "flash, random, 30 % busy", .every_ns = 300000, .sectors = 8 } },
	{ 1, 6, { "flash, bursts, 30 %", .depth = 1, .on_ns = 3 * SECOND, .off_ns = 7 * SECOND,
		.sectors = 8 } },
};

static struct world *run(const struct trial *t, double hours, u64 seed, bool scan)
{
	struct world *w = world_new(t->flash, 500, &t->load, seed);

	w->disk.benign = t->flash ? 1 : 10;
	if (scan)
		world_scan(w, 24);
	world_run(w, hours);
	return w;
}

static double more(double with, double without)
{
	return 100 * (with / without - 1);
}

static void one(const struct trial *t, double hours, u64 seed)
{
	struct world *a = run(t, hours, seed, false), *b = run(t, hours, seed, true);
	double through = more(b->f.done, a->f.done);
	double median = more(figures_percentile(&b->f, 50),
			     figures_percentile(&a->f, 50));
	double p99 = more(figures_percentile(&b->f, 99), figures_percentile(&a->f, 99));

	if (t->sparse)
		check(-through < 2 && b->f.disturbed < .0225 * b->f.run_ns / 1e9,
		      "%s: throughput %+.2f percent, disturbed one in %.0f s; median %+.2f, p99 %+.2f percent",
		      t->load.name, through, b->f.run_ns / 1e9 / b->f.disturbed, median, p99);
	else
		check(-through < 2 && median < 2 && p99 < 2,
		      "%s: throughput %+.2f, median %+.2f, p99 %+.2f percent",
		      t->load.name, through, median, p99);
	note("%s: %.1f requests/s, %.0f %% busy, median %.2f ms, p99 %.2f ms; scan %.2f MB/s, %.2f %% busy, %.3f %% of the requests disturbed, %.0f questions/s, idle wait %llu ms",
	     t->load.name, a->f.done / (a->f.run_ns / 1e9), 100.0 * a->f.busy_ns / a->f.run_ns,
	     figures_percentile(&a->f, 50) / 1e6, figures_percentile(&a->f, 99) / 1e6,
	     b->scan.read_total * 512 / (b->f.run_ns / 1e3), 100.0 * b->f.probe_ns / b->f.run_ns,
	     100.0 * b->f.disturbed / b->f.done, b->f.asked / (b->f.run_ns / 1e9),
	     b->scan.pace.idle_wait_ns / MS);
	free(a);
	free(b);
}

void impact(bool full, u64 seed)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(trials); i++)
		one(&trials[i], trials[i].hours / (full ? 1 : 5), seed);
}
