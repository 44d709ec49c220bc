/* SPDX-License-Identifier: GPL-2.0-only */
/* Operations: made from a seed, carried out by exec.c, kept by history.c. */
#ifndef OP_H
#define OP_H

#include "torture.h"

enum op_kind {
	OP_READ, OP_WRITE, OP_WRITE_FUA, OP_FLUSH, OP_DISCARD, OP_ZEROES,
	OP_REMAP, OP_RETRY, OP_REPORT, OP_RECOVER, OP_CHECK,
	OP_FAULT, OP_HEAL, OP_HEAL_ALL, OP_OUTAGE, OP_PROTECT, OP_FLUSHFAIL,
	OP_SUSPEND, OP_RELOAD,
	OP_CUT, OP_RESTART, OP_FINAL,
	NR_OPS,
};

/*
 * @sector, @count: of the remap device; of the disk for OP_FAULT and OP_HEAL of the spare; blocks
 * for OP_REMAP, OP_RETRY, OP_REPORT, OP_RECOVER
 * @a: milliseconds; or how many of a thousand blocks of main's cache a power cut takes; or flushes
 * @b: the same for the spare
 * @c: microseconds after which the activation is cut, too
 */
struct op {
	u8 kind;
	u8 disk;
	bool noflush, nowait;
	char letters[7];
	u64 sector;
	u32 count;
	u32 a, b, c;
	u32 delay;	/* of a power cut, or of a flush that fails: microseconds before it */
	u32 flushes;	/* of a cut: or before that, when the spare is flushed for the nth time; of a
			 * flush that fails: the same thread sends one at once */
	u32 pieces;	/* sectors that are lost or kept together */
};

struct op_list {
	struct op *ops;
	u32 nr;
};

/* @profile: NEVER if chance decides */
void shape_make(struct chance *c, struct shape *s, u64 profile);
const char *shape_describe(const struct shape *s);
struct op_list op_list_make(struct chance *c, const struct shape *s, u32 nr);

bool op_is_io(const struct op *op);
/* Does nothing else go on meanwhile? */
bool op_is_alone(const struct op *op);
/* Could it have to do with this sector? */
bool op_touches(const struct op *op, u64 sector);
const char *op_describe(const struct op *op);

#endif
