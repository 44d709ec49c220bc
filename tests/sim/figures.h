/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a run shows.
 */
#ifndef SIM_FIGURES_H
#define SIM_FIGURES_H

#include <linux/types.h>

#define FIGURE_FINE	128		/* bins to an octave of nanoseconds */
#define FIGURE_BINS	(40 * FIGURE_FINE)

/**
 * struct figures
 * @done: foreground requests
 * @busy_ns: time the disk served them
 * @latency: of them
 * @probes: of the scan
 * @probe_ns: time the disk served them
 * @disturbed: foreground requests that came during one
 * @clean: probes that nobody disturbed
 * @visits: reads of visits among the probes
 * @asked: how often the scan asked whether it may go
 * @condemned: blocks that were judged slow
 * @innocent: of these, not slow
 * @suspects: the most at a time
 * @everywhere: probes while the disk was held for slow everywhere
 * @pass_ns: when the pass was complete; 0: never
 * @late_ns: when it was first said to be late, for good
 * @left: sectors left at the end
 */
struct figures {
	u64 done, busy_ns;
	u32 latency[FIGURE_BINS];
	u64 probes, probe_ns, disturbed, clean, visits, asked;
	u64 condemned, innocent, suspects, everywhere;
	u64 pass_ns, late_ns, left;
	u64 run_ns;
};

void figures_add(struct figures *f, u64 latency_ns);

/** figures_percentile() - in nanoseconds */
double figures_percentile(const struct figures *f, double percent);

#endif
