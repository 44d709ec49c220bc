/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * When to read next, and how much. Pure: the caller brings the clock and the counters; also
 * built on the host, where tests/sim runs it on a simulated disk.
 *
 * Wait, then go: a probe starts only when the device has been idle for a moment, which is longer
 * the more often somebody came while one was under way, and shorter while none is that long. Three
 * limits hold while there is foreground I/O:
 *
 *   collisions  foreground requests that came while a probe was under way: at most a small share
 *               of all of them, and a few an hour where there are hardly any; what is not used
 *               is saved up, to a limit
 *   duty        device time of probes while the device is in use: at most the duty share. What
 *               a scheduler let others do meanwhile is not theirs
 *   load        above 75 percent nothing is read at all
 *
 * At priority 10 none of them holds. Below these limits the speed follows from what is left of
 * the pass and of the time for it: a pass is spread over four fifths of its interval, but there are
 * never more than ten seconds between two probes. One that cannot finish in time is late; it
 * never pushes harder.
 */
#ifndef SCAN_PACE_H
#define SCAN_PACE_H

#include <linux/types.h>

#define SCAN_PRIORITY_MAX	10
#define SCAN_PRIORITY_DEFAULT	3
#define SCAN_CHUNK_MIN		64u	/* sectors */
#define SCAN_CHUNK_MAX		2048u
#define SCAN_CHUNK_DEFAULT	1024u
#define SCAN_LOAD_YIELD		75u	/* percent */

/**
 * struct scan_pace_now - the world at one moment
 * @ns: monotonic clock
 * @started: foreground requests that ever began, from some point on
 * @completed: those of them that are done
 * @busy_ns: time the device has been serving foreground requests, ever growing; an estimate
 * @priority: 0 to 10
 * @chunk: sectors to read at a time, before load is taken into account
 * @left: sectors left in the pass, visits not included
 * @deadline_ns: when the pass should be over; may jitter by some seconds
 */
struct scan_pace_now {
	u64 ns;
	u64 started, completed;
	u64 busy_ns;
	u32 priority;
	u32 chunk;
	u64 left;
	u64 deadline_ns;
};

/**
 * enum scan_pace_reason - why not now; for people
 */
enum scan_pace_reason {
	SCAN_GO,
	SCAN_AHEAD,		/* of schedule */
	SCAN_NOT_IDLE,		/* foreground I/O is under way or was a moment ago */
	SCAN_COLLISIONS,	/* the share of disturbed requests is used up */
	SCAN_DUTY,		/* so is that of device time */
	SCAN_LOADED,		/* above SCAN_LOAD_YIELD */
};

/**
 * struct scan_pace - state; private to pace.c but for what is said to be for people
 * @load: percent of the last second or so that the device was busy; for people
 * @late: the pass cannot end in time at this rate; for people
 * @reason: of the last decision; for people
 * @yielded_ns: time spent with a probe due and held back by foreground I/O; for people
 * @collisions: foreground requests that came during a probe; for people
 */
struct scan_pace {
	u32 load;
	bool late;
	enum scan_pace_reason reason;
	u64 yielded_ns;
	u64 collisions;

	u64 seen_ns;		/* of the last call */
	u64 seen_started, seen_completed, seen_busy_ns;
	u64 window_ns, window_busy_ns, window_completed;	/* of the load figure */
	u64 service_ns;		/* of a foreground request, lately */
	u64 active_ns;		/* when foreground I/O was last seen */
	u64 idle_wait_ns;	/* adaptive */
	u64 ask_ns;		/* until it is asked again; longer and longer while never idle */
	s64 allowed;		/* collisions, in millionths */
	s64 duty_ns;		/* device time that probes may take now */
	u64 due_ns;		/* when the schedule wants the next probe */
	u64 deadline_ns, aim_ns;	/* of the schedule */
	u64 probe_started_ns, probe_started, probe_completed, probe_sectors;
	bool probe_alone;	/* nobody was there when it began */
	u64 rate_ns, rate_sectors, rate;	/* for the ETA: sectors a second, lately */
	bool rate_known;
};

/** scan_pace_init() - at attach; @ns as in struct scan_pace_now */
void scan_pace_init(struct scan_pace *p, const struct scan_pace_now *now);

/**
 * scan_pace_wait() - may a probe begin?
 * @sectors: set to the size of it: @now->chunk times 2 below 20 percent load, times 1 below 50,
 *	half below 80, a quarter above, from SCAN_CHUNK_MIN to SCAN_CHUNK_MAX
 *
 * With nothing left there is no schedule, but the limits hold.
 * Return: 0: now. Else nanoseconds after which to ask again, a millisecond to a second.
 */
u64 scan_pace_wait(struct scan_pace *p, const struct scan_pace_now *now, u32 *sectors);

/** scan_pace_begin() - a probe of so many sectors begins at @now */
void scan_pace_begin(struct scan_pace *p, const struct scan_pace_now *now, u32 sectors);

/**
 * scan_pace_end() - it is done
 *
 * Return: true: no foreground request was under way when it began or came before it ended, so
 * its time says something about the disk.
 */
bool scan_pace_end(struct scan_pace *p, const struct scan_pace_now *now);

/**
 * scan_pace_end_report() - as scan_pace_end(), of a block that the core has looked at
 *
 * It sleeps between its few reads, so who came meanwhile counts as one at most.
 */
void scan_pace_end_report(struct scan_pace *p, const struct scan_pace_now *now);

/** scan_pace_forget_rate() - another pass begins at @ns: how fast the last one was says nothing */
void scan_pace_forget_rate(struct scan_pace *p, u64 ns);

#define SCAN_ETA_UNKNOWN	U64_MAX

/**
 * scan_pace_eta() - seconds until @now->left is done, at the rate of the last minutes
 *
 * Return: SCAN_ETA_UNKNOWN before a minute of scanning, without progress, or above a year.
 */
u64 scan_pace_eta(const struct scan_pace *p, const struct scan_pace_now *now);

/** scan_pace_rate() - sectors a second over the last minutes; 0: not known */
u64 scan_pace_rate(const struct scan_pace *p);

#endif
