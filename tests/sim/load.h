/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who uses the disk besides the scanner.
 */
#ifndef SIM_LOAD_H
#define SIM_LOAD_H

#include "rng.h"

#define LOAD_DEPTH_MAX	32

/**
 * struct load_kind
 * @depth: clients that each wait for their request and send the next; 0: requests come by themselves
 * @think_ns: time between an answer and the next request; at random around it unless @steady
 * @every_ns: mean distance of requests that come by themselves, at random
 * @on_ns: mean length of a burst, heavy-tailed; 0: no bursts
 * @off_ns: of the pause between two
 * @sectors: of a request
 * @sequential: or else at random
 */
struct load_kind {
	const char *name;
	u32 depth;
	u64 think_ns;
	bool steady;
	u64 every_ns;
	u64 on_ns, off_ns;
	u32 sectors;
	bool sequential;
};

struct load {
	const struct load_kind *kind;
	u64 length;
	struct rng when, where, bursts;
	u64 next_ns[LOAD_DEPTH_MAX];
	u64 on_from, on_to;
	u64 position;
};

void load_init(struct load *l, const struct load_kind *kind, u64 length, u64 seed);

/** load_next() - when does the next request come, if no answer comes before? */
u64 load_next(const struct load *l, u32 *client);

/** load_take() - it comes */
void load_take(struct load *l, u32 client, u64 *sector, u32 *sectors);

/** load_done() - its answer */
void load_done(struct load *l, u32 client, u64 now_ns);

#endif
