// SPDX-License-Identifier: GPL-2.0-only
#include <linux/bitops.h>
#include <linux/kernel.h>
#include <linux/log2.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/string.h>

#include "judge.h"

#define MS		1000000ULL
#define MEASURED_MIN	32u	/* samples that make a baseline */
#define MEASURED_MAX	1024u
#define MARGIN		(25 * MS)
#define EVERYWHERE	8	/* of the last 32 */
#define SLOW_VISITS	3
#define FAST_VISITS	2
#define VOID_VISITS	8
#define PATIENCE_GAPS	10	/* without enough other reads */
#define UNITS_MAX	64	/* bits of a mask */

void scan_judge_init(struct scan_judge *j, u32 block)
{
	memset(j, 0, sizeof(*j));
	j->block = block;
	j->max_latency_ns = 100 * MS;
	j->visiting = -1;
}

/*
 * Baselines. Bin 4n + q is for times from (4 + q) / 4 * 2^n microseconds on.
 */
static u32 bin_of(u64 ns)
{
	u64 us = max(div_u64(ns, 1000), 1ULL);
	u32 octave = ilog2(us);
	u32 quarter = (us << 2 >> octave) & 3;

	return min_t(u32, 4 * octave + quarter, SCAN_BINS - 1);
}

/* Where a bin ends: it never makes less of a time than it was. */
static u64 bin_end_ns(u32 bin)
{
	return ((bin % 4 + 5ULL) << (bin / 4)) * 1000 / 4;
}

static void record(struct scan_baseline *b, u32 bin)
{
	u32 i;

	b->bins[bin]++;
	if (++b->total < MEASURED_MAX)
		return;
	b->total = 0;
	for (i = 0; i < SCAN_BINS; i++) {
		b->bins[i] /= 2;
		b->total += b->bins[i];
	}
}

static u64 percentile_ns(const struct scan_baseline *b, u32 percent)
{
	u32 rest = DIV_ROUND_UP(b->total * percent, 100);
	u32 i;

	for (i = 0; i < SCAN_BINS - 1 && rest > b->bins[i]; i++)
		rest -= b->bins[i];
	return bin_end_ns(i);
}

static u32 class_of(u32 sectors)
{
	return min_t(u32, ilog2(max(sectors, 1u)), SCAN_CLASSES - 1);
}

u64 scan_judge_limit(const struct scan_judge *j, u32 sectors)
{
	u32 class = class_of(sectors);
	u64 usual, worst;

	while (j->baselines[class].total < MEASURED_MIN)
		if (++class == SCAN_CLASSES)
			return U64_MAX;
	usual = percentile_ns(&j->baselines[class], 50);
	worst = percentile_ns(&j->baselines[class], 99);
	usual = min(max(2 * usual, usual + MARGIN), j->max_latency_ns);
	return max(usual, worst + worst / 2);
}

/*
 * Suspects
 */
static bool is_block(const struct scan_judge *j, const struct scan_suspect *s)
{
	return s->sectors <= j->block;
}

static u32 unit_of(const struct scan_judge *j, const struct scan_suspect *s)
{
	return s->sectors > SCAN_PIECE ? SCAN_PIECE : j->block;
}

static u64 all_units(const struct scan_judge *j, const struct scan_suspect *s)
{
	return GENMASK_ULL(DIV_ROUND_UP(s->sectors, unit_of(j, s)) - 1, 0);
}

static bool overlaps(const struct scan_suspect *s, u64 sector, u64 sectors)
{
	return s->sectors && sector < s->sector + s->sectors && s->sector < sector + sectors;
}

static void later(struct scan_suspect *s, u64 now_ns, u64 total)
{
	s->after_ns = now_ns + SCAN_VISIT_GAP_NS;
	s->after_sectors = total + SCAN_VISIT_SECTORS;
}

/*
 * From where its first block begins, and not its first piece: that could hold a block that is
 * remapped, and would not be visited then. Nor does it grow at its end: the device may end there.
 */
static struct scan_suspect *suspect(struct scan_judge *j, u64 sector, u64 end, u64 now_ns,
				    u64 total)
{
	struct scan_suspect *s = j->suspects;

	if (j->nr_suspects == SCAN_MAX_SUSPECTS || sector >= end)
		return NULL;
	while (s->sectors)
		s++;
	sector = round_down(sector, j->block);
	memset(s, 0, sizeof(*s));
	s->sector = sector;
	s->sectors = min_t(u64, end - sector, UNITS_MAX * SCAN_PIECE);
	s->todo = all_units(j, s);
	later(s, now_ns, total);
	j->nr_suspects++;
	return s;
}

static void drop(struct scan_judge *j, struct scan_suspect *s)
{
	if (j->visiting == s - j->suspects)
		j->visiting = -1;
	s->sectors = 0;
	j->nr_suspects--;
}

/*
 * What is slow would make slowness usual. So the baseline learns the time of a slow range only when
 * it was acquitted, and nothing from the parts of one.
 */
static void acquit(struct scan_judge *j, struct scan_suspect *s)
{
	if (s->bin)
		record(&j->baselines[class_of(s->sectors)], s->bin);
	drop(j, s);
}

bool scan_judge_suspected(const struct scan_judge *j, u64 sector, u32 sectors)
{
	u32 i;

	for (i = 0; i < SCAN_MAX_SUSPECTS; i++)
		if (overlaps(&j->suspects[i], sector, sectors))
			return true;
	return false;
}

bool scan_judge_probe(struct scan_judge *j, u64 sector, u32 sectors, u64 ns, u64 now_ns, u64 total)
{
	bool slow = ns > scan_judge_limit(j, sectors);
	struct scan_suspect *s = NULL;

	/* Those who are known teach nothing new. */
	if (scan_judge_suspected(j, sector, sectors))
		return slow;
	j->recent = j->recent << 1 | slow;
	j->everywhere = hweight32(j->recent) >= EVERYWHERE;
	if (slow && !j->everywhere)
		s = suspect(j, sector, sector + sectors, now_ns, total);
	if (s)
		s->bin = bin_of(ns);
	else
		record(&j->baselines[class_of(sectors)], bin_of(ns));
	return slow;
}

void scan_judge_rest(struct scan_judge *j)
{
	j->recent = 0;
	j->everywhere = false;
}

/*
 * Visits
 */
static bool is_due(const struct scan_suspect *s, u64 now_ns, u64 total)
{
	if (!s->sectors || now_ns < s->after_ns)
		return false;
	return total >= s->after_sectors ||
	       now_ns - s->after_ns >= (PATIENCE_GAPS - 1) * SCAN_VISIT_GAP_NS;
}

/* What was slow remains to be read. */
static void end_visit(struct scan_judge *j, bool result, u64 now_ns, u64 total)
{
	struct scan_suspect *s = &j->suspects[j->visiting];

	j->visiting = -1;
	later(s, now_ns, total);
	if (result)
		s->voids = 0;
	else if (++s->voids == VOID_VISITS)
		acquit(j, s);
}

/* One that stopped in the middle says nothing of now: somebody paused the scan. */
static void pick(struct scan_judge *j, u64 now_ns, u64 total)
{
	u32 i;

	if (j->visiting >= 0 && now_ns - j->visit_ns >= SCAN_VISIT_GAP_NS)
		end_visit(j, false, now_ns, total);
	if (j->visiting >= 0)
		return;
	j->controls = 0;
	j->slow_units = 0;
	for (i = 0; i < SCAN_MAX_SUSPECTS && j->visiting < 0 && !j->everywhere; i++)
		if (is_due(&j->suspects[i], now_ns, total))
			j->visiting = i;
}

/* The first unit that was not read in this visit, nor needs to be. */
static u64 unread(const struct scan_judge *j, const struct scan_suspect *s)
{
	return s->todo & ~j->slow_units;
}

bool scan_judge_visit(struct scan_judge *j, struct scan_visit *v, u64 now_ns, u64 total)
{
	struct scan_suspect *s;
	u32 unit, nr;

	pick(j, now_ns, total);
	if (j->visiting < 0)
		return false;
	j->visit_ns = now_ns;
	s = &j->suspects[j->visiting];
	unit = unit_of(j, s);
	v->control = !j->controls || !unread(j, s);
	v->sector = 0;
	v->sectors = unit;
	if (v->control)
		return true;
	nr = __ffs64(unread(j, s));
	v->sector = s->sector + nr * unit;
	v->sectors = min(unit, s->sectors - nr * unit);
	return true;
}

static bool condemn(struct scan_judge *j, u64 block)
{
	if (j->nr_condemned == SCAN_MAX_CONDEMNED)
		return false;
	j->condemned[j->nr_condemned++] = block;
	return true;
}

/* Without room for a verdict it is visited once more. */
static void judge_block(struct scan_judge *j, struct scan_suspect *s, bool slow)
{
	if (slow)
		s->slow++;
	else
		s->fast++;
	s->todo = all_units(j, s);
	if (s->fast == FAST_VISITS)
		acquit(j, s);
	else if (s->slow < SLOW_VISITS)
		return;
	else if (condemn(j, div_u64(s->sector, j->block)))
		drop(j, s);
	else
		s->slow--;
}

/* Its slow units become suspects of their own; what finds no place is found in the next pass. */
static void divide(struct scan_judge *j, struct scan_suspect *s, u64 now_ns, u64 total)
{
	struct scan_suspect whole = *s;
	u32 unit = unit_of(j, s);
	u64 from;

	drop(j, s);
	for (; whole.guilty; whole.guilty &= whole.guilty - 1) {
		from = whole.sector + __ffs64(whole.guilty) * unit;
		suspect(j, from, min(from + unit, whole.sector + whole.sectors), now_ns, total);
	}
}

static void judge_units(struct scan_judge *j, struct scan_suspect *s, u64 now_ns, u64 total)
{
	s->guilty |= j->slow_units;
	s->todo &= ~j->slow_units;
	if (s->todo)
		return;
	if (s->guilty) {
		divide(j, s, now_ns, total);
		return;
	}
	s->todo = all_units(j, s);
	if (++s->fast == FAST_VISITS)
		acquit(j, s);
}

/* Both control reads were fast. */
static void verdict(struct scan_judge *j, u64 now_ns, u64 total)
{
	struct scan_suspect *s = &j->suspects[j->visiting];

	end_visit(j, true, now_ns, total);
	if (is_block(j, s))
		judge_block(j, s, j->slow_units);
	else
		judge_units(j, s, now_ns, total);
}

static void visited_control(struct scan_judge *j, const struct scan_visit *v, u64 ns, bool clean,
			    u64 now_ns, u64 total)
{
	bool slow = ns > scan_judge_limit(j, v->sectors);

	if (clean)
		record(&j->baselines[class_of(v->sectors)], bin_of(ns));
	if (!clean || slow)
		end_visit(j, false, now_ns, total);
	else if (++j->controls == 2)
		verdict(j, now_ns, total);
}

static void visited_unit(struct scan_judge *j, const struct scan_visit *v, u64 ns, bool clean,
			 u64 now_ns, u64 total)
{
	struct scan_suspect *s = &j->suspects[j->visiting];
	u64 unit = BIT_ULL(div_u64(v->sector - s->sector, unit_of(j, s)));

	if (!clean) {
		end_visit(j, false, now_ns, total);
		return;
	}
	if (ns > scan_judge_limit(j, v->sectors)) {
		j->slow_units |= unit;
		return;
	}
	s->todo &= ~unit;
	s->voids = 0;
	if (!s->todo)
		verdict(j, now_ns, total);	/* fast is fast, without a control read */
}

void scan_judge_visited(struct scan_judge *j, const struct scan_visit *v, u64 ns, bool clean,
			u64 now_ns, u64 total)
{
	if (j->visiting < 0)
		return;
	if (v->control)
		visited_control(j, v, ns, clean, now_ns, total);
	else if (overlaps(&j->suspects[j->visiting], v->sector, v->sectors))
		visited_unit(j, v, ns, clean, now_ns, total);
}

/* Of a range only the units that lie within; the rest remains suspected. */
static void forget_units(struct scan_judge *j, struct scan_suspect *s, u64 sector, u64 end)
{
	u32 unit = unit_of(j, s), i;

	for (i = 0; i * unit < s->sectors; i++) {
		u64 from = s->sector + i * unit;

		if (from < sector || min(from + unit, s->sector + s->sectors) > end)
			continue;
		s->todo &= ~BIT_ULL(i);
		s->guilty &= ~BIT_ULL(i);
	}
	if (!s->todo && !s->guilty)
		drop(j, s);
}

void scan_judge_forget(struct scan_judge *j, u64 sector, u64 sectors)
{
	u32 i, kept = 0;

	for (i = 0; i < SCAN_MAX_SUSPECTS; i++) {
		struct scan_suspect *s = &j->suspects[i];

		if (!overlaps(s, sector, sectors))
			continue;
		if (is_block(j, s))
			drop(j, s);
		else
			forget_units(j, s, sector, sector + sectors);
	}
	for (i = 0; i < j->nr_condemned; i++) {
		u64 from = j->condemned[i] * j->block;

		if (from >= sector + sectors || sector >= from + j->block)
			j->condemned[kept++] = j->condemned[i];
	}
	j->nr_condemned = kept;
}

bool scan_judge_condemned(struct scan_judge *j, u64 *block)
{
	if (!j->nr_condemned)
		return false;
	*block = j->condemned[0];
	memmove(j->condemned, j->condemned + 1, --j->nr_condemned * sizeof(*block));
	return true;
}
