// SPDX-License-Identifier: GPL-2.0-only
/*
 * What foreground I/O tells, on each CPU for itself: no line of memory is shared. The time in
 * which anything was under way is the union of the requests' times; taken in the order of
 * their ends, each adds what lies behind the end before it.
 */
#include <linux/math64.h>
#include <linux/smp.h>

#include "scanner.h"

void scan_sample(void *context, const struct dm_remap_sample *sample)
{
	struct scanner *s = context;
	struct scan_cpu *cpu = &s->cpu[get_cpu()];
	u64 *bin = &cpu->latency[scan_latency_bin(sample->latency_ns >> 10)]; /* no division here */
	u64 start = sample->ended_ns - sample->latency_ns;

	/* one that is interrupted by another loses a little, or counts it twice, nothing else */
	if (start < cpu->last_ns)
		start = cpu->last_ns;
	if (sample->ended_ns > start)
		WRITE_ONCE(cpu->busy_ns, cpu->busy_ns + sample->ended_ns - start);
	if (sample->ended_ns > cpu->last_ns)
		WRITE_ONCE(cpu->last_ns, sample->ended_ns);
	WRITE_ONCE(*bin, *bin + 1);
	put_cpu();
}

#define BUSY_WINDOW	(50ULL * NSEC_PER_MSEC)
#define BUSY_LEFT	((s64)NSEC_PER_SEC)
#define ONE_SHIFT	20

/*
 * How long the device was busy with any CPU's requests: of that each CPU knows only its own
 * part, and the sum would count twice where they overlap. As if they came independently of one
 * another, the share of the time in which none was busy is the product of the shares in which
 * each was not. Of one CPU that is exact; where they take turns it is too little, down to 63
 * percent of the truth, where they act as one too much, and never more than the sum.
 */
u64 scan_sample_busy(struct scanner *s, u64 now)
{
	u64 ns = now - s->busy_seen_ns, idle = 1ULL << ONE_SHIFT;
	int cpu;

	lockdep_assert_held(&s->lock);
	if (ns < BUSY_WINDOW)
		return s->busy_ns;
	for_each_possible_cpu(cpu) {
		struct scan_cpu *c = &s->cpu[cpu];
		u64 seen = READ_ONCE(c->busy_ns);
		/* an interrupted sample may have taken back what was seen */
		u64 busy = clamp_t(s64, seen - c->busy_counted_ns, 0, ns);

		c->busy_counted_ns += busy;
		/* a long request counts when it ends: a second of it is left for the next time */
		c->busy_counted_ns += seen - c->busy_counted_ns -
				      clamp_t(s64, seen - c->busy_counted_ns, 0, BUSY_LEFT);
		idle = div64_u64(idle * ((ns - busy) >> 10), ns >> 10);
	}
	s->busy_ns += ns - (((ns >> 10) * idle) >> (ONE_SHIFT - 10));
	s->busy_seen_ns = now;
	return s->busy_ns;
}

u64 scan_sample_latency(struct scanner *s, unsigned int bin)
{
	u64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += READ_ONCE(s->cpu[cpu].latency[bin]);
	return sum;
}
