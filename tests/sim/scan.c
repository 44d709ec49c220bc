// SPDX-License-Identifier: GPL-2.0-only
/*
 * The scanner: the steps of pass.c, on a simulated disk. It knows the truth as well, and counts
 * who is condemned without guilt.
 */
#include "world.h"

void world_scan(struct world *w, double hours)
{
	struct scan *s = &w->scan;
	struct scan_pace_now now = {
		.ns = w->now_ns, .started = w->started, .completed = w->completed,
	};

	s->on = true;
	s->priority = SCAN_PRIORITY_DEFAULT;
	s->chunk = SCAN_CHUNK_DEFAULT;
	s->deadline_ns = w->now_ns + hours * 3600 * SECOND;
	s->wake_ns = w->now_ns;
	scan_cursor_start(&s->cursor, w->disk.length, SCAN_STAGGERED);
	scan_pace_init(&s->pace, &now);
	scan_judge_init(&s->judge, BLOCK);
}

static u64 near_left(const struct scan_cursor *c)
{
	u64 sum = 0;
	u32 i;

	for (i = 0; i < c->nr_near; i++)
		sum += c->near[i].to - c->near[i].at;
	return sum;
}

static struct scan_pace_now now_of(const struct world *w)
{
	return (struct scan_pace_now){
		.ns = w->now_ns, .started = w->started, .completed = w->completed,
		.busy_ns = w->busy_ns, .priority = w->scan.priority, .chunk = w->scan.chunk,
		.left = w->disk.length - scan_cursor_done(&w->scan.cursor) +
			near_left(&w->scan.cursor),
		.deadline_ns = w->scan.deadline_ns,
	};
}

/* Is it slow, or does it fail, more often than not? */
static struct defect *guilty(const struct world *w, u64 sector, u32 sectors)
{
	struct defect *x = disk_defect(&w->disk, sector);

	return x && x->sector < sector + sectors && !x->gone ? x : NULL;
}

static void remap(struct world *w, u64 block)
{
	struct defect *x = guilty(w, block * BLOCK, BLOCK);

	scan_judge_forget(&w->scan.judge, block * BLOCK, BLOCK);
	if (!x) {
		w->f.innocent++;
		return;
	}
	x->gone = true;
	x->found_ns = w->now_ns;
}

static void relocate(struct world *w)
{
	u64 block;

	while (scan_judge_condemned(&w->scan.judge, &block)) {
		w->f.condemned++;
		remap(w, block);
		scan_cursor_hit(&w->scan.cursor, block * BLOCK);
	}
}

static u64 control_sector(struct world *w, u32 sectors)
{
	u64 sector;

	do {
		sector = rng_below(&w->scan.rng, w->disk.length / 64) * 64;
	} while (sector + sectors > w->disk.length ||
		 scan_judge_suspected(&w->scan.judge, sector, sectors));
	return sector;
}

/* False: the pass is complete. */
static bool choose(struct world *w, u32 size)
{
	struct scan *s = &w->scan;

	s->visiting = false;
	s->sector = s->broken.from;
	s->sectors = min_t(u64, BLOCK, s->broken.to - s->broken.from);
	if (s->sectors)
		return true;
	s->visiting = scan_judge_visit(&s->judge, &s->v, w->now_ns, s->read_total);
	if (s->visiting) {
		s->sectors = s->v.sectors;
		s->sector = s->v.control ? control_sector(w, s->v.sectors) : s->v.sector;
		w->f.visits++;
		return true;
	}
	s->sectors = scan_cursor_next(&s->cursor, size, &s->sector);
	return s->sectors;
}

static void complete_pass(struct world *w)
{
	struct scan *s = &w->scan;

	if (!w->f.pass_ns)
		w->f.pass_ns = w->now_ns;
	scan_cursor_start(&s->cursor, w->disk.length, s->cursor.order);
	s->deadline_ns = w->now_ns + 24 * 3600 * SECOND;
}

u64 scan_submit(struct world *w, struct request *r)
{
	struct scan *s = &w->scan;
	struct scan_pace_now now;
	u64 wait;
	u32 size;

	relocate(w);
	now = now_of(w);
	wait = scan_pace_wait(&s->pace, &now, &size);
	w->f.left = now.left;
	if (!s->pace.late)
		w->f.late_ns = 0;
	else if (!w->f.late_ns)
		w->f.late_ns = w->now_ns;
	if (wait)
		return wait;
	if (!choose(w, size)) {
		complete_pass(w);
		return MS;
	}
	now = now_of(w);
	scan_pace_begin(&s->pace, &now, s->sectors);
	r->sector = s->sector;
	r->sectors = s->sectors;
	return 0;
}

static void ordinary(struct world *w, u64 ns, bool clean)
{
	struct scan *s = &w->scan;
	bool broken = s->broken.from < s->broken.to;

	if (broken) {
		if (w->failed)
			remap(w, s->sector / BLOCK);
		s->broken.from += s->sectors;
		return;
	}
	scan_cursor_advance(&s->cursor, s->sectors);
	if (w->failed) {
		s->broken.from = s->sector;
		s->broken.to = s->sector + s->sectors;
		scan_cursor_hit(&s->cursor, s->sector);
	} else if (clean) {
		scan_judge_probe(&s->judge, s->sector, s->sectors, ns, w->now_ns, s->read_total);
	}
}

void scan_complete(struct world *w, const struct request *r, u64 ns)
{
	struct scan *s = &w->scan;
	struct scan_pace_now now = now_of(w);
	bool clean = scan_pace_end(&s->pace, &now);

	w->f.probes++;
	w->f.clean += clean;
	w->f.disturbed = s->pace.collisions;
	w->f.suspects = max_t(u64, w->f.suspects, s->judge.nr_suspects);
	w->f.everywhere += s->judge.everywhere;
	s->read_total += s->sectors;
	if (s->visiting)
		scan_judge_visited(&s->judge, &s->v, ns, clean && !w->failed, w->now_ns,
				   s->read_total);
	else
		ordinary(w, ns, clean);
}
