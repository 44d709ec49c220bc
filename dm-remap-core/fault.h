/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Is it the block or the device? Decisions only: no I/O, no allocation, no
 * clock of its own. All functions belong to the worker; state may be read by anybody.
 * Times are milliseconds of a clock that never goes back.
 */
#ifndef REMAP_FAULT_H
#define REMAP_FAULT_H

#include <linux/blk_types.h>
#include <linux/types.h>

#define REMAP_CONTROL_READS	3	/* in each half of a window */
#define REMAP_CONTROL_ANSWERS	2	/* of them must succeed */
#define REMAP_CONTROL_MORE	8	/* are made before a disk is called silent */
#define REMAP_WINDOWS		2	/* that an IOERR has to fail in */
#define REMAP_DEAD_FAILURES	8
#define REMAP_DEAD_PLACES	3
#define REMAP_DEAD_DISTANCE	(16ULL << (20 - 9))	/* sectors */
#define REMAP_PROBE_MIN_MS	1000
#define REMAP_PROBE_MAX_MS	60000
#define REMAP_STORM_LIMIT	256
#define REMAP_STORM_HALF_LIFE_MS (3600 * 1000)

enum remap_fault_disk { REMAP_FAULT_MAIN, REMAP_FAULT_SPARE };

/**
 * struct remap_fault
 * @unreachable: this disk answers no control reads
 * @backoff_ms: until it is asked again
 * @dead_failures: confirmed write failures on main since the last success
 * @dead_places: where they were, far apart
 * @write_dead: main reads well and refuses writes
 * @storm_limit: automatic remaps that trip the breaker
 * @storm_level: automatic remaps, decaying; in 1/1024
 * @storm_time: when @storm_level was true
 * @storm: the breaker is open
 * @storm_free: free spare blocks when it opened
 */
struct remap_fault {
	bool unreachable[2];
	u32 backoff_ms[2];
	u32 dead_failures;
	u32 dead_nr_places;
	u64 dead_places[REMAP_DEAD_PLACES];
	bool write_dead;
	u32 storm_limit;
	u64 storm_level;
	u64 storm_time;
	bool storm;
	u32 storm_free;
};

void remap_fault_init(struct remap_fault *f);

/**
 * remap_fault_suspicious() - may this status speak of a bad block at all?
 *
 * Only MEDIUM and IOERR; everything else is about the device, the path or the request.
 */
bool remap_fault_suspicious(blk_status_t status);

/** remap_fault_needs_window() - does it count only between control reads? */
bool remap_fault_needs_window(blk_status_t status);

/** remap_fault_silent() - this disk answered no control reads */
void remap_fault_silent(struct remap_fault *f, enum remap_fault_disk disk);

/** remap_fault_answers() - it did. Return: whether it was unreachable before */
bool remap_fault_answers(struct remap_fault *f, enum remap_fault_disk disk);

/**
 * remap_fault_write_failed() - a confirmed write failure on main
 * Return: whether main is to be taken for write-dead.
 */
bool remap_fault_write_failed(struct remap_fault *f, u64 sector);

/** remap_fault_write_succeeded() - a write to main was successful */
void remap_fault_write_succeeded(struct remap_fault *f);

/**
 * remap_fault_calms() - time passes, or @storm_limit has changed
 * Return: that closed the breaker. To be asked now and then while @storm.
 */
bool remap_fault_calms(struct remap_fault *f, u64 now_ms);

/**
 * remap_fault_allows() - the breaker: may an automatic remap be made now?
 * @optional: nobody's write depends on it
 * @free: spare blocks that are free now
 */
bool remap_fault_allows(struct remap_fault *f, bool optional, u32 free, u64 now_ms);

/** remap_fault_count() - an automatic remap was made. Return: breaker just opened */
bool remap_fault_count(struct remap_fault *f, u32 free, u64 now_ms);

/** remap_fault_name() - one word for people */
const char *remap_fault_name(const struct remap_fault *f);

#endif
