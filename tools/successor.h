/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A spare that takes the place of another one: docs/architecture.md, section 3.4.
 *
 * Between successor_prepare() and the commit nothing is written to the old spare. All of this
 * says nothing, and successor_prepare() has allocated what is needed: it runs while
 * the device is suspended.
 */
#ifndef REMAPSETUP_SUCCESSOR_H
#define REMAPSETUP_SUCCESSOR_H

#include "inspect.h"
#include "store.h"

/**
 * struct successor
 * @old, @new: the areas of both
 * @sb: superblock of the new one, with its layout; its generation is the last one written
 * @was: the old one, as it was found in the window
 * @table: of the new one
 * @sums: crc32c of each of its spare blocks that holds data
 * @taken: which these are
 * @buf: for a spare block
 * @copied: how many blocks are on the new one
 * @newly_lost: logical blocks that the old spare did not give any more
 */
struct successor {
	struct store *old, *new;
	struct remap_super sb;
	struct inspection was;
	struct remap_disk_table *table;
	u32 *sums;
	u8 *taken;
	u8 *buf;
	u32 copied;
	u64 newly_lost;
};

/** successor_layout() - what the new one is to be: @sb->length, spare_blocks and alignment are given */
int successor_layout(struct remap_super *sb, const struct remap_super *old, u32 align, u32 shift);

/**
 * successor_prepare() - a standby that is not complete: superblocks, and an empty table
 *
 * Return: 0, -ENOMEM, or -EIO when the new spare does not take it.
 */
int successor_prepare(struct successor *s);

/**
 * successor_fill() - read the old spare's map and data, and make the standby complete
 *
 * All is written, flushed and read back.
 *
 * Return: 0; -EUCLEAN: the old spare is not in order, or was not stopped cleanly; -ENOSPC: it
 * holds more than there is room for; -ENODEV: the old spare does not answer; -EIO: the new one
 * does not take it, or gives back something else; -ENOMEM. Nothing has changed then.
 */
int successor_fill(struct successor *s);

/**
 * enum successor_outcome
 * @SUCCESSOR_DONE: the new one is active, the old one is retired
 * @SUCCESSOR_BACK: the old one is active and unchanged; the standby is gone, or of no use
 * @SUCCESSOR_RESTORED: the old one is active again with a newer superblock, and has to be opened anew
 * @SUCCESSOR_STUCK: neither could be settled: the old one is retired, or may be, and the new one not active
 */
enum successor_outcome {
	SUCCESSOR_DONE,
	SUCCESSOR_BACK,
	SUCCESSOR_RESTORED,
	SUCCESSOR_STUCK,
};

/** successor_unchanged() - both superblocks of the old spare are those that successor_fill() read */
bool successor_unchanged(struct successor *s);

/** successor_commit() - the old one is replaced, then the new one active */
enum successor_outcome successor_commit(struct successor *s);

/** successor_destroy() - no superblock is left of the standby; 0 or -EIO */
int successor_destroy(struct store *new, const struct remap_super *sb);

void successor_free(struct successor *s);

/*
 * After a crash
 */

/** successor_fits() - is @new the complete standby that @old was retired for? */
bool successor_fits(const struct remap_super *old, const struct remap_super *new);

/**
 * successor_promote() - bring the commit to its end: first the old one, then the new one
 * @old: NULL: it is not to be had
 *
 * Return: 0 or -EIO.
 */
int successor_promote(struct store *old, const struct remap_super *was, struct store *new,
		      const struct remap_super *sb);

#endif
