// SPDX-License-Identifier: GPL-2.0-only
#include "load.h"

/* A request that would come between two bursts comes with the next. */
static u64 in_burst(struct load *l, u64 ns)
{
	if (!l->kind->on_ns)
		return ns;
	while (ns >= l->on_to) {
		l->on_from = l->on_to + rng_pareto(&l->bursts, l->kind->off_ns);
		l->on_to = l->on_from + 1 + rng_pareto(&l->bursts, l->kind->on_ns);
	}
	return max(ns, l->on_from);
}

static u64 clients(const struct load *l)
{
	return max(l->kind->depth, 1u);
}

void load_init(struct load *l, const struct load_kind *kind, u64 length, u64 seed)
{
	u32 i;

	memset(l, 0, sizeof(*l));
	l->kind = kind;
	l->length = length;
	l->when = rng_make(seed, 2);
	l->where = rng_make(seed, 3);
	l->bursts = rng_make(seed, 4);
	for (i = 0; i < clients(l); i++)
		l->next_ns[i] = in_burst(l, kind->depth ? i * 1000 :
					 rng_exponential(&l->when, kind->every_ns));
}

u64 load_next(const struct load *l, u32 *client)
{
	u64 first = U64_MAX;
	u32 i;

	if (!l->kind->sectors)
		return first;
	for (i = 0; i < clients(l); i++) {
		if (l->next_ns[i] >= first)
			continue;
		first = l->next_ns[i];
		*client = i;
	}
	return first;
}

void load_take(struct load *l, u32 client, u64 *sector, u32 *sectors)
{
	*sectors = l->kind->sectors;
	if (l->kind->sequential) {
		*sector = l->position;
		l->position = (l->position + *sectors) % (l->length - *sectors);
	} else {
		*sector = rng_below(&l->where, l->length / 8 - *sectors / 8) * 8;
	}
	if (l->kind->depth)
		l->next_ns[client] = U64_MAX;
	else
		l->next_ns[0] = in_burst(l, l->next_ns[0] +
					 rng_exponential(&l->when, l->kind->every_ns));
}

void load_done(struct load *l, u32 client, u64 now_ns)
{
	u64 think = l->kind->think_ns;

	if (!l->kind->depth)
		return;
	if (think && !l->kind->steady)
		think = rng_exponential(&l->when, think);
	l->next_ns[client] = in_burst(l, now_ns + think);
}
