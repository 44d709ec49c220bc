/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A small spare for the tests of metadata.c, load.c and super.c. 512-byte blocks
 * keep it small: three table blocks, the last not whole.
 */
#ifndef POPULATED_H
#define POPULATED_H

#include "rig.h"

#define SECTORS	1024
#define SPARES	300
#define BLOCKS	3

/* each test with a formatted one in *state */
#define test(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int setup(void **state);
int teardown(void **state);

/** populate() - three mapped entries, one in each table block; then it is down again */
void populate(struct rig *rig);

/** assert_populated() - and there they are */
void assert_populated(struct rig *rig);

/** assert_healed() - both copies of a table block, as they stand on the disk, agree */
void assert_healed(struct rig *rig, u32 k);

/** super_at() - what a superblock says that must be valid */
struct remap_super super_at(struct rig *rig, u32 copy);

enum damage { ZEROED, FLIPPED, FOREIGN, OTHER_UUID, TORN, UNREADABLE, DAMAGES };

/** damage() - spoil a metadata block on the disk */
void damage(struct rig *rig, sector_t sector, enum damage how);

#endif
