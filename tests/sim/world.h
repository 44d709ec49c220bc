/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A disk, those who use it, and a scanner that does with the pure parts what pass.c does.
 */
#ifndef SIM_WORLD_H
#define SIM_WORLD_H

#include "cursor.h"
#include "judge.h"
#include "pace.h"

#include "disk.h"
#include "figures.h"
#include "load.h"

#define JIFFY		(4 * MS)
#define BLOCK		8u
#define QUEUE		8192

struct request {
	u64 came_ns, sector;
	u32 sectors;
	int client;		/* -1: the scan */
};

/**
 * struct scan - what pass.c keeps
 * @on: there is a scan
 * @wake_ns: it asks again
 * @v: the visit that is being read
 * @broken: [from, to) is read block by block, because it failed
 */
struct scan {
	bool on, order_done, visiting;
	struct scan_cursor cursor;
	struct scan_pace pace;
	struct scan_judge judge;
	struct scan_visit v;
	struct scan_range broken;
	u32 chunk, priority;
	u64 deadline_ns, wake_ns, read_total;
	u64 sector;
	u32 sectors;
	struct rng rng;
};

struct world {
	struct disk disk;
	struct load load;
	struct scan scan;
	struct figures f;
	u64 now_ns, end_ns;
	bool until_pass;	/* the run ends with the pass */

	struct request queue[QUEUE];
	u32 first, nr;
	bool serving;
	u64 done_ns, served_ns;
	bool failed;
	u64 started, completed, busy_ns;
};

/** world_init() - without a scan; change what you like, then run */
struct world *world_new(bool flash, u64 gib, const struct load_kind *load, u64 seed);

/** world_scan() - with one: a pass in so many hours */
void world_scan(struct world *w, double hours);

void world_run(struct world *w, double hours);

/* scan.c */
u64 scan_submit(struct world *w, struct request *r);
void scan_complete(struct world *w, const struct request *r, u64 ns);

#endif
