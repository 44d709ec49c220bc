// SPDX-License-Identifier: GPL-2.0-only
#include <linux/kernel.h>
#include <linux/math64.h>
#include <linux/string.h>

#include "fault.h"

void remap_fault_init(struct remap_fault *f)
{
	memset(f, 0, sizeof(*f));
	f->storm_limit = REMAP_STORM_LIMIT;
}

bool remap_fault_suspicious(blk_status_t status)
{
	return status == BLK_STS_MEDIUM || status == BLK_STS_IOERR;
}

bool remap_fault_needs_window(blk_status_t status)
{
	return status == BLK_STS_IOERR;
}

void remap_fault_silent(struct remap_fault *f, enum remap_fault_disk disk)
{
	u32 next = f->unreachable[disk] ? 2 * f->backoff_ms[disk] : REMAP_PROBE_MIN_MS;

	f->backoff_ms[disk] = min_t(u32, next, REMAP_PROBE_MAX_MS);
	WRITE_ONCE(f->unreachable[disk], true);
}

bool remap_fault_answers(struct remap_fault *f, enum remap_fault_disk disk)
{
	bool was = f->unreachable[disk];

	WRITE_ONCE(f->unreachable[disk], false);
	return was;
}

/*
 * A worn-out flash device reads well and refuses every write, wherever. A bad
 * region refuses many, but in one place, and somewhere else a write succeeds.
 */
bool remap_fault_write_failed(struct remap_fault *f, u64 sector)
{
	u32 i;

	f->dead_failures++;
	for (i = 0; i < f->dead_nr_places; i++) {
		u64 place = f->dead_places[i];
		u64 distance = place > sector ? place - sector : sector - place;

		if (distance < REMAP_DEAD_DISTANCE)
			break;
	}
	if (i == f->dead_nr_places && i < REMAP_DEAD_PLACES)
		f->dead_places[f->dead_nr_places++] = sector;
	if (f->dead_failures >= REMAP_DEAD_FAILURES &&
	    f->dead_nr_places == REMAP_DEAD_PLACES)
		WRITE_ONCE(f->write_dead, true);
	return f->write_dead;
}

void remap_fault_write_succeeded(struct remap_fault *f)
{
	f->dead_failures = 0;
	f->dead_nr_places = 0;
	WRITE_ONCE(f->write_dead, false);
}

#define DECAY_STEPS	16	/* in a half-life */
#define DECAY_STEP_MS	(REMAP_STORM_HALF_LIFE_MS / DECAY_STEPS)
#define DECAY_FACTOR	62757	/* 2^(-1/16), in 65536ths */

/* In whole steps, so that it comes to the same however often it is asked. */
static void decay(struct remap_fault *f, u64 now_ms)
{
	u64 steps = div_u64(now_ms - f->storm_time, DECAY_STEP_MS);
	u64 halves = div_u64(steps, DECAY_STEPS);
	u32 rest = steps % DECAY_STEPS;

	f->storm_time += steps * DECAY_STEP_MS;
	f->storm_level = halves > 31 ? 0 : f->storm_level >> halves;
	while (rest--)
		f->storm_level = f->storm_level * DECAY_FACTOR >> 16;
	if (f->storm_level < (u64)f->storm_limit * 1024 / 2)
		WRITE_ONCE(f->storm, false);
}

bool remap_fault_calms(struct remap_fault *f, u64 now_ms)
{
	bool was = f->storm;

	decay(f, now_ms);
	return was && !f->storm;
}

bool remap_fault_allows(struct remap_fault *f, bool optional, u32 free, u64 now_ms)
{
	decay(f, now_ms);
	if (!f->storm)
		return true;
	/* In a rescue, the writes are why we are here: to a quarter of the free spare. */
	return !optional && free > f->storm_free - f->storm_free / 4;
}

bool remap_fault_count(struct remap_fault *f, u32 free, u64 now_ms)
{
	decay(f, now_ms);
	f->storm_level += 1024;
	/* a part of a remap counts as one: a little decay must not add another */
	if (f->storm || DIV_ROUND_UP_ULL(f->storm_level, 1024) < f->storm_limit)
		return false;
	WRITE_ONCE(f->storm, true);
	f->storm_free = free;
	return true;
}

const char *remap_fault_name(const struct remap_fault *f)
{
	if (READ_ONCE(f->unreachable[REMAP_FAULT_MAIN]))
		return "unreachable";
	if (READ_ONCE(f->unreachable[REMAP_FAULT_SPARE]))
		return "spare-unreachable";
	if (READ_ONCE(f->write_dead))
		return "write-dead";
	if (READ_ONCE(f->storm))
		return "storm";
	return "normal";
}
