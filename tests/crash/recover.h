/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What an activation makes of a state: the kernel's own load on it.
 */
#ifndef CRASH_RECOVER_H
#define CRASH_RECOVER_H

#include "map.h"
#include "metadata.h"
#include "spare_disk.h"

/**
 * struct outcome
 * @error: 0, or why it was refused
 * @mode: as far as load came
 * @map: a hash of which block is where, with what lost and whether it may be rescued from
 *	main; and of which spare blocks are bad
 */
struct outcome {
	int error;
	enum remap_mode mode;
	u64 map;
};

extern struct remap_metadata recover_md;
/* of each block: its spare block or REMAP_NO_SPARE, what of it is lost, may main still have that */
extern u32 *recover_place;
extern u64 *recover_lost;
extern bool *recover_rescuable;

void recover_init(void);

/** recover() - superblocks and load, as preresume; writes into @record */
struct outcome recover(struct record *record);

/** recover_weight() - the share that a block on a spare block has in the hash: a sum */
u64 recover_weight(u64 block, u32 spare, u64 lost, bool rescuable);
/** recover_bad_weight() - that of a bad spare block */
u64 recover_bad_weight(u32 spare);

/**
 * recover_main_fits() - does main look as the superblock says that it was left?
 *
 * Right after recover(). Where it says nothing: yes. If not, an activation would be refused.
 */
bool recover_main_fits(void);

/** recover_super() - what the superblocks on the disk say; after a recover() that worked */
const struct remap_super *recover_super(void);

/** recover_usable() - could load believe this copy of a table block, by its looks? */
bool recover_usable(const struct remap_super *super, u32 block, u32 copy);
/** recover_super_usable() - the same of a superblock */
bool recover_super_usable(const struct remap_super *super, u32 copy);

/** recover_supers_agree() - are both superblocks valid and of one generation? */
bool recover_supers_agree(void);

/**
 * recover_settled() - do both copies of each table block that counts say what is in memory?
 *
 * I1 and I2 of docs/architecture.md, outside of a commit; nothing is promised below mode rw.
 */
bool recover_settled(void);

/** recover_reason() - the last complaint of the kernel's code about this state */
const char *recover_reason(void);

#endif
