// SPDX-License-Identifier: GPL-2.0-only
/*
 * A pass, one step at a time. Each step is one run of the work item, and does at most one read:
 *
 *   due?     may a pass go on, or begin (scan_step, step)
 *   pace     may a read begin (pace.c)
 *   choose   a block of a read that failed, a visit to a suspect, or the next of the pass (area.c)
 *   read     without the lock (probe.c)
 *   judge    failed, slow, or nothing (relocate.c, judge.c, unclear.c)
 *   advance  (cursor.c), and now and then the position is saved
 */
#include <linux/device-mapper.h>
#include <linux/math64.h>
#include <linux/random.h>
#include <linux/sched/mm.h>

#include "scanner.h"

#define DM_MSG_PREFIX "remap-scanner"

#define ASLEEP_S	60ULL			/* between looks at the clock */
#define SAVE_NS		(60ULL * NSEC_PER_SEC)	/* a power cut costs that much of a pass */
#define RETRY_NS	(3600ULL * NSEC_PER_SEC) /* a spare that does not take the record */
#define FIRST_DELAY	600			/* seconds; at most, for the first pass */
#define CONFIRM_NS	(1ULL * NSEC_PER_SEC)

static u64 wall(void)
{
	return ktime_get_real_seconds();
}

static u64 interval(struct scanner *s)
{
	return scan_knob_get(s, interval_hours) * 3600ULL;
}

/*
 * The record
 */

void scan_save(struct scanner *s)
{
	struct scan_memory *m = &s->memory;

	lockdep_assert_held(&s->lock);
	m->step = s->broken.is ? s->broken.step : s->cursor.step;
	m->offset = s->broken.is ? s->broken.offset : s->cursor.offset;
	m->length = s->geo.length;
	m->slow = s->nr_slow;
	scan_knobs_store(&s->knobs, m->knobs);
	scan_record_encode(&s->record, m);
	dm_remap_health_write(s->dev, &s->record, 0, sizeof(s->record));
}

/* And on to the spare. What was asked for and did not get there is tried again. */
static void sync_record(struct scanner *s)
{
	bool asked = s->unsaved;
	int error;

	s->unsaved = false;
	scan_save(s);
	mutex_unlock(&s->lock);
	error = dm_remap_health_sync(s->dev);
	mutex_lock(&s->lock);
	/* a spare may take longer for it than the time between two */
	s->saved_ns = ktime_get_ns();
	if (!error) {
		s->told_unsaved = false;
		s->sync_ns = 0;
		return;
	}
	/* what was asked for meanwhile is tried at once */
	if (!s->unsaved)
		s->sync_ns = s->saved_ns + (error == -EAGAIN ? CONFIRM_NS :
					    s->told_unsaved ? RETRY_NS : SAVE_NS);
	s->unsaved |= asked;
	if (error == -EAGAIN || error == -ESHUTDOWN || s->told_unsaved)
		return;
	DMWARN("%s: how far the scan has come cannot be written to the spare (error %d); a power cut may set it back",
	       s->name, error);
	s->told_unsaved = true;
}

/* A moment since the boot, by the clock as it is now: if that is set, it moves along. Never 0. */
static u64 by_clock(u64 boot_s)
{
	u64 now = wall(), ago = ktime_get_boottime_seconds() - boot_s;

	return now > ago ? now - ago : 1;
}

/*
 * When the last pass began; 0: never, or a clock that was not set does not say it. If that is still
 * to come, the clock was ahead when it was written, or is behind until somebody sets it: until then
 * it counts as the moment we came.
 */
static u64 last_begun(struct scanner *s)
{
	if (s->begun)
		return by_clock(s->begun);
	if (s->memory.pass.started < SCAN_HEALTH_FIRST_DAY * 86400ULL)
		return 0;
	if (s->memory.pass.started > wall())
		return by_clock(s->attached);
	return s->memory.pass.started;
}

/* When the next pass begins by itself. Devices that start together do not scan together. */
static u64 due(struct scanner *s)
{
	u64 attached = by_clock(s->attached), last = last_begun(s);
	u64 then = last + interval(s) + ((div_u64(interval(s), 20) * s->jitter) >> 32);

	/* never scanned, or away for longer than that */
	if (!last || then < attached)
		return attached + (((u64)FIRST_DELAY * s->jitter) >> 32);
	return then;
}

static void add_figures(struct scan_figures *sum, const struct scan_figures *f)
{
	sum->sectors += f->sectors;
	sum->errors += f->errors;
	sum->slow += f->slow;
	sum->relocated += f->relocated;
	sum->interruptions += f->interruptions;
	sum->scan_ms += f->scan_ms;
	sum->yield_ms += f->yield_ms;
}

static bool goes_on(struct scanner *s)
{
	const struct scan_memory *m = &s->memory;

	return m->length == s->geo.length && m->area < SCAN_AREAS &&
	       m->order <= SCAN_SEQUENTIAL &&
	       scan_cursor_resume(&s->cursor, scan_area_length(s, m->area), m->order,
				  m->step, m->offset);
}

/* A pass whose place is no more ends here, and what it has counted stays in the sums. */
static void restore_pass(struct scanner *s)
{
	struct scan_memory *m = &s->memory;

	if (m->under_way && goes_on(s))
		return;
	if (m->under_way) {
		m->pass.interruptions++;
		add_figures(&m->all, &m->pass);
	}
	m->under_way = false;
	m->area = 0;
	m->order = 0;
	m->step = 0;
	m->offset = 0;
}

void scan_restore(struct scanner *s)
{
	struct scan_memory *m = &s->memory;

	dm_remap_health_read(s->dev, &s->record, 0, sizeof(s->record));
	scan_record_decode(&s->record, m);
	restore_pass(s);
	m->set = scan_knobs_load(&s->knobs, m->knobs, m->set);
	s->attached = ktime_get_boottime_seconds();
	s->jitter = get_random_u32();
}

/*
 * Beginning and end of a pass
 */

static void begin_pass(struct scanner *s)
{
	struct scan_memory *m = &s->memory;

	memset(&m->pass, 0, sizeof(m->pass));
	m->pass.started = wall();
	m->all.started = m->pass.started;
	s->begun = ktime_get_boottime_seconds();
	m->unread_before = max(m->unread, m->unread_before);
	m->unread = 0;
	m->spare_unread_before = max(m->spare_unread, m->spare_unread_before);
	m->spare_unread = 0;
	m->slow_before = max_t(u64, s->nr_slow, m->slow_before);
	s->nr_unread = 0;
	s->next_unread = 0;
	memset(&s->tries, 0, sizeof(s->tries));
	s->vain_row = 0;
	s->vain_places = 0;
	s->heard.is = false;
	s->disk_away = false;
	s->yielded_ms = div_u64(s->pace.yielded_ns, NSEC_PER_MSEC);	/* between passes */
	s->nr_slow = 0;		/* those that still are will be found again */
	m->under_way = true;
	m->area = SCAN_MAIN;
	m->order = scan_knob_get(s, order);
	scan_cursor_start(&s->cursor, scan_area_length(s, SCAN_MAIN), m->order);
	s->broken.is = false;
	m->by_hand = s->start_now;
	s->start_now = false;
	scan_pace_forget_rate(&s->pace, ktime_get_ns());
	DMINFO("%s: scan begins", s->name);
}

static void end_pass(struct scanner *s)
{
	struct scan_memory *m = &s->memory;

	add_figures(&m->all, &m->pass);
	m->under_way = false;
	m->area = 0;
	s->broken.is = false;
	scan_judge_rest(&s->judge);	/* it may be fast again, and be so for a week */
	s->stalled = false;
	s->stalled_ns = 0;
	s->epoch++;
	s->jitter = get_random_u32();
}

static void complete_pass(struct scanner *s)
{
	struct scan_memory *m = &s->memory;

	m->unread_before = 0;
	m->spare_unread_before = 0;
	m->slow_before = 0;
	m->pass.ended = max(wall(), m->pass.started);
	m->pass.score = scan_score(s);
	m->all.ended = m->pass.ended;
	m->passes++;
	if (m->nr_history == SCAN_HISTORY)
		memmove(m->history, m->history + 1, --m->nr_history * sizeof(*m->history));
	m->history[m->nr_history++] = m->pass;
	end_pass(s);
	DMINFO("%s: scan ends: %llu MiB in %llu s, %llu errors, %llu slow blocks of which %llu were relocated; health %u of 100",
	       s->name, m->pass.sectors >> 11, m->pass.ended - m->pass.started, m->pass.errors,
	       m->pass.slow, m->pass.relocated, m->pass.score);
	s->unsaved = true;
	sync_record(s);
	dm_remap_event(s->dev);
}

/*
 * Actions
 */

void scan_kick(struct scanner *s)
{
	mod_delayed_work(scan_wq, &s->work, 0);
}

static void start(struct scanner *s)
{
	s->memory.paused = false;
	s->stalled_ns = 0;
	if (s->memory.under_way)
		s->memory.by_hand = true;
	else
		s->start_now = true;
	/* at once, so that it is remembered whatever comes next */
	if (s->start_now && scan_knob_get(s, enabled))
		begin_pass(s);
}

static void stop(struct scanner *s)
{
	s->start_now = false;
	if (!s->memory.under_way)
		return;
	s->memory.pass.interruptions++;
	end_pass(s);
}

static void pause(struct scanner *s)
{
	if (s->memory.under_way && !s->memory.paused)
		s->memory.pass.interruptions++;
	s->memory.paused = true;
}

static void resume(struct scanner *s)
{
	s->memory.paused = false;
}

int scan_act(struct scanner *s, const char *word)
{
	static const struct {
		const char *word;
		void (*act)(struct scanner *s);
	} actions[] = {
		{ "start", start }, { "stop", stop }, { "pause", pause }, { "resume", resume },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(actions); i++) {
		if (!sysfs_streq(word, actions[i].word))
			continue;
		mutex_lock(&s->lock);
		actions[i].act(s);
		s->unsaved = true;
		s->sync_ns = 0;
		mutex_unlock(&s->lock);
		scan_kick(s);
		return 0;
	}
	return -EINVAL;
}

const char *scan_state(struct scanner *s)
{
	lockdep_assert_held(&s->lock);
	if (!scan_knob_get(s, enabled))
		return "disabled";
	if (s->memory.paused)
		return "paused";
	if (!s->memory.under_way)
		return "waiting";
	if (s->stalled)
		return "stalled";
	if (scan_pass_done(s) == scan_pass_length(s))
		return "confirming";
	return s->pace.reason > SCAN_AHEAD ? "yielding" : "scanning";
}

/*
 * Pace
 */

/* Nanoseconds until the pass should be over. Who starts one by hand waits for it. */
static u64 time_left(struct scanner *s)
{
	u64 end = last_begun(s) + interval(s), now = wall();

	return end > now && !s->memory.by_hand ? (end - now) * NSEC_PER_SEC : 0;
}

void scan_now(struct scanner *s, struct scan_pace_now *now)
{
	u64 done = s->memory.under_way ? scan_pass_done(s) : 0;
	u64 in_flight, all = scan_pass_length(s);

	now->ns = ktime_get_ns();
	dm_remap_load(s->dev, &in_flight, &now->completed);
	now->started = now->completed + in_flight;
	now->busy_ns = scan_sample_busy(s, now->ns);
	now->priority = scan_knob_get(s, priority);
	now->chunk = scan_knob_get(s, chunk_sectors);
	now->left = all > done ? all - done : 0;
	now->deadline_ns = now->ns + time_left(s);
}

u64 scan_eta(struct scanner *s)
{
	struct scan_pace_now now;

	if (!s->memory.under_way || s->memory.paused || !scan_knob_get(s, enabled))
		return SCAN_ETA_UNKNOWN;
	scan_now(s, &now);
	return scan_pace_eta(&s->pace, &now);
}

/*
 * One read and what it says
 */

static void count(struct scanner *s, const struct scan_read *r, u64 ns)
{
	struct scan_memory *m = &s->memory;
	u64 yielded = div_u64(s->pace.yielded_ns, NSEC_PER_MSEC);
	u32 rest;

	s->read_total += r->sectors;
	m->pass.sectors += r->sectors;
	s->reading_ns += ns;
	m->pass.scan_ms += div_u64_rem(s->reading_ns, NSEC_PER_MSEC, &rest);
	s->reading_ns = rest;
	m->pass.yield_ms += yielded - s->yielded_ms;
	s->yielded_ms = yielded;
	m->latency[scan_latency_bin(div_u64(ns, NSEC_PER_USEC))]++;
}

/* Which block of it was it? They are read one by one. */
void scan_note_broken(struct scanner *s, const struct scan_read *r)
{
	struct scan_broken *b = &s->broken;

	b->is = true;
	b->area = r->area;
	b->sector = r->sector;
	b->end = r->sector + r->sectors;
	b->step = s->cursor.step;
	b->offset = s->cursor.offset;
}

/* What was asked for is done with, for this pass. A visit is the judge's to go on with. */
void scan_go_past(struct scanner *s, const struct scan_read *r)
{
	/* one says nothing of the place that the pass waits for */
	if (r->purpose == SCAN_FOR_VISIT &&
	    (s->tries.unclear || s->tries.refused || s->tries.silent))
		return;
	s->stalled = false;
	switch (r->purpose) {
	case SCAN_FOR_PASS:
		memset(&s->tries, 0, sizeof(s->tries));
		scan_cursor_advance(&s->cursor, r->sectors);
		break;
	case SCAN_FOR_BLOCK:
		memset(&s->tries, 0, sizeof(s->tries));
		s->broken.sector = r->sector + r->sectors;
		break;
	case SCAN_FOR_VISIT:
		break;
	}
}

/* Is it more than a block, or parts of two? */
static bool is_piece(struct scanner *s, const struct scan_read *r)
{
	return r->sectors > s->geo.block ||
	       r->sector + r->sectors > scan_block_end(s, r->area, r->sector);
}

static void failed(struct scanner *s, const struct scan_read *r, blk_status_t status)
{
	if (!scan_suspicious(status)) {
		scan_unclear(s, r);
		return;
	}
	if (r->purpose == SCAN_FOR_BLOCK) {
		if (is_piece(s, r))
			s->vain_row = 0;	/* no part that is away: its blocks alone */
		else if (scan_block_failed(s, r))
			scan_go_past(s, r);
		return;
	}
	scan_note_broken(s, r);
	scan_go_past(s, r);
}

/* When much of it is slow at once, it is the device and none of its blocks. */
static void judge_probe(struct scanner *s, const struct scan_read *r, u64 ns)
{
	bool before = s->judge.everywhere;

	scan_judge_probe(&s->judge, r->sector, r->sectors, ns, ktime_get_ns(), s->read_total);
	if (!s->judge.everywhere || before)
		return;
	DMWARN("%s: the whole device has become slow; no block is suspected for that", s->name);
	dm_remap_event(s->dev);
}

static void succeeded(struct scanner *s, const struct scan_read *r, u64 ns, bool undisturbed)
{
	if (r->purpose != SCAN_FOR_VISIT) {
		s->vain_row = 0;
		if (r->area == SCAN_MAIN)
			scan_heard(s, r->sector, r->sectors);
	}
	if (r->purpose == SCAN_FOR_PASS && undisturbed && r->area == SCAN_MAIN)
		judge_probe(s, r, ns);
	scan_go_past(s, r);
}

static void read_and_judge(struct scanner *s, const struct scan_read *r)
{
	unsigned int epoch = s->epoch;
	struct scan_pace_now now;
	blk_status_t status;
	bool undisturbed;
	u64 ns;

	scan_now(s, &now);
	scan_pace_begin(&s->pace, &now, r->sectors);
	mutex_unlock(&s->lock);
	status = scan_probe(s, r->area, r->sector, r->sectors, &ns);
	mutex_lock(&s->lock);
	scan_now(s, &now);
	undisturbed = scan_pace_end(&s->pace, &now);
	if (s->epoch != epoch)
		return;
	count(s, r, ns);
	if (r->purpose == SCAN_FOR_VISIT)
		scan_judge_visited(&s->judge, &r->visit, ns, undisturbed && !status, now.ns,
				   s->read_total);
	if (status)
		failed(s, r, status);
	else
		succeeded(s, r, ns, undisturbed);
}

/* Pieces that every disk can read, whatever its logical block. */
static u32 whole_blocks(u32 sectors)
{
	return max(round_down(sectors, SCAN_CHUNK_MIN), SCAN_CHUNK_MIN);
}

/* Returns nanoseconds until the next step. */
static u64 go_on(struct scanner *s)
{
	struct scan_pace_now now;
	struct scan_read r;
	u32 sectors;
	u64 wait;

	scan_now(s, &now);
	wait = scan_pace_wait(&s->pace, &now, &sectors);
	if (wait)
		return wait;
	if (scan_slow_waits(s)) {
		scan_relocate_slow(s);
		return 0;
	}
	if (scan_read_next(s, whole_blocks(sectors), now.ns, &r)) {
		if (!scan_silences(s, &r))
			read_and_judge(s, &r);
		return 0;
	}
	/* everything was read; who is suspected still has visits to come */
	if (s->judge.nr_suspects && !s->judge.everywhere)
		return CONFIRM_NS;
	complete_pass(s);
	return 0;
}

/* Nothing to read: only look how busy the device is. */
static u64 asleep(struct scanner *s)
{
	struct scan_pace_now now;
	u32 sectors;

	scan_now(s, &now);
	return scan_pace_wait(&s->pace, &now, &sectors);
}

/* What the budgets kept from being moved in the pass is moved when they allow it. */
static u64 between_passes(struct scanner *s, u64 seconds)
{
	u64 wait = asleep(s);

	if (!scan_slow_waits(s))
		return min(ASLEEP_S, seconds) * NSEC_PER_SEC;
	if (!wait)
		scan_relocate_slow(s);
	return wait;
}

static u64 step(struct scanner *s)
{
	u64 now = ktime_get_ns(), then;

	scan_slow_moved(s);	/* whatever is wanted: it counts in the score */
	scan_score_watch(s);
	if (s->unsaved && now >= s->sync_ns) {
		sync_record(s);
		return 0;
	}
	if (!scan_knob_get(s, enabled) || s->memory.paused) {
		s->vain_row = 0;	/* who knows what was done meanwhile */
		asleep(s);
		return ASLEEP_S * NSEC_PER_SEC;
	}
	if (now < s->stalled_ns)
		return min(ASLEEP_S * NSEC_PER_SEC, s->stalled_ns - now);
	if (!s->memory.under_way) {
		then = s->start_now ? 0 : due(s);
		if (wall() < then)
			return between_passes(s, then - wall());
		begin_pass(s);
	}
	if (now - s->saved_ns >= SAVE_NS) {
		sync_record(s);
		return 0;
	}
	if (!scan_has_buffer(s))
		return ASLEEP_S * NSEC_PER_SEC;
	s->judge.max_latency_ns = scan_knob_get(s, max_latency_ms) * (u64)NSEC_PER_MSEC;
	return go_on(s);
}

void scan_step(struct work_struct *work)
{
	struct scanner *s = container_of(to_delayed_work(work), struct scanner, work);
	unsigned int noio = memalloc_noio_save();
	u64 wait;

	mutex_lock(&s->lock);
	wait = step(s);
	mutex_unlock(&s->lock);
	memalloc_noio_restore(noio);
	if (!READ_ONCE(s->dying))
		queue_delayed_work(scan_wq, &s->work, wait ? max(nsecs_to_jiffies(wait), 1UL) : 0);
}
