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
 * @map: a hash of which block is where, with what lost
 */
struct outcome {
	int error;
	enum remap_mode mode;
	u64 map;
};

extern struct remap_metadata recover_md;
/* of each block: its spare block or REMAP_NO_SPARE, and what of it is lost */
extern u32 *recover_place;
extern u64 *recover_lost;

void recover_init(void);

/** recover() - superblocks and load, as preresume; writes into @record */
struct outcome recover(struct record *record);

/**
 * recover_go_on() - the rest of an activation, and one change of the map
 *
 * After recover(): superblocks marked, superseded entries retired, then some block of main
 * mapped to a free spare block in a table block that @prefer likes. Returns the
 * hash of the map with it; 0 if nothing could be mapped.
 */
u64 recover_go_on(u32 prefer);

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

/** recover_reason() - the last complaint of the kernel's code about this state */
const char *recover_reason(void);

#endif
