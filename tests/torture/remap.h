/* SPDX-License-Identifier: GPL-2.0-only */
/* The device under test: its life, its messages, its status. */
#ifndef REMAP_H
#define REMAP_H

#include "dm.h"

extern struct dm_device remap_device;

struct remap_status {
	char mode[16], state[24];
	u32 block_size, used, total, bad;
	u64 remapped, lost;
};

/* remap_activate: opens it too. @format: of a blank spare. */
enum how { AS_IT_IS, FORMAT, FORCE };

int remap_activate(enum how how);
int remap_deactivate(void);
/* The same table again, over the running one. */
int remap_reload(void);

int remap_read_status(struct remap_status *st);
/* Does its mode take writes to blocks that need no change of the map? */
bool remap_writable(void);

/* One entry of the map at a time; stops when @each says false. */
struct remap_entry {
	u64 block, spare, lost;
	char reason[24];
	bool rescuable;
};

int remap_list(bool (*each)(const struct remap_entry *e, void *data), void *data);
int remap_lookup(u64 block, struct remap_entry *e);	/* 1: it is on the spare */

#endif
