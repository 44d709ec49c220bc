// SPDX-License-Identifier: GPL-2.0-only
#include "scan_court.h"

u64 takes(const struct court *c, u64 sector, u32 sectors)
{
	u64 ns = USUAL + c->extra;
	u32 i;

	for (i = 0; i < c->nr_slow; i++)
		if (c->slow[i] >= sector && c->slow[i] < sector + sectors)
			ns += 60 * MS;
	return ns;
}

void court_init(struct court *c, u32 block)
{
	memset(c, 0, sizeof(*c));
	scan_judge_init(&c->j, block);
	c->now = 1000 * SECOND;
}

bool court_probe(struct court *c, u64 sector, u32 sectors)
{
	u64 ns = takes(c, sector, sectors);

	c->now += ns;
	c->total += sectors;
	return scan_judge_probe(&c->j, sector, sectors, ns, c->now, c->total);
}

void read_on(struct court *c, u32 times)
{
	while (times--)
		court_probe(c, DEVICE - CHUNK, CHUNK);
}

void later(struct court *c)
{
	c->now += SCAN_VISIT_GAP_NS;
	read_on(c, SCAN_VISIT_SECTORS / CHUNK + 1);
}

u32 visit(struct court *c)
{
	struct scan_visit v;
	u32 reads = 0;
	u64 ns;

	while (scan_judge_visit(&c->j, &v, c->now, c->total)) {
		ns = v.control ? USUAL + c->extra : takes(c, v.sector, v.sectors);
		if (v.control && c->bad_controls)
			ns += 60 * MS;
		assert_true(v.sectors && v.sectors <= SCAN_PIECE);
		c->now += ns;
		c->total += v.sectors;
		scan_judge_visited(&c->j, &v, ns, !c->disturbed, c->now, c->total);
		assert_true(++reads < 100000);
	}
	return reads;
}

const struct scan_suspect *only(const struct court *c)
{
	u32 i;

	assert_int_equal(c->j.nr_suspects, 1);
	for (i = 0; !c->j.suspects[i].sectors; i++)
		;
	return &c->j.suspects[i];
}

void one_slow(struct court *c, u32 block, u64 sector)
{
	court_init(c, block);
	read_on(c, 100);
	c->slow[0] = sector;
	c->nr_slow = 1;
	assert_true(court_probe(c, sector / CHUNK * CHUNK, CHUNK));
}

void to_block(struct court *c)
{
	one_slow(c, 8, 5 * CHUNK + 777);
	later(c);
	visit(c);
	later(c);
	visit(c);
	assert_int_equal(only(c)->sectors, 8);
}
