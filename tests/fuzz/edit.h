/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An input of a fuzzer is a list of edits of valid metadata, 16 bytes each, so
 * that small files say much and a mutation hits a field rather than reserved bytes.
 * Afterwards every block that was edited gets a right checksum, unless an edit says no.
 */
#ifndef EDIT_H
#define EDIT_H

#include "kernel.h"
#include "format.h"

struct edit {
	u8 op;		/* enum edit_op, modulo */
	u8 which;	/* bits 0-1: copy A, copy B, else both; bits 2-7: see edit_apply() */
	u16 at;
	u32 arg;
	u64 value;
} __attribute__((packed));

enum edit_op {
	EDIT_BYTES,	/* 1 << (arg & 3) bytes of @value at byte @at of the block */
	EDIT_SUPER,	/* superblock field @at := @value */
	EDIT_HEADER,	/* header field @at := @value */
	EDIT_ENTRY,	/* entry @at of a table block: field @arg := @value */
	EDIT_MAP,	/* entry @at := mapped, main block @arg, generation @value */
	EDIT_COPY,	/* the block := block @arg, in the way of @which */
	EDIT_FILL,	/* all bytes := @value */
	EDIT_UNSEALED,	/* leave its checksum as it is */
	EDIT_DISOWN,	/* superblock: mark @at := block @arg, copy and flags @value; count grows */
	EDIT_FAULT,	/* it can't be read (@arg bit 0) or written (bit 1) */
	EDIT_PAGE,	/* 8 bytes at any place of the area: page @arg, byte @at */
	EDIT_OPS
};

/**
 * struct edit_target - what is edited
 * @area: the bytes of a spare area
 * @pages: of 4096 bytes in it
 * @base: where its metadata is
 * @sealed: for each page, set if an edit asks for it; room for @pages
 * @faults: likewise, bits as in @arg of EDIT_FAULT
 */
struct edit_target {
	u8 *area;
	u32 pages;
	const struct remap_super *base;
	u8 *touched, *unsealed, *faults;
};

/** edit_apply() - all edits in @data, then the seals */
void edit_apply(struct edit_target *t, const u8 *data, size_t size);

/** edit_seal() - a right checksum for one metadata block, whatever it says */
void edit_seal(u8 *block);

/** edit_block_place() - sector of metadata block @nr (0 super, 1 health, 2 + k table) */
u64 edit_block_place(const struct remap_super *base, u32 nr, u32 copy);

#endif
