/* SPDX-License-Identifier: GPL-2.0-only */
/* Disks with a cache, faults, and a power that goes; and what is checked on them, as TAP. */
#ifndef SIM_H
#define SIM_H

#include "../../tools/inspect.h"

#define SIM_BLOCK	4096
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
	bool bad_writes;	/* there, too */
	bool silent;
};

/* Writes and flushes of all of them, and at which one the power goes. */
extern unsigned int steps, cut_at;

/** sim_reset() - with this content; @image: or NULL */
void sim_reset(struct sim *s, const u8 *image, u64 sectors);
void sim_lose_power(struct sim *s, enum fate fate);

/** sim_spare() - a disk for remap_metadata_format(), which @md is made for */
void sim_spare(struct sim *s, struct remap_metadata *md, u64 sectors, u32 spare_blocks,
	       u64 main_length, const char *main_identity);

/**
 * sim_start() - a start of the kernel, as far as it writes before any I/O: activate.c, load()
 *
 * Return: 0, or why it is refused. remap_metadata_exit() in any case.
 */
int sim_start(struct sim *s, struct remap_metadata *md, bool force);

void check(bool good, const char *what);
/** checked() - the end of all checks; Return: of the program */
int checked(void);

#endif
