/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The durable state of a remap device: two superblocks, two copies of the
 * table, two of the health record.
 *
 * Context: all functions that do I/O sleep and must not run at the same time:
 * the worker calls them, or the life cycle while the worker is stopped. The
 * others say so. Rooms: super.c superblocks and disowning, load.c activation,
 * metadata.c commits and the health record.
 */
#ifndef REMAP_METADATA_H
#define REMAP_METADATA_H

#include <linux/spinlock.h>

#include "disk.h"
#include "format.h"

/* Changes in one commit, and so blocks that are repaired together, at most. */
#define REMAP_BATCH		32
/* Table blocks read at once by load. */
#define REMAP_LOAD_BLOCKS	64
#define REMAP_NO_SPARE		(~0U)

/**
 * enum remap_mode - what the device still does; it only ever goes down
 * @REMAP_MODE_RW: everything
 * @REMAP_MODE_RO_MAP: I/O, but the map does not change any more
 * @REMAP_MODE_READ_ONLY: all writes fail: the copies of the table could not be
 *	made to agree, so what is written now might not be found later
 * @REMAP_MODE_FAIL: all I/O fails
 */
enum remap_mode {
	REMAP_MODE_RW,
	REMAP_MODE_RO_MAP,
	REMAP_MODE_READ_ONLY,
	REMAP_MODE_FAIL,
};

/* What is known of one table block. */
enum remap_block_state {
	REMAP_BLOCK_GOOD,
	REMAP_BLOCK_FROZEN,	/* one copy disowned: read it, never change it */
	REMAP_BLOCK_DEAD,	/* emptied: ignore it */
};

/**
 * struct remap_metadata
 * @disk: the spare
 * @name: of the device, for messages
 * @super: what both superblocks say
 * @super_seen: verdicts on the two superblocks as last read
 * @super_unread: which could not even be read
 * @super_good: which superblocks are known to be valid, current and durable
 * @table: the truth: table_blocks blocks as they stand on the disk
 * @block_state: enum remap_block_state for each table block
 * @images: REMAP_BATCH blocks for commits
 * @scratch: REMAP_LOAD_BLOCKS blocks for load
 * @super_buf: four blocks for super.c
 * @health: the health record's payload
 * @lock: held while a table entry is changed or copied; irq-safe
 * @generation: the last one given out
 * @mode: read locklessly, lowered by remap_metadata_degrade() only; a read-only
 *	table begins in ro-map
 * @force: restore a superblock that something else has overwritten
 * @settle_ms: time between attempts to write a copy of the table
 */
struct remap_metadata {
	struct remap_disk *disk;
	char name[32];
	struct remap_super super;
	enum remap_verdict super_seen[2];
	bool super_good[2];
	bool super_unread[2];
	struct remap_disk_table *table;
	u8 *block_state;
	struct remap_disk_table *images;
	struct remap_disk_table *scratch;
	struct remap_disk_table *super_buf;
	u8 *health;
	spinlock_t lock;	/* see above */
	u64 generation;
	enum remap_mode mode;
	bool force;
	unsigned int settle_ms;
};

/**
 * enum remap_outcome - of one change after a commit
 * @REMAP_HAPPENED: durable, and visible in the table
 * @REMAP_DID_NOT_HAPPEN: the old entry is durable
 * @REMAP_IN_DOUBT: undecided on disk; I/O that depends on it must fail
 */
enum remap_outcome {
	REMAP_HAPPENED,
	REMAP_DID_NOT_HAPPEN,
	REMAP_IN_DOUBT,
};

/**
 * struct remap_change - a new content for one entry
 * @spare: which entry; no two changes of a commit may name the same
 * @entry: new content; commit fills in the generation
 * @outcome: set by commit
 */
struct remap_change {
	u32 spare;
	struct remap_disk_entry entry;
	enum remap_outcome outcome;
};

/**
 * struct remap_mapping - one mapped entry, as load found it
 */
struct remap_mapping {
	u64 main_block;
	u32 spare;
	bool lost;
};

/* super.c */

/**
 * remap_super_read() - read both superblocks and choose the newer valid one
 *
 * Sets @super_seen and, on success, @super. The second copy is looked for where the
 * first says, else at the end of the disk.
 *
 * Return: 0, -ENODATA when the place of the superblocks is blank, -EIO when
 * neither can be read, -EMEDIUMTYPE when something else is there, -EILSEQ when both are
 * corrupt, -EPROTONOSUPPORT when the spare is of a newer version, -EUCLEAN
 * when two valid copies contradict each other, -ESTALE when the newer one ends the use of this
 * spare, or of its main device, and both were used since by the older one: @super is that one.
 */
int remap_super_read(struct remap_metadata *md);

/**
 * remap_super_write() - write both copies of @super with a new generation
 *
 * One copy is only overwritten while the other is known to be good.
 * Return: 0 or -EIO.
 */
int remap_super_write(struct remap_metadata *md);

/**
 * remap_super_changed() - has anybody else written a superblock?
 *
 * True when one on disk is newer than what was written last, or is none of ours any more. One that
 * is damaged or cannot be read says nothing. Context: sleeps; the worker is stopped.
 */
bool remap_super_changed(struct remap_metadata *md);

/**
 * remap_super_disown() - record that one copy of a table block is ignored
 *
 * Return: 0 once that is durable in both superblocks; -EIO or -ENOSPC else.
 */
int remap_super_disown(struct remap_metadata *md, u32 block, u8 copy);

/** remap_super_disowned() - the entry for this table block, or NULL */
struct remap_disowned *remap_super_disowned(struct remap_metadata *md, u32 block);

/** remap_super_own() - forget a disown mark in memory; write it afterwards */
void remap_super_own(struct remap_metadata *md, u32 block);

/* metadata.c */

/** remap_metadata_init() - for a zeroed struct; does no I/O. 0 or -ENOMEM */
int remap_metadata_init(struct remap_metadata *md, struct remap_disk *disk,
			const char *name);

/** remap_metadata_alloc() - arrays for @super's geometry. 0 or -ENOMEM */
int remap_metadata_alloc(struct remap_metadata *md);

/** remap_metadata_exit() - undo init and alloc; fine after either failed */
void remap_metadata_exit(struct remap_metadata *md);

/**
 * remap_metadata_is_blank() - may this spare be formatted?
 * @leftovers: blocks of an interrupted format do not count
 *
 * Its first and last MiB and all places that @super lays out for metadata must read as
 * zeros. Return: 1 blank, 0 not, -EIO when that could not be read.
 */
int remap_metadata_is_blank(struct remap_metadata *md, bool leftovers);

/**
 * remap_metadata_format() - write an empty map with @super's geometry
 *
 * State "formatting" first, "active" last. Return: 0 or -EIO.
 */
int remap_metadata_format(struct remap_metadata *md);

/**
 * remap_metadata_commit() - change entries, durably in both copies
 *
 * The data that the new entries speak of must be durable already. Returns when
 * every change has an outcome; those that happened are visible in the table.
 * What lies in a frozen or dead block does not happen.
 */
void remap_metadata_commit(struct remap_metadata *md,
			   struct remap_change *changes, unsigned int nr);

/**
 * remap_metadata_bury() - mark an emptied frozen table block dead
 *
 * Return: 0 once durable in both superblocks, else -EIO.
 */
int remap_metadata_bury(struct remap_metadata *md, u32 block);

/**
 * remap_metadata_write_health() - write both copies, one after the other
 *
 * One that is newer than the superblocks takes their clean mark back at the next load.
 * Return: how many copies are durable now, 0 to 2.
 */
unsigned int remap_metadata_write_health(struct remap_metadata *md);

/** remap_metadata_degrade() - lower the mode and say so, once. Any context. */
void remap_metadata_degrade(struct remap_metadata *md, enum remap_mode mode,
			    const char *why);

/** remap_metadata_entry() - copy an entry. Any context. */
void remap_metadata_entry(struct remap_metadata *md, u32 spare,
			  struct remap_disk_entry *entry);

const char *remap_mode_name(enum remap_mode mode);

/**
 * remap_metadata_next() - the generation of what is written next
 *
 * Context: one at a time, as everything that writes. Others look at @generation meanwhile.
 */
static inline u64 remap_metadata_next(struct remap_metadata *md)
{
	WRITE_ONCE(md->generation, md->generation + 1);
	return md->generation;
}

static inline u8 remap_metadata_block_state(struct remap_metadata *md, u32 spare)
{
	return md->block_state[spare / REMAP_ENTRIES_PER_BLOCK];
}

/** remap_metadata_sector() - where a copy of a table block stands on the spare */
static inline sector_t remap_metadata_sector(struct remap_metadata *md, u32 copy, u32 block)
{
	return md->super.table[copy] + (sector_t)block * REMAP_META_SECTORS;
}

/** remap_metadata_truth() - an entry in place; only for the one task that writes */
static inline struct remap_disk_entry *
remap_metadata_truth(struct remap_metadata *md, u32 spare)
{
	return &md->table[spare / REMAP_ENTRIES_PER_BLOCK]
			.entries[spare % REMAP_ENTRIES_PER_BLOCK];
}

/* load.c */

/**
 * remap_load() - read the table, make both copies agree
 * @read_only: write nothing; differing copies are not healed
 *
 * @super must be read and the arrays allocated. After success each table
 * block is good, frozen or dead, @table is the truth, and @generation is the
 * base of this activation, not yet written.
 *
 * Return: 0; -EIO when both copies of a block are unreadable or corrupt,
 * -EUCLEAN when what they say is impossible or contradicts itself.
 */
int remap_load(struct remap_metadata *md, bool read_only);

#endif
