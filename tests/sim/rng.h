/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Random numbers that repeat: splitmix64, one stream for each purpose, so that a run with the
 * scanner sees the same foreground as one without.
 */
#ifndef SIM_RNG_H
#define SIM_RNG_H

#include <math.h>

#include <linux/types.h>

struct rng {
	u64 state;
};

static inline struct rng rng_make(u64 seed, u64 stream)
{
	return (struct rng){ seed * 0x9e3779b97f4a7c15ULL + stream * 0xd1b54a32d192ed03ULL };
}

static inline u64 rng_u64(struct rng *r)
{
	u64 z = r->state += 0x9e3779b97f4a7c15ULL;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return z ^ (z >> 31);
}

/* [0, 1) */
static inline double rng_unit(struct rng *r)
{
	return (rng_u64(r) >> 11) * 0x1p-53;
}

static inline u64 rng_below(struct rng *r, u64 limit)
{
	return rng_unit(r) * limit;
}

static inline double rng_exponential(struct rng *r, double mean)
{
	return -mean * log1p(-rng_unit(r));
}

/* Heavy-tailed, shape 1.5; cut at a hundred times the mean */
static inline double rng_pareto(struct rng *r, double mean)
{
	double x = mean / 3 / pow(1 - rng_unit(r), 1 / 1.5);

	return x < 100 * mean ? x : 100 * mean;
}

#endif
