// SPDX-License-Identifier: GPL-2.0-only
/*
 * Nothing is wrong with any place of these disks: who condemns one is wrong.
 */
#include <stdlib.h>

#include "check.h"
#include "world.h"

#define BURSTS	.on_ns = 3 * SECOND, .off_ns = 7 * SECOND

/**
 * struct trial - the scan goes as fast as the foreground lets it
 * @clean: undisturbed probes to be seen, in full; the short version wants a twentieth
 * @priority: of the scan
 * @benign: delays in a million reads
 * @factor: all reads take so many times as long
 * @ill_s: all reads of an hour take so many seconds longer
 */
static const struct trial {
	const char *name;
	bool flash;
	u64 clean;
	u32 priority;
	double benign, factor, ill_s;
	struct load_kind load;
} trials[] = {
	{ "heavy load, a delay in 1,000 reads", 0, 1000000, 10, 1000, 1, 0,
		{ "", .every_ns = 43 * MS, .sectors = 8 } },
	{ "heavy load, a delay in 100,000 reads", 0, 1000000, 10, 10, 1, 0,
		{ "", .every_ns = 43 * MS, .sectors = 8 } },
	{ "heavy load, a delay in 50 reads", 0, 1000000, 10, 20000, 1, 0,
		{ "", .every_ns = 43 * MS, .sectors = 8 } },
	{ "bursts, a delay in 1,000 reads, default priority", 0, 200000, 3, 1000, 1, 0,
		{ "", .depth = 32, BURSTS, .sectors = 8 } },
	{ "flash, bursts, a delay in 1,000 reads", 1, 1000000, 3, 1000, 1, 0,
		{ "", .depth = 4, .think_ns = MS, BURSTS, .sectors = 8 } },
	{ "all reads take five times as long", 0, 200000, 3, 1000, 5, 0, { "" } },
	{ "200 ms more for an hour", 0, 200000, 3, 1000, 1, .2, { "" } },
	{ "200 ms more for an hour, bursts", 0, 200000, 3, 1000, 1, .2,
		{ "", .depth = 4, BURSTS, .sectors = 8 } },
	{ "200 ms more for an hour, flash", 1, 200000, 3, 1000, 1, .2, { "" } },
	{ "10 s more for an hour", 0, 200000, 3, 10, 1, 10, { "" } },
};

static void one(const struct trial *t, u64 wanted, u64 seed)
{
	struct world *w = world_new(t->flash, 500, &t->load, seed);

	w->disk.benign = t->benign;
	w->disk.factor = t->factor;
	w->disk.ill_ns = t->ill_s * 1e9;
	w->disk.ill_from = 600 * SECOND;
	w->disk.ill_to = 4200 * SECOND;
	world_scan(w, 2);
	w->scan.priority = t->priority;
	if (t->ill_s)
		world_run(w, 2);
	while (w->f.clean < wanted && w->now_ns < 1000 * 3600 * SECOND)
		world_run(w, .1);
	check(!w->f.innocent && w->f.clean >= wanted && !w->f.everywhere == !t->ill_s, "%s: %llu undisturbed probes condemn %llu blocks",
	      t->name, w->f.clean, w->f.innocent);
	note("%.1f h, %llu probes, %.1f %% busy with others; %llu reads of visits, at most %llu suspects at a time, %llu probes while slow everywhere",
	     w->f.run_ns / 3600e9, w->f.probes, 100.0 * w->f.busy_ns / w->f.run_ns, w->f.visits,
	     w->f.suspects, w->f.everywhere);
	free(w);
}

void innocent(bool full, u64 seed)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(trials); i++)
		one(&trials[i], trials[i].clean / (full ? 1 : 20), seed);
}
