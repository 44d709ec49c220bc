/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which file a sector belongs to, as far as the file system's own tools tell.
 */
#ifndef REMAPSETUP_FILE_NAMES_H
#define REMAPSETUP_FILE_NAMES_H

#include "dm.h"

/**
 * struct file_names - a file system
 * @device: it lies on
 * @block: its block size in sectors; 0: not one that we can ask
 * @xfs: it is told of all places at once
 * @answers: the places that it was asked for, in order, @nr of them
 */
struct file_names {
	char device[DM_NAME_SIZE + 16];
	u64 block;
	bool xfs;
	struct file_answer *answers;
	size_t nr;
};

/**
 * file_names_open() - look at what lies on a device
 * @used: somebody has it open: what XFS keeps in memory is not on it
 */
void file_names_open(struct file_names *names, const char *device, bool used);
void file_names_close(struct file_names *names);

/** file_names_ask() - for XFS: these sectors will be looked up, in ascending order */
void file_names_ask(struct file_names *names, const u64 *sectors, size_t nr);

/** file_names_end() - the first sector behind the file system's block that this sector is in */
u64 file_names_end(const struct file_names *names, u64 sector);

/** file_names_find() - the path in the file system, "none" or "unknown" */
const char *file_names_find(const struct file_names *names, u64 sector, char *text, size_t size);

#endif
