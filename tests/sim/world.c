// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>

#include "world.h"

struct world *world_new(bool flash, u64 gib, const struct load_kind *load, u64 seed)
{
	struct world *w = calloc(1, sizeof(*w));

	disk_init(&w->disk, flash, gib << 21, seed);
	load_init(&w->load, load, w->disk.length, seed);
	w->scan.rng = rng_make(seed, 5);
	w->scan.wake_ns = U64_MAX;
	return w;
}

static void enqueue(struct world *w, const struct request *r)
{
	assert(w->nr < QUEUE);
	w->queue[(w->first + w->nr++) % QUEUE] = *r;
}

static void serve(struct world *w)
{
	struct request *r = &w->queue[w->first];

	if (w->serving || !w->nr)
		return;
	w->serving = true;
	w->served_ns = w->now_ns;
	w->done_ns = w->now_ns + disk_read(&w->disk, w->now_ns, r->sector, r->sectors, &w->failed);
}

static void complete(struct world *w)
{
	struct request r = w->queue[w->first];
	u64 ns = w->now_ns - w->served_ns;

	w->first = (w->first + 1) % QUEUE;
	w->nr--;
	w->serving = false;
	if (r.client < 0) {
		w->f.probe_ns += ns;
		scan_complete(w, &r, w->now_ns - r.came_ns);
		w->scan.wake_ns = w->now_ns;
		return;
	}
	w->completed++;
	w->busy_ns += ns;
	figures_add(&w->f, w->now_ns - r.came_ns);
	load_done(&w->load, r.client, w->now_ns);
}

static void arrive(struct world *w, u32 client)
{
	struct request r = { .came_ns = w->now_ns, .client = client };

	load_take(&w->load, client, &r.sector, &r.sectors);
	w->started++;
	enqueue(w, &r);
}

/* The kernel's timers fire with the tick after. */
static void wake(struct world *w)
{
	struct request r = { .came_ns = w->now_ns, .client = -1 };
	u64 wait = scan_submit(w, &r);

	w->f.asked++;
	w->scan.wake_ns = U64_MAX;
	if (!wait)
		enqueue(w, &r);
	else if (wait < U64_MAX)
		w->scan.wake_ns = (w->now_ns + wait + JIFFY - 1) / JIFFY * JIFFY;
}

void world_run(struct world *w, double hours)
{
	u64 end = w->now_ns + hours * 3600 * SECOND;

	while (!w->until_pass || !w->f.pass_ns) {
		u32 client = 0;
		u64 next = load_next(&w->load, &client);
		u64 done = w->serving ? w->done_ns : U64_MAX;
		u64 now = min(min(next, done), w->scan.wake_ns);

		if (now >= end)
			break;
		w->now_ns = max(now, w->now_ns);
		if (done == now)
			complete(w);
		else if (next == now)
			arrive(w, client);
		else
			wake(w);
		serve(w);
	}
	w->f.busy_ns = w->busy_ns;
	w->f.run_ns = w->until_pass && w->f.pass_ns ? w->now_ns : end;
}
