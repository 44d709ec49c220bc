// SPDX-License-Identifier: GPL-2.0-only
#include <linux/bits.h>
#include <linux/kernel.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/string.h>

#include "pace.h"

#define MS		1000000ULL
#define SECOND		(1000 * MS)
#define MILLION		1000000
#define LONGEST		BIT_ULL(50)	/* 13 days in ns: no product below overflows */

#define SLEEP_MIN	MS
#define SLEEP_MAX	SECOND
#define ASK_AGAIN	(10 * MS)	/* whether the device is idle now */
#define ASK_SELDOM	(320 * MS)	/* where it never is: asking takes somebody a processor */
#define QUIET		SECOND		/* after so long without I/O the device is not in use */
#define IDLE_USUAL	(20 * MS)
#define IDLE_STEP	(2 * MS)	/* shorter than that is nothing: a timer would not notice */
#define IDLE_MAX	SECOND
#define SAVED_MAX	(2 * MILLION)	/* collisions, in millionths */
#define OWED_MAX	(32 * MILLION)
#define DUTY_SAVED_MAX	((s64)(20 * MS))
#define DUTY_OWED_MAX	((s64)(60 * SECOND))	/* a read that failed may have taken that */
#define COST_MAX	4		/* of one request */
#define STEP_MAX	(10 * SECOND)	/* between two probes, however much time there is */
#define CATCH_UP_MAX	(30 * SECOND)
#define RATE_WINDOW	(60 * SECOND)
#define GAP		(10 * SECOND)	/* nobody asked for so long: the scan was stopped */
#define MOVED_MIN	(600 * SECOND)	/* a deadline that moves less only jitters */
#define YEAR		(365ULL * 86400)

/*
 * What a priority may cost, in millionths: of the device's time, of the foreground requests,
 * and collisions a second for devices that are hardly used. The last one has no limits.
 */
static const struct share {
	u32 duty, collisions, trickle;
	u64 idle_ns;
} shares[SCAN_PRIORITY_MAX + 1] = {
	{ 0, 0, 2000, 5 * SECOND },
	{ 5000, 600, 5000, 0 },
	{ 10000, 1200, 10000, 0 },
	{ 20000, 2500, 20000, 0 },
	{ 40000, 5000, 40000, 0 },
	{ 70000, 10000, 80000, 0 },
	{ 120000, 20000, 160000, 0 },
	{ 200000, 50000, 320000, 0 },
	{ 350000, 100000, 640000, 0 },
	{ 600000, 300000, MILLION, 0 },
	{ MILLION, MILLION, MILLION, 0 },
};

static const struct share *share_of(const struct scan_pace_now *now)
{
	return &shares[min_t(u32, now->priority, SCAN_PRIORITY_MAX)];
}

static bool ruthless(const struct scan_pace_now *now)
{
	return now->priority >= SCAN_PRIORITY_MAX;
}

/* Counters and clocks that went back have not moved. */
static u64 since(u64 now, u64 then)
{
	return now > then ? min_t(u64, now - then, LONGEST) : 0;
}

static u64 share_of_time(u64 ns, u32 millionths)
{
	return div_u64(div_u64(ns, 1000) * millionths, 1000);
}

static void measure_load(struct scan_pace *p, const struct scan_pace_now *now)
{
	u64 ns = since(now->ns, p->window_ns);
	u64 busy = min(since(now->busy_ns, p->window_busy_ns), ns);
	u64 done = since(now->completed, p->window_completed);

	p->load = div64_u64(100 * busy, max(ns, 1ULL));
	if (done)
		p->service_ns = div64_u64(busy, done);
	p->window_ns = now->ns;
	p->window_busy_ns = now->busy_ns;
	p->window_completed = now->completed;
}

/*
 * Idle periods that have lasted are likely to last. How long is long enough? Longer when somebody
 * came all the same. Shorter while none is that long, though collisions are saved up: a fast
 * device that is never idle for milliseconds is idle most of the time.
 */
static void wait_longer(struct scan_pace *p)
{
	p->idle_wait_ns = clamp_t(u64, 2 * p->idle_wait_ns, IDLE_STEP, IDLE_MAX);
}

static void wait_shorter(struct scan_pace *p, u64 least)
{
	if (p->idle_wait_ns > least)
		p->idle_wait_ns -= p->idle_wait_ns / 4;
	if (p->idle_wait_ns < IDLE_STEP)
		p->idle_wait_ns = 0;
}

static void measure_rate(struct scan_pace *p, const struct scan_pace_now *now)
{
	u64 ms = div_u64(since(now->ns, p->rate_ns), MS);
	u64 rate = div64_u64(p->rate_sectors * 1000, max(ms, 1ULL));

	p->rate = p->rate_known ? div_u64(3 * p->rate + rate, 4) : rate;
	p->rate_known = true;
	p->rate_ns = now->ns;
	p->rate_sectors = 0;
}

static bool too_late(const struct scan_pace *p, const struct scan_pace_now *now)
{
	u64 seconds = div_u64(since(now->deadline_ns, now->ns), SECOND);

	if (!now->left)
		return false;
	if (!seconds || (p->rate_known && !p->rate))
		return true;
	return p->rate && div64_u64(now->left, p->rate) > seconds;
}

static void measure(struct scan_pace *p, const struct scan_pace_now *now)
{
	if (since(now->ns, p->window_ns) >= SECOND) {
		measure_load(p, now);
		if (p->reason == SCAN_NOT_IDLE && p->allowed >= SAVED_MAX)
			wait_shorter(p, 0);
	}
	if (since(now->ns, p->rate_ns) >= RATE_WINDOW)
		measure_rate(p, now);
	p->late = too_late(p, now);
}

/* What happened since the last call: who came, and what that allows. */
static void account(struct scan_pace *p, const struct scan_pace_now *now)
{
	const struct share *share = share_of(now);
	u64 ns = since(now->ns, p->seen_ns);
	u64 came = min_t(u64, since(now->started, p->seen_started), MILLION);
	u64 done = since(now->completed, p->seen_completed);
	s64 earned = came * share->collisions + div_u64(share_of_time(ns, share->trickle), 1000);

	if (came || done || now->started != now->completed)
		p->active_ns = now->ns;
	p->allowed = min_t(s64, p->allowed + earned, SAVED_MAX);
	p->duty_ns = min_t(s64, p->duty_ns + share_of_time(ns, share->duty), DUTY_SAVED_MAX);
	p->seen_ns = now->ns;
	p->seen_started = now->started;
	p->seen_completed = now->completed;
	measure(p, now);
}

static u64 idle_ns(const struct scan_pace *p, const struct scan_pace_now *now)
{
	return since(now->ns, p->active_ns);
}

static u64 idle_wait(const struct scan_pace *p, const struct scan_pace_now *now)
{
	return max(p->idle_wait_ns, share_of(now)->idle_ns);
}

/* May the foreground be disturbed now? */
static enum scan_pace_reason held_back(const struct scan_pace *p, const struct scan_pace_now *now)
{
	if (ruthless(now))
		return SCAN_GO;
	if (p->load > SCAN_LOAD_YIELD)
		return SCAN_LOADED;
	if (now->started != now->completed || idle_ns(p, now) < idle_wait(p, now))
		return SCAN_NOT_IDLE;
	if (p->allowed <= 0)
		return SCAN_COLLISIONS;
	if (p->duty_ns <= 0 && idle_ns(p, now) < QUIET)
		return SCAN_DUTY;
	return SCAN_GO;
}

static u64 sleep_ns(const struct scan_pace *p, const struct scan_pace_now *now)
{
	switch (p->reason) {
	case SCAN_AHEAD:
		return since(p->due_ns, now->ns);
	case SCAN_NOT_IDLE:
		return max(since(idle_wait(p, now), idle_ns(p, now)), p->ask_ns);
	case SCAN_DUTY:
		return min(since(QUIET, idle_ns(p, now)),
			   (u64)-p->duty_ns * div_u64(MILLION, max(share_of(now)->duty, 1U)));
	case SCAN_COLLISIONS:
	case SCAN_LOADED:
		return SECOND / 4;
	default:
		return SLEEP_MIN;
	}
}

static u32 probe_size(const struct scan_pace *p, const struct scan_pace_now *now)
{
	u32 chunk = clamp_t(u32, now->chunk, SCAN_CHUNK_MIN, SCAN_CHUNK_MAX);

	if (p->load < 20)
		chunk *= 2;
	else if (p->load >= 80)
		chunk /= 4;
	else if (p->load >= 50)
		chunk /= 2;
	return clamp_t(u32, chunk, SCAN_CHUNK_MIN, SCAN_CHUNK_MAX);
}

void scan_pace_init(struct scan_pace *p, const struct scan_pace_now *now)
{
	memset(p, 0, sizeof(*p));
	p->seen_ns = now->ns;
	p->seen_started = now->started;
	p->seen_completed = now->completed;
	p->window_ns = now->ns;
	p->window_busy_ns = now->busy_ns;
	p->window_completed = now->completed;
	p->rate_ns = now->ns;
	p->active_ns = now->ns;
	p->due_ns = now->ns;
	p->idle_wait_ns = IDLE_USUAL;
	p->ask_ns = ASK_AGAIN / 2;
	p->allowed = MILLION;
}

static bool foreground(enum scan_pace_reason reason)
{
	return reason != SCAN_GO && reason != SCAN_AHEAD;
}

u64 scan_pace_wait(struct scan_pace *p, const struct scan_pace_now *now, u32 *sectors)
{
	u64 slept = since(now->ns, p->seen_ns);

	if (slept > GAP) {
		p->rate_ns = min(p->rate_ns + slept, now->ns);
		p->due_ns += slept;
	} else if (foreground(p->reason)) {
		p->yielded_ns += slept;
	}
	account(p, now);
	*sectors = probe_size(p, now);
	if (now->left && now->ns < p->due_ns)
		p->reason = SCAN_AHEAD;
	else
		p->reason = held_back(p, now);
	p->ask_ns = p->reason == SCAN_NOT_IDLE ? min(2 * p->ask_ns, ASK_SELDOM) : ASK_AGAIN / 2;
	if (p->reason == SCAN_GO)
		return 0;
	return clamp_t(u64, sleep_ns(p, now), SLEEP_MIN, SLEEP_MAX);
}

/*
 * Aim at four fifths of the time that was left when the pass began; one that has not
 * succeeded by then aims at four fifths of the rest.
 */
static u64 aim_ns(struct scan_pace *p, const struct scan_pace_now *now)
{
	u64 moved = max(since(now->deadline_ns, p->deadline_ns),
			since(p->deadline_ns, now->deadline_ns));

	if (moved > MOVED_MIN || now->ns >= p->aim_ns) {
		p->deadline_ns = now->deadline_ns;
		p->aim_ns = now->ns + div_u64(since(now->deadline_ns, now->ns), 5) * 4;
	}
	return since(p->aim_ns, now->ns);
}

void scan_pace_begin(struct scan_pace *p, const struct scan_pace_now *now, u32 sectors)
{
	u64 step = 0;

	account(p, now);
	if (now->left)
		step = div64_u64(aim_ns(p, now) * min(sectors, SCAN_CHUNK_MAX), now->left);
	p->due_ns = max(p->due_ns, now->ns - min(now->ns, CATCH_UP_MAX)) + min(step, STEP_MAX);
	p->probe_started_ns = now->ns;
	p->probe_started = now->started;
	p->probe_completed = now->completed;
	p->probe_alone = now->started == now->completed;
	p->probe_sectors = sectors;
}

/*
 * What a probe costs, in collisions. Of the requests that came those count which could have been
 * served meanwhile: where many come at once the others would have waited anyway. And each
 * counts more where requests are short and the probe is long.
 */
static u64 cost_of(const struct scan_pace *p, u64 came, u64 ns)
{
	u64 served;

	if (!p->service_ns)
		return came;
	served = div64_u64(ns, p->service_ns);
	return min(came, 1 + served) * clamp_t(u64, served / 2, 1, COST_MAX);
}

/*
 * What a probe took of the device's time. In the idle class it may wait for seconds while
 * others are served. An eighth of its time at least: what a request takes may just have become
 * less.
 */
static u64 device_ns(const struct scan_pace *p, const struct scan_pace_now *now, u64 ns)
{
	u64 done = min_t(u64, since(now->completed, p->probe_completed), MILLION);

	return ns - min(ns - ns / 8, done * min(p->service_ns, SECOND));
}

static void charge(struct scan_pace *p, const struct scan_pace_now *now, u64 came, u64 cost)
{
	u64 ns = since(now->ns, p->probe_started_ns);

	p->collisions += came;
	p->allowed = max_t(s64, p->allowed - (s64)(min_t(u64, cost, MILLION) * MILLION), -OWED_MAX);
	if (idle_ns(p, now) < QUIET + ns)
		p->duty_ns = max_t(s64, p->duty_ns - (s64)device_ns(p, now, ns), -DUTY_OWED_MAX);
	if (came)
		wait_longer(p);
	else
		wait_shorter(p, IDLE_USUAL);
}

bool scan_pace_end(struct scan_pace *p, const struct scan_pace_now *now)
{
	u64 came = since(now->started, p->probe_started);

	p->rate_sectors += p->probe_sectors;
	account(p, now);
	charge(p, now, came, cost_of(p, came, since(now->ns, p->probe_started_ns)));
	return p->probe_alone && !came;
}

void scan_pace_end_report(struct scan_pace *p, const struct scan_pace_now *now)
{
	u64 came = since(now->started, p->probe_started);

	account(p, now);
	charge(p, now, came, min(came, 1ULL));
}

void scan_pace_forget_rate(struct scan_pace *p, u64 ns)
{
	p->rate = 0;
	p->rate_known = false;
	p->rate_ns = ns;
	p->rate_sectors = 0;
}

u64 scan_pace_eta(const struct scan_pace *p, const struct scan_pace_now *now)
{
	u64 seconds;

	if (!now->left)
		return 0;
	if (!p->rate)
		return SCAN_ETA_UNKNOWN;
	seconds = div64_u64(now->left, p->rate);
	return seconds > YEAR ? SCAN_ETA_UNKNOWN : seconds;
}

u64 scan_pace_rate(const struct scan_pace *p)
{
	return p->rate;
}
