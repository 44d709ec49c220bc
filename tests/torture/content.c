// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <string.h>

#include "content.h"

#define MAGIC	0x6574756f746d6472ULL
#define POISON	0xdb

enum { W_MAGIC, W_SECTOR, W_GENERATION, W_RUN, W_FILLER };

/* Word @i of the filler: not the same in two sectors or two generations. */
static u64 filler(u64 sector, u64 generation, u64 run, u32 i)
{
	return (sector ^ generation << 24 ^ run << 44) * 0x9e3779b97f4a7c15ULL +
	       i * 0xda942042e4dd58b5ULL;
}

void content_fill(void *buf, u64 sector, u64 generation, u64 run)
{
	u64 *w = buf;
	u32 i;

	if (!generation) {
		memset(buf, 0, SECTOR);
		return;
	}
	w[W_MAGIC] = MAGIC;
	w[W_SECTOR] = sector;
	w[W_GENERATION] = generation;
	w[W_RUN] = run;
	for (i = W_FILLER; i < CONTENT_WORDS; i++)
		w[i] = filler(sector, generation, run, i);
}

void content_poison(void *buf, size_t bytes)
{
	memset(buf, POISON, bytes);
}

static bool all(const u64 *w, u64 value)
{
	u32 i;

	for (i = 0; i < CONTENT_WORDS; i++)
		if (w[i] != value)
			return false;
	return true;
}

struct content content_read(const void *buf)
{
	struct content c = { .kind = CONTENT_STAMPED };
	const u64 *w = buf;
	u32 i;

	if (!w[0] || w[0] == POISON * 0x0101010101010101ULL) {
		c.kind = w[0] ? CONTENT_POISON : CONTENT_ZEROS;
		if (!all(w, w[0]))
			c.kind = CONTENT_BROKEN;
		return c;
	}
	c.sector = w[W_SECTOR];
	c.generation = w[W_GENERATION];
	c.run = w[W_RUN];
	for (i = W_FILLER; i < CONTENT_WORDS; i++)
		c.parts += w[i] == filler(c.sector, c.generation, c.run, i);
	if (w[W_MAGIC] != MAGIC || c.parts != CONTENT_WORDS - W_FILLER)
		c.kind = CONTENT_BROKEN;
	return c;
}

u64 content_generation(const struct content *c, u64 sector)
{
	if (c->kind == CONTENT_ZEROS)
		return 0;
	if (c->kind == CONTENT_STAMPED && c->sector == sector && c->run == world.run)
		return c->generation;
	return NEVER;
}

const char *content_describe(const struct content *c, u64 sector)
{
	static __thread char text[160];

	if (c->kind == CONTENT_ZEROS)
		return "zeros";
	if (c->kind == CONTENT_POISON)
		return "a buffer that was never filled, given out as data";
	if (c->kind == CONTENT_BROKEN)
		snprintf(text, sizeof(text),
			 "broken data: says sector %llu, write %llu, but only %u of %u words fit that",
			 (unsigned long long)c->sector, (unsigned long long)c->generation,
			 c->parts, CONTENT_WORDS - W_FILLER);
	else if (c->run != world.run)
		snprintf(text, sizeof(text),
			 "foreign data, of another episode: sector %llu, run %llx",
			 (unsigned long long)c->sector, (unsigned long long)c->run);
	else if (c->sector != sector)
		snprintf(text, sizeof(text),
			 "misdirected data: it is of sector %llu (write %llu)",
			 (unsigned long long)c->sector, (unsigned long long)c->generation);
	else
		snprintf(text, sizeof(text), "data of write %llu", (unsigned long long)c->generation);
	return text;
}
