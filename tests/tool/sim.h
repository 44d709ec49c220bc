/* SPDX-License-Identifier: GPL-2.0-only */
/* Disks with a cache, faults, and a power that goes. */
#ifndef SIM_H
#define SIM_H

#include "../../tools/inspect.h"

#define MAX_SECTORS	8192
#define MAX_PENDING	64
#define NEVER		(~0u)

/* What becomes of a write that was not flushed. */
enum fate { LOST, KEPT, FIRST_SECTOR, ALL_BUT_FIRST, FATES };

enum fault { NONE, FAILS, FAILS_BUT_LANDS, DEAD, DROPPED, DROPS_ALL, FAULTS };

struct pending;

struct sim {
	struct store store;
	u8 now[MAX_SECTORS * 512], durable[MAX_SECTORS * 512];
	struct pending *pending;
	unsigned int nr_pending, steps;
	unsigned int fault_at;
	enum fault fault;
	u64 bad_sector, bad_sectors;
	bool silent;
};

/* Writes and flushes of all of them, and at which one the power goes. */
extern unsigned int steps, cut_at;

/** sim_reset() - with this content; @image: or NULL */
void sim_reset(struct sim *s, const u8 *image, u64 sectors);
void sim_lose_power(struct sim *s, enum fate fate);

#endif
