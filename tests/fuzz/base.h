/* SPDX-License-Identifier: GPL-2.0-only */
/* A sound spare of each geometry, formatted by the product itself. */
#ifndef BASE_H
#define BASE_H

#include "edit.h"
#include "life.h"

/**
 * struct base
 * @life: not running
 * @image: of the spare's whole disk
 * @bytes: its size
 * @super: as it stands there
 */
struct base {
	struct life life;
	u8 *image;
	size_t bytes;
	struct remap_super super;
};

/** base_of() - made once */
struct base *base_of(unsigned int geometry);

/** base_running() - the same, active, and for good: messages and files may use it */
struct life *base_running(unsigned int geometry);

/**
 * struct base_copy - of a base, edited
 * @faults: for each page of the disk
 */
struct base_copy {
	struct base *base;
	u8 *image;	/* of the whole disk */
	u8 *area;	/* within it */
	u8 faults[1024];
};

/** base_edit() - a copy with these edits; valid until the next call */
struct base_copy *base_edit(struct base *base, const u8 *data, size_t size);

#endif
