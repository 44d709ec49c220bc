// SPDX-License-Identifier: GPL-2.0-only
#include <linux/kernel.h>
#include <linux/log2.h>
#include <linux/math64.h>
#include <linux/string.h>

#include "health.h"

/*
 * The score: 100, less what each input takes away. docs/scanner.md has the same tables.
 */

/* The first one takes @first, each doubling @doubling more, all of them no more than @most. */
struct counted {
	u32 first, doubling, most;
};

static const struct counted lost = { 30, 5, 75 };
static const struct counted unread = { 25, 5, 70 };
static const struct counted remapped = { 1, 3, 40 };
static const struct counted bad_spares = { 1, 3, 30 };
static const struct counted slow = { 1, 2, 20 };
static const struct counted growth = { 2, 4, 45 };

/* What the use of the spare takes away: straight lines between these. */
static const struct {
	u32 percent, points;
} spare[] = {
	{ 0, 0 }, { 50, 10 }, { 75, 35 }, { 90, 75 }, { 100, 90 },
};

static u32 counted(const struct counted *c, u64 n)
{
	return n ? min_t(u32, c->first + c->doubling * ilog2(n), c->most) : 0;
}

static u32 used_up(u32 percent)
{
	u32 i = 1, width, height;

	percent = min(percent, 100u);
	while (percent > spare[i].percent)
		i++;
	width = spare[i].percent - spare[i - 1].percent;
	height = spare[i].points - spare[i - 1].points;
	return spare[i - 1].points + height * (percent - spare[i - 1].percent) / width;
}

u32 scan_health_score(const struct scan_health_inputs *in)
{
	u32 points = used_up(in->spare_used_percent);

	points += counted(&lost, in->lost);
	points += counted(&unread, in->unread);
	points += counted(&remapped, in->remapped);
	points += counted(&bad_spares, in->bad_spares);
	points += counted(&slow, in->slow);
	points += counted(&growth, in->growth_per_week);
	return 100 - min(points, 100u);
}

#define MARGIN	3u	/* above the limit, for a better level */

static u32 level_of(u32 score)
{
	return (score <= 75) + (score <= 50) + (score <= 25);
}

u32 scan_health_level(u32 score, u32 level)
{
	u32 now = level_of(score);

	if (now >= level)
		return now;
	/* level_of() is the better one from a limit plus 1 on */
	return min(level, level_of(max(score, MARGIN) - (MARGIN - 1)));
}

/*
 * The trend
 */

#define WEEK		7u
#define PACE_DAYS	28u
#define MOST_DAYS	36500ULL

bool scan_health_trend_sane(const struct scan_health_trend *t)
{
	u32 i;

	if (t->nr > SCAN_HEALTH_DAYS)
		return false;
	for (i = 1; i < t->nr; i++)
		if (t->days[i].day <= t->days[i - 1].day)
			return false;
	return true;
}

static void add(struct scan_health_trend *t, u32 day, u32 used)
{
	if (t->nr == SCAN_HEALTH_DAYS)
		memmove(t->days, t->days + 1, --t->nr * sizeof(t->days[0]));
	t->days[t->nr].day = day;
	t->days[t->nr].used = used;
	t->nr++;
}

/*
 * What was given back since the last sample is taken from all of them: it comes into use again
 * without having been seen to go, and how much came between any two of them stays the same. So they
 * may fall below 0, round the end of their 32 bits: only differences have a meaning.
 */
static void given_back(struct scan_health_trend *t, u32 used)
{
	u32 i, last = t->nr ? t->days[t->nr - 1].used : 0;

	if (last <= used)
		return;
	for (i = 0; i < t->nr; i++)
		t->days[i].used -= last - used;
}

bool scan_health_record(struct scan_health_trend *t, u32 day, u32 used)
{
	bool new_day = !t->nr || t->days[t->nr - 1].day != day;

	if (day < SCAN_HEALTH_FIRST_DAY)
		return false;
	given_back(t, used);
	while (t->nr && t->days[t->nr - 1].day >= day)
		t->nr--;
	/* who knows since when: what comes into use from now on is growth, on the first day too */
	if (!t->nr)
		add(t, day - 1, used);
	add(t, day, used);
	return new_day;
}

/* A clock behind the last sample is wrong, or that of the sample was: take the later one. */
static u32 today(const struct scan_health_trend *t, u32 day)
{
	return t->nr ? max(day, t->days[t->nr - 1].day) : day;
}

/*
 * Spare blocks that came into use in so many days up to @day. Those that came in a gap between
 * samples count where it ends; that some were given back meanwhile does not matter. A history of
 * before such were taken from older samples goes down where they went; no spare grows by half of
 * all numbers between two samples.
 */
static u64 came_into_use(const struct scan_health_trend *t, u32 day, u32 days)
{
	u64 sum = 0;
	s32 more;
	u32 i;

	for (i = 1; i < t->nr; i++) {
		more = t->days[i].used - t->days[i - 1].used;
		if (day - t->days[i].day < days && more > 0)
			sum += more;
	}
	return sum;
}

u64 scan_health_growth(const struct scan_health_trend *t, u32 day)
{
	return came_into_use(t, today(t, day), WEEK);
}

u64 scan_health_days_left(const struct scan_health_trend *t, u32 day, u32 free)
{
	u32 history;
	u64 grown;

	if (!free)
		return 0;
	if (!t->nr)
		return SCAN_HEALTH_UNKNOWN;
	day = today(t, day);
	history = day - t->days[0].day;
	grown = came_into_use(t, day, PACE_DAYS);
	if (history < WEEK || !grown)
		return SCAN_HEALTH_UNKNOWN;
	return min(div64_u64((u64)free * min(history, PACE_DAYS), grown), MOST_DAYS);
}
