/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What every sector says that the workloads write: whose it is, where it
 * belongs and which write it came with. So data that turns up elsewhere, or
 * too late, can be called by its name.
 */
#ifndef CRASH_TAG_H
#define CRASH_TAG_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define CRASH_SECTOR	512
#define CRASH_MAGIC	0x6b63617472636d64ULL	/* "dmcrtack" */

struct crash_tag {
	uint64_t magic;
	uint32_t sector;	/* of the remap device */
	uint32_t write;		/* number of the write, from 1 on */
	uint64_t sum;
	uint64_t fill[61];
};

_Static_assert(sizeof(struct crash_tag) == CRASH_SECTOR, "a tag fills a sector");

static inline uint64_t crash_mix(uint64_t x)
{
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ULL;
	x = (x ^ x >> 27) * 0x94d049bb133111ebULL;
	return x ^ x >> 31;
}

static inline uint64_t crash_hash(const void *buf)
{
	const uint64_t *w = buf;
	uint64_t h = 0x9e3779b97f4a7c15ULL;
	int i;

	for (i = 0; i < CRASH_SECTOR / 8; i++)
		h = (h ^ w[i]) * 0x100000001b3ULL + (h >> 29);
	return crash_mix(h);
}

static inline uint64_t crash_sum(const struct crash_tag *tag)
{
	struct crash_tag t = *tag;

	t.sum = 0;
	return crash_hash(&t);
}

static inline void crash_tag_make(struct crash_tag *t, uint32_t sector, uint32_t write)
{
	int i;

	t->magic = CRASH_MAGIC;
	t->sector = sector;
	t->write = write;
	for (i = 0; i < 61; i++)
		t->fill[i] = crash_mix((uint64_t)sector << 32 ^ write ^ (uint64_t)i << 24);
	t->sum = crash_sum(t);
}

static inline bool crash_tag_valid(const struct crash_tag *t)
{
	return t->magic == CRASH_MAGIC && t->sum == crash_sum(t);
}

#endif
