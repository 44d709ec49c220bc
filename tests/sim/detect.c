// SPDX-License-Identifier: GPL-2.0-only
/*
 * How many of the bad and slow places does a pass find? And how soon, in which order?
 *
 * Where errors are: in clusters; another one lies within 10 MiB of one with probability 0.5, more
 * within 128 MiB; a third of the clusters in the first tenth of the disk.
 */
#include <stdlib.h>

#include "check.h"
#include "world.h"

#define NEAR		(10u << 11)
#define FAR		(128u << 11)

/* What can be wrong with a place; rotating disks try again, a revolution each time. */
enum kind { BAD, SLOW, SOMETIMES, KINDS };

static const char * const names[] = { "bad", "slow", "sometimes slow" };

static enum kind kind_of(const struct defect *x)
{
	return x->bad ? BAD : x->percent == 100 ? SLOW : SOMETIMES;
}

static u64 cluster_place(struct rng *r, u64 length)
{
	u64 span = rng_unit(r) < 1 / 3. ? length / 10 : length;

	return rng_below(r, span - 2 * FAR) + FAR;
}

static u64 nearby(struct rng *r, u64 place)
{
	u64 way = rng_unit(r) < .5 ? NEAR : FAR;

	return place + rng_below(r, 2 * way) - way;
}

static int ascending(const void *a, const void *b)
{
	const struct defect *x = a, *y = b;

	return x->sector < y->sector ? -1 : x->sector > y->sector;
}

/* One to 16 blocks in a row, alike. */
static u32 add_range(struct rng *r, struct defect *to, u64 place)
{
	u32 blocks = 1 + rng_below(r, 1 + rng_below(r, 16)), i;
	struct defect x = { .sectors = BLOCK, .percent = 100 };
	double kind = rng_unit(r);

	x.bad = kind < .4;
	x.percent = kind < .8 ? 100 : 50;
	x.delay_ns = x.bad ? SECOND + rng_below(r, 6 * SECOND) :
		     (5 + rng_below(r, 16)) * REVOLUTION;
	for (i = 0; i < blocks; i++) {
		x.sector = place / BLOCK * BLOCK + i * BLOCK;
		to[i] = x;
	}
	return blocks;
}

static void drop_doubles(struct disk *d)
{
	u32 i, kept = 1;

	qsort(d->defects, d->nr_defects, sizeof(*d->defects), ascending);
	for (i = 1; i < d->nr_defects; i++)
		if (d->defects[i].sector != d->defects[kept - 1].sector)
			d->defects[kept++] = d->defects[i];
	d->nr_defects = kept;
}

static void add_defects(struct disk *d, u32 clusters, u64 seed)
{
	struct rng r = rng_make(seed, 6);
	u64 place;

	d->defects = calloc(clusters * 32 * 16, sizeof(*d->defects));
	while (clusters--) {
		u32 more = 31;

		place = cluster_place(&r, d->length);
		do
			d->nr_defects += add_range(&r, d->defects + d->nr_defects,
						   nearby(&r, place));
		while (more-- && rng_unit(&r) < .7);
	}
	drop_doubles(d);
}

struct tally {
	u32 all[KINDS], found[KINDS];
	u64 innocent, visits, probes;
};

static void count(struct tally *t, const struct world *w)
{
	u32 i;

	for (i = 0; i < w->disk.nr_defects; i++) {
		t->all[kind_of(&w->disk.defects[i])]++;
		t->found[kind_of(&w->disk.defects[i])] += w->disk.defects[i].gone;
	}
	t->innocent += w->f.innocent;
	t->visits += w->f.visits;
	t->probes += w->f.probes;
}

static double share(const struct tally *t, enum kind kind)
{
	return 100.0 * t->found[kind] / max(t->all[kind], 1u);
}

/* The visits that follow from the last suspects of a pass take place in the next. */
static void one_pass(const char *name, bool flash, const struct load_kind *load, u32 disks,
		     u64 seed)
{
	struct tally t = { 0 };
	enum kind kind;
	u32 i;

	for (i = 0; i < disks; i++) {
		struct world *w = world_new(flash, 100, load, seed + i);

		w->disk.benign = 100;
		add_defects(&w->disk, 8, seed + i);
		w->until_pass = true;
		world_scan(w, 8);
		world_run(w, 16);
		count(&t, w);
		free(w->disk.defects);
		free(w);
	}
	check(share(&t, BAD) >= 99 && share(&t, SLOW) >= 90 && !t.innocent,
	      "%s, %u disks: a pass finds %.1f %% of the bad blocks, %.1f %% of the slow, %.1f %% of the sometimes slow, and %llu innocent",
	      name, disks, share(&t, BAD), share(&t, SLOW), share(&t, SOMETIMES), t.innocent);
	for (kind = 0; kind < KINDS; kind++)
		note("%s: %u of %u", names[kind], t.found[kind], t.all[kind]);
	note("%.2f %% of the reads were visits", 100.0 * t.visits / t.probes);
}

/*
 * Time to detection: only the order counts, so the cursor alone walks over the disk, at an even
 * pace. All errors of a cluster appear at one time, at random in the first pass.
 */
struct mark {
	u64 sector;
	u64 since;		/* sectors of the walk */
	u32 cluster;
	s64 found;
};

static int by_sector(const void *a, const void *b)
{
	const struct mark *x = a, *y = b;

	return x->sector < y->sector ? -1 : x->sector > y->sector;
}

static u32 make_marks(struct mark *m, u64 length, u64 seed)
{
	struct rng r = rng_make(seed, 7);
	u32 nr = 0, cluster;

	for (cluster = 0; cluster < 8; cluster++) {
		u64 place = cluster_place(&r, length), since = rng_below(&r, length);

		do
			m[nr++] = (struct mark){ nearby(&r, place), since, cluster, -1 };
		while (nr < 200 && rng_unit(&r) < .7);
	}
	qsort(m, nr, sizeof(*m), by_sector);
	return nr;
}

static bool look(struct mark *m, u32 nr, u64 sector, u32 sectors, u64 walked, u64 *hit)
{
	u32 low = 0, high = nr;
	bool any = false;

	while (low < high) {
		u32 mid = (low + high) / 2;

		if (m[mid].sector < sector)
			low = mid + 1;
		else
			high = mid;
	}
	for (; low < nr && m[low].sector < sector + sectors; low++) {
		if (m[low].found >= 0 || m[low].since > walked)
			continue;
		m[low].found = walked - m[low].since;
		*hit = m[low].sector;
		any = true;
	}
	return any;
}

static void walk(struct mark *m, u32 nr, u64 length, enum scan_order order)
{
	struct scan_cursor c;
	u64 walked = 0, sector, hit;
	u32 sectors, pass;

	for (pass = 0; pass < 2; pass++) {
		scan_cursor_start(&c, length, order);
		while ((sectors = scan_cursor_next(&c, SCAN_SEGMENT, &sector))) {
			walked += sectors;
			scan_cursor_advance(&c, sectors);
			if (look(m, nr, sector, sectors, walked, &hit))
				scan_cursor_hit(&c, hit);
		}
	}
}

struct times {
	double all, first, clusters, nr;
};

static void add_times(struct times *t, const struct mark *m, u32 nr, u64 length)
{
	double first[8];
	u32 i;

	for (i = 0; i < 8; i++)
		first[i] = 10;
	for (i = 0; i < nr; i++) {
		double found = m[i].found < 0 ? 2 : m[i].found / (double)length;

		t->all += found;
		t->nr++;
		if (found < first[m[i].cluster])
			first[m[i].cluster] = found;
	}
	for (i = 0; i < 8; i++, t->clusters++)
		t->first += first[i];
}

static void orders(u32 disks, u64 seed)
{
	struct times t[2] = { 0 };
	u64 length = 500ULL << 21;
	u32 i, nr, order;

	for (i = 0; i < disks; i++) {
		for (order = SCAN_STAGGERED; order <= SCAN_SEQUENTIAL; order++) {
			struct mark m[256];

			nr = make_marks(m, length, seed + i);
			walk(m, nr, length, order);
			add_times(&t[order], m, nr, length);
		}
	}
	check(t[0].first < t[1].first * .9,
	      "%u disks: the first error of a cluster is found after %.3f of a pass, sequentially after %.3f",
	      disks, t[0].first / t[0].clusters, t[1].first / t[1].clusters);
	note("any error after %.3f of a pass, sequentially after %.3f: %+.1f percent",
	     t[0].all / t[0].nr, t[1].all / t[1].nr, 100 * (t[0].all / t[1].all - 1));
}

void detect(bool full, u64 seed)
{
	static const struct load_kind none = { "" };
	static const struct load_kind bursts = { "", .depth = 1, .on_ns = 3 * SECOND,
		.off_ns = 7 * SECOND, .sectors = 8 };
	u32 disks = full ? 40 : 4;

	one_pass("rotating, unused", false, &none, disks, seed);
	one_pass("rotating, bursts of 3 s, 30 %", false, &bursts, disks, seed);
	one_pass("flash, unused", true, &none, disks, seed);
	orders(full ? 400 : 40, seed);
}
