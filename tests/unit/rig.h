/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A spare with its metadata, as the product sets it up: what target.c does
 * around the pure rooms, in as few lines as possible.
 */
#ifndef RIG_H
#define RIG_H

#include <stdarg.h>
#include <setjmp.h>
#include <stdlib.h>

#include "shim/shim.h"

#include <cmocka.h>

#include "map.h"
#include "metadata.h"
#include "sim.h"
#include "spare.h"

#define A 0
#define B 1

/**
 * struct rig
 * @geometry: what a superblock is laid out from
 * @active: @md is set up and has to be taken down
 */
struct rig {
	struct sim sim;
	struct remap_super geometry;
	struct remap_metadata md;
	bool active;
};

/** rig_init() - a blank spare, laid out for so many blocks */
void rig_init(struct rig *rig, sector_t sectors, u32 block_size, u32 spares);
void rig_exit(struct rig *rig);

/** rig_formatted() - the same, formatted and not active */
void rig_formatted(struct rig *rig, sector_t sectors, u32 block_size, u32 spares);

/** rig_open() - init, and the superblock read */
int rig_open(struct rig *rig, bool force);

/** rig_close() - take @md down, writing nothing */
void rig_close(struct rig *rig);

/** rig_load() - open, alloc, load, and both superblocks written as preresume does */
int rig_load(struct rig *rig);
int rig_load_read_only(struct rig *rig);

/** rig_format() - open and format; 0 or an error */
int rig_format(struct rig *rig);

/** rig_commit() - one change in one commit */
enum remap_outcome rig_commit(struct rig *rig, u32 spare, u8 state, u64 main_block, u64 lost);

/* first sector of a copy of a table block, a superblock */
sector_t rig_table(struct rig *rig, u32 block, u32 copy);
sector_t rig_super(struct rig *rig, u32 copy);

/* a metadata block as it stands on the disk */
void *rig_at(struct rig *rig, sector_t sector);

/** rig_map() - as in a commit that happened */
#define rig_map(rig, spare, block) \
	assert_int_equal(rig_commit(rig, spare, REMAP_ENTRY_MAPPED, block, 0), REMAP_HAPPENED)

/** rig_spare_of() - where the map, loaded from the table, has this block */
u32 rig_spare_of(struct rig *rig, u64 block);

/* small, fast, the same everywhere */
u32 rig_random(u32 *state);

/* asserts that a message was logged */
#define assert_logged(text) \
	do { \
		if (!strstr(shim_logged(), text)) \
			fail_msg("\"%s\" is not in the log:\n%s", text, shim_logged()); \
	} while (0)

#endif
