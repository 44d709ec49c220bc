/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The spare's slice of the state, behind the contract of dm-remap-core/disk.h. It keeps a
 * record of what the kernel's code writes, and fails where it is told to.
 */
#ifndef CRASH_SPARE_DISK_H
#define CRASH_SPARE_DISK_H

#include "disk.h"
#include "state.h"

#define MAX_EVENTS	512
#define META_SECTORS	8

/* A write of one metadata block, or a flush, which may have failed. */
struct event {
	bool flush, failed;
	u32 sector;		/* of the recorded disk */
	struct content content[META_SECTORS];
};

struct record {
	struct event events[MAX_EVENTS];
	u8 bytes[MAX_EVENTS][META_SECTORS * SECTOR_SIZE];
	u32 nr;
};

enum effect { EFFECT_NONE, EFFECT_LANDED, EFFECT_TORN };

/* A place of the spare, in its own sectors, that fails. */
struct fault {
	u32 first, count;
	bool reads, writes;
	enum effect effect;	/* of a write that fails */
};

#define MAX_FAULTS	4
extern struct fault disk_faults[MAX_FAULTS];
extern u32 disk_nr_faults;

/* So many flushes work, then so many fail. */
#define FLUSHES_ALL	(~0U)
struct flush_fault {
	u32 after, count;
};

extern struct flush_fault disk_flush_fault;

extern struct remap_disk spare_disk;

void disk_init(void);
/** disk_record() - empty this record, and keep what is written from now on in it */
void disk_record(struct record *record);
/** disk_recorded() - events in it so far */
u32 disk_recorded(void);
void disk_heal(void);

#endif
