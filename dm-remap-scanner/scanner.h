/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One scanner for each remap device.
 *
 * Everything happens in its work item, one step at a time (pass.c): is there anything to do, may
 * a read begin (pace.c), which (area.c), read (probe.c), what does it say (judge.c, relocate.c),
 * go on (cursor.c). sysfs.c and message.c change what is wanted and show how it stands.
 *
 * Locks: @lock, which is held neither during I/O nor while the core is asked for anything that
 * sleeps. So an action can come in between: what was read for an older @epoch is thrown away.
 */
#ifndef SCAN_SCANNER_H
#define SCAN_SCANNER_H

#include <linux/bio.h>
#include <linux/kobject.h>
#include <linux/log2.h>
#include <linux/mutex.h>
#include <linux/workqueue.h>

#include <dm-remap/api.h>

#include "cursor.h"
#include "judge.h"
#include "pace.h"
#include "record.h"

#define SCAN_BUFFER	(SCAN_CHUNK_MAX * 512)
/* Never waits for memory: what could be freed may first have to be written to this very device. */
#define SCAN_GFP	(GFP_NOIO | __GFP_NORETRY | __GFP_NOWARN)
#define SCAN_VAIN_MAX	6	/* tries */
#define SCAN_VAIN_PLACES 64	/* in a pass that took all of them; then few will do */
#define SCAN_UNREAD	64	/* ranges */
#define SCAN_CONTROLS	11	/* reads elsewhere, to see whether the disk answers */
#define SCAN_ANSWERS	2	/* of them must succeed, or it is silent */
#define SCAN_VECS	(SCAN_CHUNK_MAX * 512 / PAGE_SIZE)

/* What a pass visits, one after the other. */
enum scan_area {
	SCAN_MAIN,
	SCAN_SPARE,		/* metadata at the front, and all spare blocks */
	SCAN_SPARE_TAIL,	/* metadata at the back */
	SCAN_AREAS,
};

/* Tunables; written and read without a lock. */
struct scan_knobs {
	unsigned int enabled;
	unsigned int interval_hours;
	unsigned int chunk_sectors;
	unsigned int max_latency_ms;
	unsigned int priority;
	unsigned int order;		/* enum scan_order */
	unsigned int advise;		/* find, but do not relocate what is slow */
	unsigned int relocations_per_hour;
	unsigned int spare_reserve;	/* percent of the spare kept for what fails */
};

/**
 * struct scan_cpu - foreground I/O that ended on one CPU
 * @busy_ns: time in which at least one request was under way
 * @busy_counted_ns: of that, what is in the device's figure; under the scanner's lock
 * @last_ns: the latest end
 * @latency: requests that took 2^n microseconds
 */
struct scan_cpu {
	u64 busy_ns;
	u64 busy_counted_ns;
	u64 last_ns;
	u64 latency[SCAN_LATENCIES];
} ____cacheline_aligned_in_smp;

/* A read that failed, looked at block by block: [sector, end) of @area is left. */
struct scan_broken {
	bool is;
	u32 area;
	u64 sector, end;
	u64 step;		/* where the pass goes on after a power cut */
	u32 offset;
};

/* Blocks, with both ends. */
struct scan_blocks {
	u64 first, last;
};

/**
 * struct scan_heard - the last read of main that succeeded, but for visits
 * @failures: that it has answered for since
 */
struct scan_heard {
	bool is;
	u64 sector;
	u32 sectors;
	u64 ns;
	unsigned int failures;
};

/**
 * struct scan_tries - at one place, that led to no verdict
 * @unclear: with an error that says nothing of it, while the rest of the disk answered
 * @refused: a disk does not answer, the core says
 * @silent: the rest of the disk did not answer either; it may be this place that silences it
 * @sectors: that were read then
 */
struct scan_tries {
	u32 area;
	u64 sector;
	u32 sectors;
	unsigned int unclear, refused;
	bool silent;
};

/**
 * struct scanner
 * @dev: the core's device
 * @name: its name
 * @geo: where everything lies
 * @lock: see above
 * @work: the next step
 * @dying: no step may follow
 * @epoch: changed by every action that makes the pass another one
 * @knobs: tunables
 * @memory: what is remembered; @cursor is newer than its position
 * @cursor: in area @memory.area
 * @pace: when
 * @judge: what is slow
 * @broken: what failed
 * @start_now: somebody said start
 * @attached: when, in seconds since the boot: a clock that is set does not change it
 * @begun: likewise, the last pass, if it began since
 * @jitter: how late the next pass begins, in parts of 2^32 of the most that may be
 * @stalled: the last try was in vain: a disk does not answer
 * @stalled_ns: nothing is tried before that
 * @read_total: sectors read since attach
 * @slow: blocks that are slow, confirmed, and still on main
 * @nr_slow: how many
 * @hour_ns: when the hour began in which there were @hour_relocations
 * @watch_ns: when score and trend are looked at again
 * @saved_ns: when the record was last written to the spare
 * @record: room for its form on disk
 * @cpu: what sample.c counts
 * @busy_ns: time in which the device was busy, of all CPUs
 * @busy_seen_ns: until when
 * @bio: of the read that is under way
 * @buffer: what it reads goes there; from the first read of a pass on
 */
struct scanner {
	struct remap_device *dev;
	const char *name;
	struct dm_remap_geometry geo;
	struct mutex lock;	/* see above */
	struct delayed_work work;
	bool dying;
	unsigned int epoch;

	struct scan_knobs knobs;
	struct scan_memory memory;
	struct scan_cursor cursor;
	struct scan_pace pace;
	struct scan_judge judge;
	struct scan_broken broken;
	bool start_now;
	u64 attached;
	u64 begun;		/* 0: it did not */
	u32 jitter;
	bool stalled;
	u64 stalled_ns;
	u64 read_total;
	u64 reading_ns;		/* not yet in the figures */
	struct scan_tries tries;
	struct scan_heard heard;
	u32 vain_row;		/* places left out, and none since that read */
	u32 vain_places;	/* that took all tries, in this pass */
	bool disk_away;		/* the core has said so for minutes */
	bool unsaved;		/* something that was asked for is not yet on the spare */
	bool told_unsaved;	/* that the spare does not take the record */
	u64 sync_ns;		/* it is not tried again before that */
	u64 yielded_ms;		/* of pace, that is in the figures already */

	struct scan_blocks unread[SCAN_UNREAD];	/* the largest of this pass */
	u32 nr_unread, next_unread;

	u64 slow[SCAN_MAX_SUSPECTS];
	u32 nr_slow;
	u64 hour_ns;
	u32 hour_relocations;
	u64 relocate_ns;	/* not before that: the last one was refused */
	bool told_reserve;

	u64 watch_ns;
	u64 saved_ns;

	struct scan_disk_record record;
	struct scan_cpu *cpu;	/* of nr_cpu_ids */
	u64 busy_ns;
	u64 busy_seen_ns;
	struct bio bio;
	struct bio_vec vecs[SCAN_VECS];
	void *buffer;

	struct kobject kobj;
	struct completion kobj_released;
};

/* A tunable; they may change at any time. */
#define scan_knob_get(s, name)	READ_ONCE((s)->knobs.name)

/* What is counted now belongs to the pass, or to none. */
static inline struct scan_figures *scan_figures(struct scanner *s)
{
	return s->memory.under_way ? &s->memory.pass : &s->memory.all;
}

static inline u32 scan_spare_free(const struct scanner *s, const struct dm_remap_figures *f)
{
	return s->geo.spare_blocks - min(f->spare_used, s->geo.spare_blocks);
}

/* Of a histogram by powers of two of microseconds. */
static inline unsigned int scan_latency_bin(u64 us)
{
	return us ? min_t(unsigned int, ilog2(us), SCAN_LATENCIES - 1) : 0;
}

/* knobs.c: one table for sysfs, messages and module parameters */
struct scan_knob {
	const char *name;
	size_t offset;		/* in struct scan_knobs */
	unsigned int min, max;
	const char * const *words;	/* for a knob of words, @max + 1 of them */
};

extern const struct scan_knob scan_knobs[];
extern const unsigned int scan_nr_knobs;

const struct scan_knob *scan_knob_find(const char *name);

/** scan_knob_show() - its value with a newline. Returns the length. */
int scan_knob_show(const struct scan_knobs *knobs, const struct scan_knob *knob, char *buf,
		   size_t size);

/** scan_knob_set() - 0, or -EINVAL and nothing changed */
int scan_knob_set(struct scan_knobs *knobs, const struct scan_knob *knob, const char *value);

/** scan_knob_refuse() - say what the knob needs (message.c) */
void scan_knob_refuse(const char *device, const struct scan_knob *knob);

/** scan_knob_change() - somebody sets it for this device. Return: as scan_knob_set() */
int scan_knob_change(struct scanner *s, const struct scan_knob *knob, const char *value);

/** scan_knobs_store() - all values, to SCAN_KNOBS numbers */
void scan_knobs_store(const struct scan_knobs *knobs, u32 *values);

/**
 * scan_knobs_load() - those of them whose bit is in @set and that are in range
 *
 * Return: the bits of those, and in @set of knobs that only a later version has.
 */
u32 scan_knobs_load(struct scan_knobs *knobs, const u32 *values, u32 set);

/** scan_knobs_init() - from the module parameters */
void scan_knobs_init(struct scan_knobs *knobs);

/* sample.c */

/** scan_sample() - the core's hook. Any context. */
void scan_sample(void *context, const struct dm_remap_sample *sample);

/** scan_sample_busy() - ns in which foreground I/O was under way, until @now or just before */
u64 scan_sample_busy(struct scanner *s, u64 now);

/** scan_sample_latency() - requests that took 2^@bin microseconds */
u64 scan_sample_latency(struct scanner *s, unsigned int bin);

/* probe.c */

/**
 * scan_has_buffer() - is there memory to read with? If not yet, now is the time
 *
 * A MiB that is not taken in an attach: while a device is being resumed little can be freed.
 */
bool scan_has_buffer(struct scanner *s);

/**
 * scan_probe() - one timed read, if scan_has_buffer()
 * @ns: set to the time it took
 *
 * Sleeps until the disk answers; without @lock.
 */
blk_status_t scan_probe(struct scanner *s, u32 area, u64 sector, u32 sectors, u64 *ns);

/** scan_suspicious() - does it say something of the place that was read? Anything else does not. */
static inline bool scan_suspicious(blk_status_t status)
{
	return status == BLK_STS_MEDIUM || status == BLK_STS_IOERR;
}

/* area.c */

/** scan_area_length() - sectors */
u64 scan_area_length(const struct scanner *s, u32 area);

/** scan_area_place() - device and first sector */
struct block_device *scan_area_place(const struct scanner *s, u32 area, sector_t *start);

/** scan_block_end() - of the block at @sector, or of the metadata there */
u64 scan_block_end(const struct scanner *s, u32 area, u64 sector);

/** scan_spare_block() - does this sector lie in a spare block? @spare: set to its number */
bool scan_spare_block(const struct scanner *s, u32 area, u64 sector, u32 *spare);

/** scan_pass_length() - sectors in all areas */
u64 scan_pass_length(const struct scanner *s);

/** scan_pass_done() - of them behind us */
u64 scan_pass_done(const struct scanner *s);

/* Why something is read. */
enum scan_purpose {
	SCAN_FOR_PASS,
	SCAN_FOR_BLOCK,		/* one of a read that failed */
	SCAN_FOR_VISIT,
};

struct scan_read {
	enum scan_purpose purpose;
	u32 area;
	u64 sector;
	u32 sectors;
	struct scan_visit visit;
};

/**
 * scan_read_next() - what to read now
 * @most: sectors
 *
 * Skips what is remapped and spare blocks that are known to be bad. Goes on to the next area.
 * Return: false: the pass is complete.
 */
bool scan_read_next(struct scanner *s, u32 most, u64 now_ns, struct scan_read *r);

/** scan_elsewhere() - for a control read on main, away from remaps, suspects and what failed */
u64 scan_elsewhere(struct scanner *s, u32 sectors);

/* relocate.c: what is asked of the core; all sleep and drop @lock meanwhile */

/** scan_block_failed() - a block did not read alone. Return: false: try it again later. */
bool scan_block_failed(struct scanner *s, const struct scan_read *r);

/** scan_slow_moved() - forget the slow blocks that somebody else has moved. Does not sleep. */
void scan_slow_moved(struct scanner *s);

/** scan_slow_waits() - is there a slow block to be relocated, and may one be? */
bool scan_slow_waits(struct scanner *s);

/** scan_relocate_slow() - one, if scan_slow_waits() */
void scan_relocate_slow(struct scanner *s);

/** scan_answers() - do control reads succeed? Drops @lock meanwhile. */
bool scan_answers(struct scanner *s, u32 area);

/** scan_reads() - does this? Drops @lock meanwhile. */
bool scan_reads(struct scanner *s, u32 area, u64 sector, u32 sectors);

/** scan_count_unread() - its blocks have no verdict, or cannot be moved. With @lock. */
void scan_count_unread(struct scanner *s, const struct scan_read *r);

/* unclear.c; with @lock, which is dropped meanwhile by those that read */

/** scan_stall() - try nothing for a while: the disk does not answer */
void scan_stall(struct scanner *s, u64 ns);

/** scan_tries_at() - of this place; another place begins with nothing. With @lock. */
struct scan_tries *scan_tries_at(struct scanner *s, const struct scan_read *r);

/** scan_in_vain() - one more try; was it the last, @few after a place was left out? With @lock. */
bool scan_in_vain(struct scanner *s, const struct scan_read *r, unsigned int few);

/** scan_heard() - a read of main succeeded. With @lock. */
void scan_heard(struct scanner *s, u64 sector, u32 sectors);

/** scan_fell_silent() - nothing answered after this read. With @lock. */
void scan_fell_silent(struct scanner *s, const struct scan_read *r);

/** scan_unclear() - an error that says nothing of the place */
void scan_unclear(struct scanner *s, const struct scan_read *r);

/** scan_silences() - is it this place that silences the disk? Return: true: do not read it now. */
bool scan_silences(struct scanner *s, const struct scan_read *r);

/** scan_piece() - sectors to read at once of what could not be read as a whole. With @lock. */
u32 scan_piece(const struct scanner *s);

/* score.c */

/** scan_score_inputs() - as they are now */
void scan_score_inputs(struct scanner *s, struct scan_health_inputs *in);

/** scan_score() - 0 to 100, as it is now */
u32 scan_score(struct scanner *s);

/** scan_score_days_left() - of the spare, or SCAN_HEALTH_UNKNOWN */
u64 scan_score_days_left(struct scanner *s);

/** scan_score_watch() - note the day's figures; tell when the score passed a limit. With @lock. */
void scan_score_watch(struct scanner *s);

/* pass.c */

/** scan_note_broken() - which block of it was it? They are read one by one. With @lock. */
void scan_note_broken(struct scanner *s, const struct scan_read *r);

/** scan_go_past() - what was asked for is done with, for this pass. With @lock. */
void scan_go_past(struct scanner *s, const struct scan_read *r);

/** scan_act() - start, stop, pause, resume. Return: 0, -EINVAL for another word. Takes @lock. */
int scan_act(struct scanner *s, const char *word);

/** scan_state() - a word for people. With @lock. */
const char *scan_state(struct scanner *s);

/** scan_now() - what pace.c wants to know. With @lock. */
void scan_now(struct scanner *s, struct scan_pace_now *now);

/** scan_step() - the work item */
void scan_step(struct work_struct *work);

/** scan_kick() - look again at once: something that is wanted has changed */
void scan_kick(struct scanner *s);

/** scan_eta() - seconds to the end of the pass, or SCAN_ETA_UNKNOWN. With @lock. */
u64 scan_eta(struct scanner *s);

/** scan_save() - position and figures to the health record in memory. With @lock. */
void scan_save(struct scanner *s);

/** scan_restore() - from there. At attach. */
void scan_restore(struct scanner *s);

extern struct workqueue_struct *scan_wq;

/* sysfs.c and message.c */
int scan_sysfs_add(struct scanner *s);
void scan_sysfs_remove(struct scanner *s);
int scan_message(void *context, unsigned int argc, char **argv, char *result,
		 unsigned int maxlen);

/* attach.c */
extern const struct dm_remap_client_ops scan_client;

#endif
