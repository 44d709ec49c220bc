// SPDX-License-Identifier: GPL-2.0-only
/*
 * How long I/O takes on a device without trouble, always the same: some blocks remapped, single
 * reads and writes at random places. The best of several rounds, since the machine has others to
 * serve.
 */
#include <stdlib.h>
#include <string.h>

#include "episode.h"
#include "exec.h"
#include "latency.h"

#define ROUNDS	10
#define SAMPLES	2000

static int by_value(const void *a, const void *b)
{
	u64 x = *(const u64 *)a, y = *(const u64 *)b;

	return x < y ? -1 : x > y;
}

static void sample(struct worker *w, struct chance *c, u64 *us)
{
	struct op op = { .count = 8 };
	u32 i;

	for (i = 0; i < SAMPLES; i++) {
		u64 began;

		op.kind = i % 2 ? OP_READ : OP_WRITE;
		op.sector = chance_below(c, world.shape.sectors / 8) * 8;
		began = now_us();
		exec_op(w, &op);
		us[i] = now_us() - began;
	}
	exec_op(w, &(struct op){ .kind = OP_FLUSH });
	qsort(us, SAMPLES, sizeof(*us), by_value);
}

static void measure(struct worker *w)
{
	u64 us[SAMPLES], median = NEVER, late = NEVER;
	struct chance c = { .state = 1 };
	u32 i;

	exec_op(w, &(struct op){ .kind = OP_REMAP, .sector = 100, .count = 64 });
	for (i = 0; i < ROUNDS; i++) {
		sample(w, &c, us);
		if (us[SAMPLES / 2] < median)
			median = us[SAMPLES / 2];
		if (us[SAMPLES * 99 / 100] < late)
			late = us[SAMPLES * 99 / 100];
	}
	say("latency %llu %llu us: median and 99th percentile", (unsigned long long)median,
	    (unsigned long long)late);
}

void latency_run(void)
{
	struct worker w;

	world.shape = (struct shape){
		.sectors = 32768, .size = { 32768, 16384 }, .logical = { 512, 512 },
		.physical = { 512, 512 }, .block_size = 4096, .confirm_ms = 5,
	};
	worker_init(&w, 0);
	world_begin();
	measure(&w);
	world_end();
	worker_exit(&w);
}
