/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A small exhaustive model of everything durable, over the kernel's own
 * super.c, load.c, metadata.c, map.c and spare.c.
 *
 *   model_disk.c     six metadata blocks on a disk whose every answer is a choice
 *   model_state.c    what two moments have in common: states are tried only once
 *   model_product.c  what the product does with its map, and what must never come of it
 *   test_model.c     the search
 *
 * A phase is one load or one operation. It is run again for each combination of
 * choices that it comes upon: this write fails and landed, that copy is not readable, the
 * power goes now and this is what is left of the cache. A state is what is left after
 * a phase. States are visited breadth first, each once.
 */
#ifndef MODEL_H
#define MODEL_H

#include <stdarg.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include "shim/shim.h"

#include <cmocka.h>

#include "map.h"
#include "metadata.h"
#include "spare.h"

/* the metadata blocks: superblocks, and two table blocks of two copies */
enum cell { SUPER_A, SUPER_B, TABLE_A0, TABLE_A1, TABLE_B0, TABLE_B1, CELLS };

#define TABLES		2
#define SPARES		(TABLES * REMAP_ENTRIES_PER_BLOCK)
#define MAX_PENDING	8
#define MAX_CHOICES	64
#define BLOCKS		2	/* of main: X and Y */

/* what of a write is in the drive's cache: all of it, or a first sector with an error in it */
enum part { PART_ALL, PART_TORN };

struct pending {
	u8 cell;
	u8 part;
	u32 image;	/* of the blob store */
};

/* Where a block of main may be: main, or a spare block, with or without loss. */
#define ON_MAIN		0xffff
#define ON_SPARE(slot, lost) ((u16)((slot) * 2 + !!(lost)))

/* What the map may say of one block of main, after all that has been answered. */
struct allowed {
	u16 value[2];
	u8 nr;
};

/**
 * struct node - a state
 * @durable, @pending: the disk
 * @live: an activation is under way; the rest up to @taken belongs to it
 * @allowed: the oracle
 * @parent, @op, @choices: how it came about
 */
struct node {
	u32 durable[CELLS];
	struct pending pending[MAX_PENDING];
	u8 nr_pending;
	bool live;
	u8 mode;
	bool super_good[2];
	u8 block_state[TABLES];
	u32 table[TABLES];
	u32 super;
	u64 generation;
	u64 taken[SPARES / 64 + 1];
	struct allowed allowed[BLOCKS];
	u32 parent;
	u8 depth;
	u8 op;
	u8 nr_choices;
	u8 choices[MAX_CHOICES];
};

/* model_disk.c */

/**
 * struct choices - one run's answers; the next run differs in the last one possible
 * @budget: faults that may still be chosen in this run
 */
struct choices {
	u8 made[MAX_CHOICES], options[MAX_CHOICES];
	u8 nr, at;
	int budget;
	int faults;
	bool explain;
};

extern struct choices choices;

/* zero means: nothing goes wrong; everything else may cost a fault */
unsigned int choose(unsigned int options, bool fault, const char *what);
/* forget the last choice's option, take the next; false when all were tried */
bool choices_next(void);
void explain(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

struct model_disk {
	struct remap_disk disk;
	sector_t sector[CELLS];
	u8 now[CELLS][REMAP_META_SIZE];
	u8 durable[CELLS][REMAP_META_SIZE];
	struct pending pending[MAX_PENDING];
	u8 nr_pending;
	u8 read_choice[CELLS], write_choice[CELLS];	/* of this phase */
	u8 flush_choice;
	bool off;
};

extern struct model_disk disk;

void disk_load_state(const struct node *n);
void disk_save_state(struct node *n);
/* decide what is left of the cache */
void disk_cut(void);
const char *cell_name(unsigned int cell);

/* model_product.c */

enum op {
	OP_LOAD, OP_MAP_X0, OP_MAP_X1, OP_MAP_Y0, OP_MAP_BOTH, OP_MOVE_X, OP_MOVE_Y,
	OP_CLEAR_X, OP_FREE_X, OP_BURY, OP_RESUME, OP_STOP, OPS
};

extern const char * const op_names[OPS];

/* Ways for the caller to break its side of the contract. */
struct broken {
	bool retire_together;	/* new entry and retirement in one commit */
	bool free_superseded;	/* free a block that has an older entry left */
};

extern struct broken broken;
extern struct node node;	/* what the phase under way leaves */
extern const char *violation;	/* the first one, or NULL */

/* a blank disk, formatted without a fault; its state is in node */
void model_start(void);
void model_finish(void);
void load_node(const struct node *n);
void save_node(void);
/* false: does not apply in this state */
bool run_op(enum op op);

/* model_state.c */
u32 blob_put(const void *data, size_t bytes);
const void *blob_get(u32 id);
/* number of the node, new or known */
u32 node_put(const struct node *n, bool *is_new);
struct node *node_get(u32 id);
u32 nodes(void);
void nodes_forget(void);

#endif
