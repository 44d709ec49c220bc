/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What stands on the recorded disk, by sector: main's slice and the spare's.
 * Changes can be undone, and a hash tells states apart, so that thousands can be made in
 * a second and none is looked at twice.
 */
#ifndef CRASH_STATE_H
#define CRASH_STATE_H

#include "shim/shim.h"

enum content_kind {
	CONTENT_ZERO,
	CONTENT_USER,	/* a tag of the workload */
	CONTENT_OTHER,	/* metadata, or nothing that should be there */
};

/* One sector's worth of data; never changes. */
struct content {
	const u8 *bytes;
	u64 hash;
	u32 write, sector;	/* what the tag says */
	u8 kind;
};

struct geometry {
	u32 main_at, main_sectors, spare_at, spare_sectors, block_sectors;
};

extern struct geometry geometry;

/* what the sectors hold; by number on the recorded disk */
extern const struct content **state_at;

/**
 * state_init() - all zeros
 */
void state_init(void);

/* one hash for main and the spare blocks, one for the metadata area */
extern u64 state_data_hash, state_meta_hash;
/* where the metadata ends and begins again, in sectors of the recorded disk */
void state_set_data_area(u32 first, u32 end);

void state_put(u32 sector, const struct content *content);
/** state_mark() - to come back to */
u32 state_mark(void);
void state_rollback(u32 mark);
/** state_forget_undo() - the changes so far are for good */
void state_forget_undo(void);

/** content_init() - decode; @bytes must stay */
void content_init(struct content *c, const u8 *bytes);
extern const struct content content_zero;

/* a set of hashes that all processes share */
struct seen {
	u64 *slots, nr;
};

struct seen *seen_new(void);
/** seen_add() - true if it was not there; or, when the set is full, if it is not known to be */
bool seen_add(struct seen *seen, u64 hash);

u64 random_u64(void);
u32 random_below(u32 n);
void random_seed(u64 seed);

#endif
