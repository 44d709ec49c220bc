/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a scanner remembers of a device over reloads, reboots and power cuts, and its form in
 * the health record. Pure; also built on the host. What comes from the disk is checked: a record
 * that makes no sense is as good as none.
 */
#ifndef SCAN_RECORD_H
#define SCAN_RECORD_H

#include <linux/types.h>

#include "health.h"

#define SCAN_HISTORY	16	/* passes */
#define SCAN_KNOBS	16	/* tunables, at most */
#define SCAN_LATENCIES	24	/* powers of two of microseconds */

/**
 * struct scan_figures - of one pass, or of all
 * @started: seconds since 1970; 0: never
 * @ended: likewise
 * @sectors: read
 * @errors: blocks that failed when they were read alone, or with others in a part that is away
 * @slow: blocks that were found slow, confirmed
 * @relocated: of those moved to the spare
 * @interruptions: stalls, pauses, suspends
 * @scan_ms: time spent reading
 * @yield_ms: time in which a read was due and held back by foreground I/O
 * @score: health at its end
 */
struct scan_figures {
	u64 started;
	u64 ended;
	u64 sectors;
	u64 errors;
	u64 slow;
	u64 relocated;
	u64 interruptions;
	u64 scan_ms;
	u64 yield_ms;
	u32 score;
};

/**
 * struct scan_memory - what is remembered
 * @under_way: a pass is
 * @paused: by somebody, until somebody resumes it
 * @by_hand: somebody started it, and waits for its end
 * @area: of the pass, see scanner.h
 * @order: of the pass, enum scan_order
 * @step: segments of @area that are done
 * @offset: sectors of the next one
 * @length: of main, in sectors: another one begins a new pass
 * @level: of health, as last told, see scan_health_level()
 * @unread: blocks that could not be read in this pass, or the last, and were not remapped
 * @unread_before: the same of the pass before this one, while it is under way
 * @spare_unread: places of the spare that could not be read and hold nobody's data
 * @spare_unread_before: as for @unread
 * @slow: blocks that are slow and still on main
 * @slow_before: what was known of that when this pass began, or the device was started
 * @pass: figures of this pass, or of the last
 * @all: sums over all passes, @started and @ended: the last time
 * @passes: that came to their end
 * @history: the last passes, oldest first
 * @nr_history: how many
 * @latency: probes that took 2^n microseconds, of all passes
 * @trend: of the spare
 * @set: bits of the tunables that somebody has set
 * @knobs: their values, in the order of scan_knobs[]; to be checked
 */
struct scan_memory {
	bool under_way;
	bool paused;
	bool by_hand;
	u32 area;
	u32 order;
	u64 step;
	u32 offset;
	u64 length;
	u32 level;
	u64 unread, unread_before;
	u64 spare_unread, spare_unread_before;
	u64 slow, slow_before;
	struct scan_figures pass, all;
	u64 passes;
	struct scan_figures history[SCAN_HISTORY];
	u32 nr_history;
	u64 latency[SCAN_LATENCIES];
	struct scan_health_trend trend;
	u32 set;
	u32 knobs[SCAN_KNOBS];
};

struct scan_disk_figures {
	__le64 started;		/*  0 */
	__le64 ended;		/*  8 */
	__le64 sectors;		/* 16 */
	__le64 errors;		/* 24 */
	__le64 slow;		/* 32 */
	__le64 relocated;	/* 40 */
	__le64 interruptions;	/* 48 */
	__le64 scan_ms;		/* 56 */
	__le64 yield_ms;	/* 64 */
	__le32 score;		/* 72 */
	__le32 reserved;	/* 76 */
} __packed;

struct scan_disk_day {
	__le32 day;
	__le32 used;
} __packed;

/* "dmremapP" */
#define SCAN_RECORD_MAGIC	0x5070616d65726d64ULL
#define SCAN_RECORD_VERSION	1

#define SCAN_RECORD_UNDER_WAY	0x01
#define SCAN_RECORD_PAUSED	0x02
#define SCAN_RECORD_BY_HAND	0x04

struct scan_disk_record {
	__le64 magic;					/*    0 */
	__le32 version;					/*    8 */
	__le32 flags;					/*   12 */
	__le32 area;					/*   16 */
	__le32 order;					/*   20 */
	__le64 step;					/*   24 */
	__le64 length;					/*   32 */
	__le64 unread;					/*   40 */
	__le64 passes;					/*   48 */
	__le32 offset;					/*   56 */
	__le32 nr_history;				/*   60 */
	__le32 nr_days;					/*   64 */
	__le32 level;					/*   68 */
	__le64 unread_before;				/*   72 */
	__le64 slow;					/*   80 */
	__le64 spare_unread;				/*   88 */
	__le64 spare_unread_before;			/*   96 */
	__u8   reserved[24];				/*  104 */
	struct scan_disk_figures pass;			/*  128 */
	struct scan_disk_figures all;			/*  208 */
	struct scan_disk_figures history[SCAN_HISTORY];	/*  288 */
	__le64 latency[SCAN_LATENCIES];			/* 1568 */
	struct scan_disk_day days[SCAN_HEALTH_DAYS];	/* 1760 */
	__le32 set;					/* 2208 */
	__le32 knobs[SCAN_KNOBS];			/* 2212 */
} __packed;

/** scan_record_encode() - all of @r is written */
void scan_record_encode(struct scan_disk_record *r, const struct scan_memory *m);

/**
 * scan_record_decode() - all of @m is written
 *
 * Times are taken as they are, those to come too: which clock was wrong nobody knows yet, the one
 * that wrote them or the one of now.
 *
 * Return: false: this is no record of ours, and @m is that of a device never seen before.
 */
bool scan_record_decode(const struct scan_disk_record *r, struct scan_memory *m);

#endif
