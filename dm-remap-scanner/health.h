/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How well is the disk, from 0 to 100, and how long does the spare last? Pure; also built on
 * the host. docs/scanner.md publishes the formula.
 */
#ifndef SCAN_HEALTH_H
#define SCAN_HEALTH_H

#include <linux/types.h>

/**
 * struct scan_health_inputs - what the score is made of
 * @lost: logical blocks whose data is lost and not yet written again
 * @remapped: blocks that live on the spare
 * @bad_spares: spare blocks that are bad
 * @slow: blocks known to read slowly that are still on main
 * @unread: reads of this and the last pass that failed and were not remapped
 * @spare_used_percent: of the spare blocks, 0 to 100
 * @growth_per_week: blocks that were remapped in the last seven days
 *
 * The score never rises when any of them does.
 */
struct scan_health_inputs {
	u64 lost;
	u64 remapped;
	u64 bad_spares;
	u64 slow;
	u64 unread;
	u32 spare_used_percent;
	u64 growth_per_week;
};

/** scan_health_score() - 100: nothing known against it; 0: replace it now */
u32 scan_health_score(const struct scan_health_inputs *in);

/**
 * scan_health_level() - 0: above 75, 1: above 50, 2: above 25, 3: at most 25
 * @level: the one before
 *
 * To a better level only when the score is 3 above the limit, so that it does not flutter.
 */
u32 scan_health_level(u32 score, u32 level);

#define SCAN_HEALTH_DAYS	56	/* samples kept, one a day at most */
#define SCAN_HEALTH_FIRST_DAY	18262	/* 2020: a clock before that was not set */

/**
 * struct scan_health_day - one sample a day, oldest first
 * @day: days since 1970
 * @used: spare blocks that held a block or were bad at the end of that day, less those that were
 *	  given back since, even below 0; of the last sample so many are
 */
struct scan_health_day {
	u32 day;
	u32 used;
};

/**
 * struct scan_health_trend - the history of the spare
 * @days: @nr of them, ascending by @day
 */
struct scan_health_trend {
	struct scan_health_day days[SCAN_HEALTH_DAYS];
	u32 nr;
};

/**
 * scan_health_trend_sane() - may this history, read from a disk, be used?
 *
 * All other functions rely on it: at most SCAN_HEALTH_DAYS samples, ascending.
 */
bool scan_health_trend_sane(const struct scan_health_trend *t);

/**
 * scan_health_record() - today so many spare blocks are in use
 *
 * Replaces today's sample or adds one; drops the oldest when there is no room. The first one gets
 * one of the day before, of what was in use when it was first looked. A clock that went back (a day
 * before the last sample) replaces all samples that would be in the future. One that was not set
 * changes nothing.
 *
 * Return: true: there was no sample of this day.
 */
bool scan_health_record(struct scan_health_trend *t, u32 day, u32 used);

/**
 * scan_health_growth() - spare blocks that came into use in the seven days up to @day
 *
 * Those that were given back in that time are not subtracted, also when that was on the same day.
 * What came into use between two samples counts on the day of the later one.
 */
u64 scan_health_growth(const struct scan_health_trend *t, u32 day);

#define SCAN_HEALTH_UNKNOWN	U64_MAX

/**
 * scan_health_days_left() - when will the spare be used up, at the pace of the last 28 days?
 * @day: today
 * @free: spare blocks
 *
 * Return: days, at most 36500; 0 when @free is 0; SCAN_HEALTH_UNKNOWN with less than 7 days of
 * history, the first and today included, or when nothing grows.
 */
u64 scan_health_days_left(const struct scan_health_trend *t, u32 day, u32 free);

#endif
