/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A spare as it stands on its disk: each copy of each metadata block, what is wrong with
 * it, and what the kernel would make of it all. Reads only. What counts is decided
 * by the kernel's own super.c and load.c; the verdicts on single copies are here to explain it.
 */
#ifndef REMAPSETUP_INSPECT_H
#define REMAPSETUP_INSPECT_H

#include "../dm-remap-core/metadata.h"
#include "store.h"

#define SPARE_A		0
#define SPARE_B		1
#define SPARE_NEITHER	2

/**
 * struct spare_copy - one copy of a metadata block
 * @verdict: enum remap_verdict; of no meaning if @unread
 * @unread: it could not be read
 * @generation: if it is valid
 */
struct spare_copy {
	u8 verdict;
	bool unread;
	u64 generation;
};

/**
 * enum spare_outcome - what the kernel makes of a table block
 * @SPARE_AGREE: both copies say the same
 * @SPARE_HEALS: one counts, the other is rewritten from it
 * @SPARE_DEAD: given up, both copies are ignored
 * @SPARE_DAMAGED: no valid copy is left: refused
 * @SPARE_IMPOSSIBLE: well-formed, and cannot be: refused
 * @SPARE_CONTRADICTS: same generation, not the same content: refused
 */
enum spare_outcome {
	SPARE_AGREE,
	SPARE_HEALS,
	SPARE_DEAD,
	SPARE_DAMAGED,
	SPARE_IMPOSSIBLE,
	SPARE_CONTRADICTS,
};

/**
 * struct spare_block - a table block
 * @disowned: the copy that is to be ignored, or SPARE_NEITHER
 * @counts: the copy that is believed, or SPARE_NEITHER
 */
struct spare_block {
	struct spare_copy copy[2];
	u8 disowned;
	u8 counts;
	u8 outcome;
};

/**
 * enum spare_standing - of an entry among the others
 * @SPARE_IDLE: it does not compete: free, bad, or in a dead table block
 * @SPARE_COUNTS: the block lives here
 * @SPARE_SUPERSEDED: there is a newer entry for its block
 * @SPARE_RIVAL: there is another one of the same generation: refused
 */
enum spare_standing {
	SPARE_IDLE,
	SPARE_COUNTS,
	SPARE_SUPERSEDED,
	SPARE_RIVAL,
};

/**
 * struct inspection - of a spare
 * @md: after the kernel's load; its table is the truth if @load_error is 0
 * @store: its area
 * @super_error: of remap_super_read(); what follows is known only if 0
 * @supers: the superblocks
 * @super_raw: their bytes
 * @super: the one that counts, before anything was healed
 * @super_counts: which one that is
 * @fits: the area does not reach beyond its device: what follows is known only then
 * @blocks: @super.table_blocks of them
 * @health: the copies of the health record
 * @health_counts: or SPARE_NEITHER
 * @load_error: of remap_load(), or of entries that contradict each other
 * @standing: enum spare_standing for each spare block; only if remap_load() succeeded
 * @mapped: entries that count; likewise @superseded, @bad
 * @lost: lost logical blocks of entries that count
 * @map_generation: the highest of any entry: that of the last change of the map
 * @highest: generation in any valid block
 */
struct inspection {
	struct remap_metadata md;
	struct store *store;
	int super_error;
	struct spare_copy supers[2];
	u8 super_raw[2][REMAP_META_SIZE];
	struct remap_super super;
	u8 super_counts;
	bool fits;
	struct spare_block *blocks;
	struct spare_copy health[2];
	u8 health_counts;
	int load_error;
	u8 *standing;
	u32 mapped, superseded, bad;
	u64 lost;
	u64 map_generation, highest;
};

/**
 * inspect_spare() - all of it
 * @force: accept a superblock that something else has overwritten, as the kernel's force does
 *
 * Return: 0 whatever was found, or -ENOMEM. inspect_free() in any case.
 */
int inspect_spare(struct inspection *spare, struct store *store, bool force);

/** inspect_supers() - only the superblocks */
int inspect_supers(struct inspection *spare, struct store *store, bool force);

void inspect_free(struct inspection *spare);

/** inspect_starts() - would the kernel, given the right main device? */
bool inspect_starts(const struct inspection *spare);

/** inspect_is_spare() - at least one superblock is ours and belongs here, in whatever state */
bool inspect_is_spare(const struct inspection *spare);

/** inspect_last_place() - where superblock B is looked for if A does not say */
u64 inspect_last_place(const struct store *store);

/**
 * inspect_elsewhere() - at the end stands a whole superblock B of an area that begins elsewhere
 * @begin: the first sector of that area on the device; below zero: before the device
 *
 * The kernel takes it for something foreign, and rightly, but it is a spare all the same, and the
 * device is not free.
 */
bool inspect_elsewhere(const struct inspection *spare, s64 *begin);

/**
 * inspect_layout() - the superblock that says where everything is, or NULL
 *
 * After a handover that was cut, when it is not known which one counts, both say the same of that.
 */
const struct remap_super *inspect_layout(const struct inspection *spare);

/** inspect_entry() - an entry of the truth */
const struct remap_disk_entry *inspect_entry(const struct inspection *spare, u32 nr);

/** inspect_compete() - find @standing, for a table in @md. 0, -EUCLEAN, -ENOMEM */
int inspect_compete(struct inspection *spare);

#endif
