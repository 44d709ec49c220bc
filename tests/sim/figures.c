// SPDX-License-Identifier: GPL-2.0-only
#include <math.h>

#include "figures.h"

void figures_add(struct figures *f, u64 latency_ns)
{
	double bin = log2(latency_ns + 1.0) * FIGURE_FINE;

	f->latency[bin < FIGURE_BINS ? (u32)bin : FIGURE_BINS - 1]++;
	f->done++;
}

double figures_percentile(const struct figures *f, double percent)
{
	double rest = f->done * percent / 100;
	u32 i;

	for (i = 0; i < FIGURE_BINS - 1 && rest > f->latency[i]; i++)
		rest -= f->latency[i];
	return exp2((i + rest / (f->latency[i] + 1e-9)) / FIGURE_FINE);
}
