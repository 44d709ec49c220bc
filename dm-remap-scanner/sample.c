// SPDX-License-Identifier: GPL-2.0-only
/*
 * What foreground I/O tells, on each CPU for itself: no line of memory is shared. The time in
 * which anything was under way is the union of the requests' times; taken in the order of
 * their ends, each adds what lies behind the end before it.
 */
#include <linux/smp.h>

#include "scanner.h"

void scan_sample(void *context, const struct dm_remap_sample *sample)
{
	struct scanner *s = context;
	struct scan_cpu *cpu = &s->cpu[get_cpu()];
	u64 *bin = &cpu->latency[scan_latency_bin(sample->latency_ns >> 10)]; /* no division here */
	u64 start = sample->ended_ns - sample->latency_ns;

	/* one that is interrupted by another loses a little, nothing else */
	if (start < cpu->last_ns)
		start = cpu->last_ns;
	if (sample->ended_ns > start)
		WRITE_ONCE(cpu->busy_ns, cpu->busy_ns + sample->ended_ns - start);
	if (sample->ended_ns > cpu->last_ns)
		WRITE_ONCE(cpu->last_ns, sample->ended_ns);
	WRITE_ONCE(*bin, *bin + 1);
	put_cpu();
}

u64 scan_sample_busy(struct scanner *s)
{
	u64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += READ_ONCE(s->cpu[cpu].busy_ns);
	return sum;
}

u64 scan_sample_latency(struct scanner *s, unsigned int bin)
{
	u64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += READ_ONCE(s->cpu[cpu].latency[bin]);
	return sum;
}
