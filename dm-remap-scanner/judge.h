/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which blocks are slow? Pure: no I/O, no clock; also built on the host.
 *
 * One slow read says nothing. The way to a verdict:
 *
 *   a probe is slow          for this device, by its own baseline: the range is a suspect
 *   visit, later             control read | its pieces, one by one | control read
 *                            slow pieces are suspects, the others are acquitted
 *   visit, later             the same with the blocks of a piece
 *   visits, each later       control read | the block alone | control read
 *                            slow in three: condemned; fast in two before that: acquitted
 *
 * Later: a minute, and other reads in between, because what was just read comes from the drive's
 * cache. What was fast in a visit is acquitted whatever happens next; what was slow counts only if
 * both control reads were fast and nobody else came: else it is read again in another visit.
 * Where many probes are slow at once it is the device: nobody becomes a suspect, and visits wait.
 */
#ifndef SCAN_JUDGE_H
#define SCAN_JUDGE_H

#include <linux/types.h>

#define SCAN_MAX_SUSPECTS	64
#define SCAN_MAX_CONDEMNED	16
#define SCAN_CLASSES		12	/* of sizes: 1 to 2048 sectors... */
#define SCAN_BINS		96	/* ...each with a histogram, 4 bins to an octave of us */
#define SCAN_PIECE		64u	/* sectors */
#define SCAN_VISIT_GAP_NS	(60ULL * 1000000000)
#define SCAN_VISIT_SECTORS	(64u * 2048u)	/* read elsewhere between two visits, or ten gaps */

/**
 * struct scan_baseline - how long reads of one size take, lately
 * @bins: counts; all are halved when @total reaches 1024
 */
struct scan_baseline {
	u16 bins[SCAN_BINS];
	u32 total;
};

/**
 * struct scan_suspect
 * @sector: of the area main; the beginning of a block
 * @sectors: 0: this place is free
 * @after_ns: not visited before that
 * @after_sectors: nor before so much was read in all
 * @todo: bits of its units, pieces or blocks, that were not yet found fast or slow
 * @guilty: and of those that were found slow
 * @slow: visits in which it was slow, if it is a block
 * @fast: visits that found nothing slow
 * @voids: visits without a result, in a row; after 8 it is dropped
 * @bin: of the time that made it one; 0: it is a part of another
 */
struct scan_suspect {
	u64 sector;
	u32 sectors;
	u64 after_ns;
	u64 after_sectors;
	u64 todo, guilty;
	u8 slow, fast, voids, bin;
};

/**
 * struct scan_judge
 * @block: sectors in a block, a power of two up to SCAN_PIECE
 * @max_latency_ns: what takes longer is slow, unless the device is slower than that as a rule
 * @baselines: by size of the read
 * @suspects: unordered
 * @nr_suspects: how many; for people
 * @everywhere: many probes are slow: it is the device; for people
 * @recent: of the last 32 judged probes, which were slow
 * @visiting: index of the suspect that is being visited, or -1
 * @visit_ns: when its last read was asked for
 * @controls: control reads of this visit
 * @slow_units: bits of units that were slow in this visit
 * @condemned: blocks to be relocated
 * @nr_condemned: how many
 */
struct scan_judge {
	u32 block;
	u64 max_latency_ns;
	struct scan_baseline baselines[SCAN_CLASSES];
	struct scan_suspect suspects[SCAN_MAX_SUSPECTS];
	u32 nr_suspects;
	bool everywhere;
	u32 recent;
	int visiting;
	u64 visit_ns;
	u32 controls;
	u64 slow_units;
	u64 condemned[SCAN_MAX_CONDEMNED];
	u32 nr_condemned;
};

/** scan_judge_init() - @block sectors in a block; max_latency_ns becomes 100 ms */
void scan_judge_init(struct scan_judge *j, u32 block);

/**
 * scan_judge_limit() - reads of so many sectors that take longer are slow for this device
 *
 * From the baseline: twice the median and at least 25 ms more than it, which is three revolutions
 * of a disk, but not more than @max_latency_ns; and never less than one and a half times what 99
 * in 100 reads take. While the baseline has fewer than 32 samples, that of the next size above;
 * U64_MAX if there is none.
 */
u64 scan_judge_limit(const struct scan_judge *j, u32 sectors);

/**
 * scan_judge_probe() - an ordinary read of main took @ns, undisturbed
 * @now_ns: the clock
 * @total: sectors read in all so far
 *
 * Return: it was slow for this device, whatever that leads to.
 */
bool scan_judge_probe(struct scan_judge *j, u64 sector, u32 sectors, u64 ns, u64 now_ns, u64 total);

/**
 * struct scan_visit - one read of a visit
 * @control: somewhere else, away from all suspects and everything remapped; the caller chooses
 * @sector: where, if it is no control read
 * @sectors: how many
 */
struct scan_visit {
	bool control;
	u64 sector;
	u32 sectors;
};

/**
 * scan_judge_visit() - the next read of the visit that is under way, or begins
 *
 * Return: false: nobody is to be visited now.
 */
bool scan_judge_visit(struct scan_judge *j, struct scan_visit *v, u64 now_ns, u64 total);

/**
 * scan_judge_visited() - that read took @ns
 * @clean: it was undisturbed, and it read; else the visit is void
 */
void scan_judge_visited(struct scan_judge *j, const struct scan_visit *v, u64 ns, bool clean,
			u64 now_ns, u64 total);

/**
 * scan_judge_rest() - the pass is over: nothing is read for a while
 *
 * Whether the whole device is slow is not known any more. Suspects and baselines stay.
 */
void scan_judge_rest(struct scan_judge *j);

/** scan_judge_forget() - these sectors are no longer of interest: remapped */
void scan_judge_forget(struct scan_judge *j, u64 sector, u64 sectors);

/** scan_judge_suspected() - does a suspect overlap these sectors? */
bool scan_judge_suspected(const struct scan_judge *j, u64 sector, u32 sectors);

/** scan_judge_condemned() - take a block (its number) that was found slow. Return: false: none */
bool scan_judge_condemned(struct scan_judge *j, u64 *block);

#endif
