// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>

#include "cuts.h"

/* Sectors of a write go in chunks, of one sector up to 64. */
#define CHUNKS 64

struct cuts {
	struct write **writes;
	u32 nr;
	const struct cut_limits *limits;
	u64 live[MAX_PENDING];	/* chunks that make a difference */
	u64 fate[MAX_PENDING];	/* chunks that are kept */
	void (*visit)(void *arg);
	void *arg;
};

static struct cuts *current;

static u32 chunk_of(const struct write *w, u32 i)
{
	return w->count <= CHUNKS ? i : i * CHUNKS / w->count;
}

static bool covers(const struct write *w, u32 sector)
{
	return sector >= w->sector && sector - w->sector < w->count &&
	       !w->dead[sector - w->sector];
}

/* A sector that is kept or dropped to the same effect needs no decision. */
static bool makes_difference(struct cuts *c, u32 nr, u32 i)
{
	const struct write *w = c->writes[nr];
	u32 sector = w->sector + i, other;

	if (w->dead[i])
		return false;
	if (state_at[sector]->hash != w->content[i].hash)
		return true;
	for (other = 0; other < nr; other++)
		if (covers(c->writes[other], sector))
			return true;
	return false;
}

static void find_live(struct cuts *c)
{
	u32 nr, i;

	for (nr = 0; nr < c->nr; nr++) {
		c->live[nr] = 0;
		for (i = 0; i < c->writes[nr]->count; i++)
			if (makes_difference(c, nr, i))
				c->live[nr] |= 1ULL << chunk_of(c->writes[nr], i);
	}
}

static void apply(const struct write *w, u64 fate)
{
	u32 i;

	for (i = 0; fate && i < w->count; i++)
		if (!w->dead[i] && fate >> chunk_of(w, i) & 1)
			state_put(w->sector + i, &w->content[i]);
}

static void show(struct cuts *c)
{
	u32 mark = state_mark(), i;

	for (i = 0; i < c->nr; i++)
		apply(c->writes[i], c->fate[i] & c->live[i]);
	c->visit(c->arg);
	state_rollback(mark);
}

static void set_all(struct cuts *c, u32 from, u32 to, u64 fate)
{
	for (; from < to; from++)
		c->fate[from] = fate;
}

/* The @n-th subset of the bits of @mask. */
static u64 deposit(u64 n, u64 mask)
{
	u64 result = 0;

	for (; mask; mask &= mask - 1, n >>= 1)
		if (n & 1)
			result |= mask & -mask;
	return result;
}

/* Every combination of sectors. */
static void all_units(struct cuts *c, u32 units)
{
	u64 n;
	u32 i;

	for (n = 0; n < 1ULL << units; n++) {
		u64 rest = n;

		for (i = 0; i < c->nr; i++) {
			c->fate[i] = deposit(rest, c->live[i]);
			rest >>= hweight64(c->live[i]);
		}
		show(c);
	}
}

static void all_wholes(struct cuts *c, const u32 *which, u32 nr)
{
	u64 n;
	u32 i;

	for (n = 0; n < 1ULL << nr; n++) {
		for (i = 0; i < nr; i++)
			c->fate[which[i]] = n >> i & 1 ? ~0ULL : 0;
		show(c);
	}
}

/* The others: dropped, kept, or kept up to this one. */
static void with_others(struct cuts *c, u32 i, u64 fate)
{
	set_all(c, 0, c->nr, 0);
	c->fate[i] = fate;
	show(c);
	set_all(c, 0, i, ~0ULL);
	show(c);
	set_all(c, i + 1, c->nr, ~0ULL);
	show(c);
}

static void tears(struct cuts *c, u32 i)
{
	u32 bits = hweight64(c->live[i]), n;

	if (bits <= c->limits->tears) {
		for (n = 0; n < 1U << bits; n++)
			with_others(c, i, deposit(n, c->live[i]));
		return;
	}
	for (n = 0; n < bits; n++) {
		u64 one = deposit(1ULL << n, c->live[i]);

		with_others(c, i, one - 1);	/* the head */
		with_others(c, i, ~(one - 1));	/* the tail */
		with_others(c, i, one);
		with_others(c, i, ~one);
	}
	with_others(c, i, 0);
	with_others(c, i, ~0ULL);
}

/* Some whole, some sector by sector. */
static void at_random(struct cuts *c)
{
	u32 i, style = random_below(3);

	for (i = 0; i < c->nr; i++) {
		if (style == 2 || (style == 1 && !random_below(4)))
			c->fate[i] = random_u64();
		else
			c->fate[i] = random_below(2) ? ~0ULL : 0;
	}
	show(c);
}

void cuts_each(struct write **writes, u32 nr, const struct cut_limits *limits,
	       void (*visit)(void *), void *arg)
{
	struct cuts c = { .writes = writes, .nr = nr, .limits = limits,
			  .visit = visit, .arg = arg };
	struct cuts *before = current;
	u32 which[MAX_PENDING], nr_live = 0, units = 0, i;

	current = &c;
	find_live(&c);
	for (i = 0; i < nr; i++) {
		units += hweight64(c.live[i]);
		if (c.live[i])
			which[nr_live++] = i;
	}
	if (units <= limits->units && !limits->only_random) {
		all_units(&c, units);
		current = before;
		return;
	}
	if (nr_live <= limits->whole && !limits->only_random)
		all_wholes(&c, which, nr_live);
	for (i = 0; i < nr_live && !limits->only_random; i++)
		tears(&c, which[i]);
	for (i = 0; i < limits->random; i++)
		at_random(&c);
	current = before;
}

static int describe(char *to, size_t room, const struct write *w, u64 fate, u64 live)
{
	const char *what = !(fate & live) ? "dropped" : !(~fate & live) ? "kept" : "torn";
	bool spare = w->sector >= geometry.spare_at;

	return snprintf(to, room, " %s+%u%s %s", spare ? "spare:" : "main:", w->count,
			w->failed ? " (failed)" : "", what);
}

const char *cuts_describe(void)
{
	static char text[1000];
	int n = 0;
	u32 i;

	text[0] = 0;
	for (i = 0; current && i < current->nr && n < (int)sizeof(text) - 80; i++) {
		const struct write *w = current->writes[i];

		if (!current->live[i])
			continue;
		n += snprintf(text + n, sizeof(text) - n, "%s", n ? "," : "");
		n += describe(text + n, sizeof(text) - n, w, current->fate[i], current->live[i]);
		n += snprintf(text + n, sizeof(text) - n, " at %u", w->sector -
			      (w->sector >= geometry.spare_at ? geometry.spare_at :
			       geometry.main_at));
	}
	return text;
}
