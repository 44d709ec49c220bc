/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The superblocks of a spare, judged by the kernel's own super.c: what that means for
 * the verbs that open and format devices. inspect.h has the details.
 */
#ifndef REMAPSETUP_SUPER_H
#define REMAPSETUP_SUPER_H

#include "../dm-remap-core/format.h"
#include "disk.h"

struct inspection;

/**
 * enum spare_is - what a device turned out to be
 * @SPARE_GOOD: an active spare
 * @SPARE_BLANK: no superblock, and the places of both are zeros
 * @SPARE_FOREIGN: something else
 * @SPARE_FORMATTING: formatting was interrupted
 * @SPARE_REPLACED: a spare that is the active one no more, or not yet
 * @SPARE_TOO_NEW: of a newer version of dm-remap
 * @SPARE_BOTH_DAMAGED: neither superblock is whole
 * @SPARE_SUPERS_DIFFER: the two are whole and cannot belong together
 * @SPARE_CUT: a handover was cut, and the older superblock was used since
 * @SPARE_OVERWRITTEN: one is whole, the other was overwritten by something else
 * @SPARE_ELSEWHERE: at its end is a whole superblock of an area that begins elsewhere
 * @SPARE_UNREADABLE: neither place can be read
 */
enum spare_is {
	SPARE_GOOD,
	SPARE_BLANK,
	SPARE_FOREIGN,
	SPARE_FORMATTING,
	SPARE_REPLACED,
	SPARE_TOO_NEW,
	SPARE_BOTH_DAMAGED,
	SPARE_SUPERS_DIFFER,
	SPARE_CUT,
	SPARE_OVERWRITTEN,
	SPARE_ELSEWHERE,
	SPARE_UNREADABLE,
};

/**
 * struct supers - what the two superblocks of a device say
 * @super: the one that counts; after a handover that was cut, the one that was used since
 * @best: it, or NULL if none does
 * @unusable: copies that are not as they should be
 * @elsewhere: where the area begins on the device if that is SPARE_ELSEWHERE; it may be below zero
 */
struct supers {
	struct remap_super super;
	const struct remap_super *best;
	u32 unusable;
	s64 elsewhere;
};

/**
 * supers_read() - read and judge both
 * @start: first sector of the spare area
 * @is: what comes of it
 *
 * Return: 0, or NO_MEMORY after a message.
 */
int supers_read(struct supers *supers, const struct disk *disk, u64 start, enum spare_is *is);

/** super_elsewhere_text() - a spare that begins elsewhere, in words, in a static buffer */
const char *super_elsewhere_text(s64 begin);

/** super_what() - what of dm-remap was found, here or elsewhere, in words; or NULL */
const char *super_what(const struct inspection *spare);

/**
 * supers_write() - write both, A first, each durable before the next step
 * @sb: what to write, with a generation of its own
 *
 * Return: 0, or a negative error number.
 */
int supers_write(const struct disk *disk, u64 start, const struct remap_super *sb);

#endif
