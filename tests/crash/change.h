/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the core does after load: the rest of an activation, and one change of the map with
 * the entries, flags and commits of its place.c, recover.c and activate.c.
 */
#ifndef CRASH_CHANGE_H
#define CRASH_CHANGE_H

#include "recover.h"

enum change_kind {
	CHANGE_ADD,		/* from main to a spare block */
	CHANGE_ADD_LOST,	/* the same, and some of it could not be read */
	CHANGE_MOVE,		/* to another spare block; the old one is given up after that */
	CHANGE_MOVE_LOST,	/* the same, with a loss; the old one is bad */
	CHANGE_CLEAR,		/* what was lost was written again */
	CHANGE_BACK,		/* to main */
	CHANGE_BAD,		/* a free spare block is bad */
	CHANGE_FORGET,		/* main is another one: nothing can be rescued from it */
	CHANGE_BURY,		/* an emptied frozen table block is dead */
	CHANGES
};

extern const char * const change_names[CHANGES];

/**
 * struct change
 * @outcome: of the commit that the map depends on
 * @maps: hashes of the maps that a load may find, each from one event of the record on and
 *	before another; the first is the map without the change
 */
struct change {
	enum change_kind kind;
	enum remap_outcome outcome;
	struct {
		u64 map;
		u32 from, until;
	} maps[3];
	u32 nr_maps;
};

/**
 * change_activate() - the rest of an activation, after recover(): superblocks marked,
 * FORGET brought to its end, superseded entries retired
 */
void change_activate(void);

/**
 * change_make() - one change, after change_activate()
 * @prefer: chooses the table blocks
 * @map: as recover() found it
 *
 * Return: false if there is nothing that could be changed so.
 */
bool change_make(struct change *c, enum change_kind kind, u32 prefer, u64 map);

/** change_any() - the first kind from @kind on, round and round, that can be made */
bool change_any(struct change *c, enum change_kind kind, u32 prefer, u64 map);

/** change_allows() - may a load find this map after a power cut at @event? */
bool change_allows(const struct change *c, u64 map, u32 event);

const char *change_outcome(const struct change *c);

#endif
