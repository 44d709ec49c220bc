/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A scanner's pace, walked through time by hand.
 */
#ifndef SCAN_WALK_H
#define SCAN_WALK_H

#include "rig.h"

#include "pace.h"

#define MS		1000000ULL
#define SECOND		(1000 * MS)
#define HOUR		(3600 * SECOND)
#define GIB		(1ULL << 21)	/* sectors */

/**
 * struct walk
 * @size: of the next probe, as it was told last
 */
struct walk {
	struct scan_pace p;
	struct scan_pace_now now;
	u32 size;
};

/** walk_init() - 100 GiB in 24 hours, at default priority, nobody there */
void walk_init(struct walk *w);

/** ask() - may a probe begin? As scan_pace_wait(), which must make sense */
u64 ask(struct walk *w);

void pass_time(struct walk *w, u64 ns);

/** serve() - one request, that takes so long */
void serve(struct walk *w, u64 ns);

/** come() - so many requests, that take no time */
void come(struct walk *w, u64 nr);

/** walk_probe() - one that takes so long, while so many requests come and wait for it; was it undisturbed? */
bool walk_probe(struct walk *w, u64 ns, u64 disturbed_by);

/** go_within() - asks until it may go, or so long */
bool go_within(struct walk *w, u64 ns);

/** with_load() - three seconds and more of it */
void with_load(struct walk *w, u32 percent);

/** scan_for() - so long, with probes of 10 ms */
void scan_for(struct walk *w, u64 ns);

/**
 * whole_pass() - from walk_init() until nothing is left
 * @jitter: of the deadline
 *
 * Return: how much of the interval that took, in percent.
 */
u64 whole_pass(struct walk *w, u64 sectors, u64 interval, u64 probe_ns, u64 jitter);

#endif
