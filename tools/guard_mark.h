/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What 'guard' writes on the main device in the place of a block that it keeps on the spare, so
 * that the main device alone is not taken for what it was. docs/format.md, section 10.
 */
#ifndef REMAPSETUP_GUARD_MARK_H
#define REMAPSETUP_GUARD_MARK_H

#include "dm.h"
#include "disk.h"

/* Signatures stand near the beginning or the end; marks are looked for only there. */
#define GUARD_REACH	(8ULL << 20)

/**
 * struct guard_marks - to look for them
 * @main: the main device, open for reading
 * @status: of the device
 * @uuid: of its spare
 * @buf: for a block
 */
struct guard_marks {
	struct disk main;
	const struct remap_status *status;
	u8 uuid[16];
	void *buf;
};

/** guard_marks_open() - Return: 0, or an exit code after a message; then there is nothing to close */
int guard_marks_open(struct guard_marks *marks, const struct remap_status *status);
void guard_marks_close(struct guard_marks *marks);

/** guard_mark_reaches() - may a mark stand there? */
bool guard_mark_reaches(const struct remap_status *status, u64 block);

enum guard_mark_seen {
	GUARD_MARK_NONE,
	GUARD_MARK_THERE,	/* one of this spare, for this block, whole */
	GUARD_MARK_UNREAD,	/* the main device does not read there */
};

enum guard_mark_seen guard_mark_look(const struct guard_marks *marks, u64 block);

/** guard_mark_is_at() - and nothing but certain */
bool guard_mark_is_at(const struct guard_marks *marks, u64 block);

/**
 * guard_mark_write() - in the place of a block, durably, and read back
 * @to: the main device, open for writing
 *
 * The block must live on the spare, and nobody be on the way to its old place.
 * Return: 0, or a negative error number.
 */
int guard_mark_write(const struct guard_marks *marks, const struct disk *to, u64 block);

#endif
