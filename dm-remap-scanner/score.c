// SPDX-License-Identifier: GPL-2.0-only
#include <linux/device-mapper.h>
#include <linux/timekeeping.h>

#include "scanner.h"

#define DM_MSG_PREFIX "remap-scanner"

#define WATCH_NS	(30ULL * NSEC_PER_SEC)

static u32 today(void)
{
	return div_u64(ktime_get_real_seconds(), 86400);
}

void scan_score_inputs(struct scanner *s, struct scan_health_inputs *in)
{
	struct dm_remap_figures f;

	dm_remap_figures(s->dev, &f);
	in->lost = f.lost;
	in->remapped = f.remapped;
	in->bad_spares = f.spare_bad + max(s->memory.spare_unread, s->memory.spare_unread_before);
	/* a pass that has just begun has not acquitted anybody yet */
	in->slow = max_t(u64, s->nr_slow, s->memory.slow_before);
	in->unread = max(s->memory.unread, s->memory.unread_before);
	in->spare_used_percent = s->geo.spare_blocks ?
		min_t(u64, 100, div_u64(100ULL * f.spare_used, s->geo.spare_blocks)) : 100;
	in->growth_per_week = scan_health_growth(&s->memory.trend, today());
}

u32 scan_score(struct scanner *s)
{
	struct scan_health_inputs in;

	scan_score_inputs(s, &in);
	return scan_health_score(&in);
}

u64 scan_score_days_left(struct scanner *s)
{
	struct dm_remap_figures f;

	dm_remap_figures(s->dev, &f);
	return scan_health_days_left(&s->memory.trend, today(), scan_spare_free(s, &f));
}

void scan_score_watch(struct scanner *s)
{
	u64 now = ktime_get_ns();
	struct dm_remap_figures f;
	u32 score, level;

	if (now < s->watch_ns)
		return;
	s->watch_ns = now + WATCH_NS;
	dm_remap_figures(s->dev, &f);
	/*
	 * What is recorded: a spare block that is only tried comes back. Once a day also where
	 * nothing else is written: the forecast needs days.
	 */
	if (scan_health_record(&s->memory.trend, today(), f.remapped + f.spare_bad) && f.writable)
		s->unsaved = true;
	score = scan_score(s);
	level = scan_health_level(score, s->memory.level);
	if (level == s->memory.level)
		return;
	if (level > s->memory.level)
		DMWARN("%s: the health score is %u of 100", s->name, score);
	else
		DMINFO("%s: the health score is %u of 100 again", s->name, score);
	s->memory.level = level;
	dm_remap_event(s->dev);
}
