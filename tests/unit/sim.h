/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A simulated disk behind the contract of dm-remap-core/disk.h: it has a
 * volatile write cache, loses power, and fails in the ways that disks do.
 */
#ifndef SIM_H
#define SIM_H

#include "disk.h"

#define SIM_RULES	8
#define SIM_TRACE	256

#define SIM_READ	1
#define SIM_WRITE	2
#define SIM_FLUSH	4

/**
 * enum sim_effect - how a request fails
 * @SIM_LOST: nothing reached the disk; a flush leaves the cache as it is
 * @SIM_LANDED: all of it did, yet an error is returned
 * @SIM_TORN_HEAD: only its first sector did
 * @SIM_TORN_TAIL: all but its first sector did
 * @SIM_DROPPED: flush only: what was cached is gone
 */
enum sim_effect {
	SIM_LOST,
	SIM_LANDED,
	SIM_TORN_HEAD,
	SIM_TORN_TAIL,
	SIM_DROPPED,
};

/**
 * struct sim_rule - requests that touch these sectors fail
 * @ops: SIM_READ | SIM_WRITE | SIM_FLUSH
 * @skip: so many are let through first
 * @times: so many fail, then the rule is spent; 0: for ever
 * @cured_by_write: gone with the first successful write over it
 */
struct sim_rule {
	sector_t first, last;
	unsigned int ops;
	enum sim_effect effect;
	unsigned int skip, times;
	bool cured_by_write;
	blk_status_t status;
};

/* What became of an unflushed write at a power cut. */
enum sim_fate {
	SIM_FATE_DROP,
	SIM_FATE_KEEP,
	SIM_FATE_HEAD,	/* its first sector only */
	SIM_FATE_TAIL,	/* all but its first sector */
	SIM_FATES
};

struct sim_pending {
	sector_t sector;
	size_t bytes;
	size_t at;	/* in the arena */
};

struct sim_event {
	unsigned int op;
	sector_t sector;
	size_t bytes;
};

/**
 * struct sim
 * @now: what a read returns
 * @durable: what is left if all cached writes are lost
 * @pending: writes since the last flush, in order
 * @cut_after: power goes after so many writes and flushes; -1: never
 * @steps: writes and flushes so far
 * @trace: the first SIM_TRACE writes and flushes
 */
struct sim {
	struct remap_disk disk;
	u8 *now, *durable;
	struct sim_pending *pending;
	unsigned int nr_pending, room_pending;
	u8 *arena;
	size_t arena_used, arena_room;
	struct sim_rule rules[SIM_RULES];
	unsigned int nr_rules;
	int cut_after;
	bool off;
	unsigned int steps, reads, writes, flushes;
	struct sim_event trace[SIM_TRACE];
};

void sim_init(struct sim *sim, sector_t sectors);
void sim_exit(struct sim *sim);

/** sim_rule() - add one; returned to be refined */
struct sim_rule *sim_rule(struct sim *sim, sector_t first, sector_t sectors,
			  unsigned int ops, enum sim_effect effect);

/** sim_heal() - forget all rules and be on */
void sim_heal(struct sim *sim);

/** sim_count() - forget the trace and count steps from here */
void sim_count(struct sim *sim);

/** sim_power_cut() - decide each pending write; afterwards the disk is on again */
void sim_power_cut(struct sim *sim, const u8 *fates);

/** sim_poke() - put bytes there, durably, past all rules */
void sim_poke(struct sim *sim, sector_t sector, const void *buf, size_t bytes);

#endif
