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
 */
struct file_names {
	char device[DM_NAME_SIZE + 16];
	u64 block;
};

/** file_names_open() - look at what lies on a device */
void file_names_open(struct file_names *names, const struct remap_status *status);

/** file_names_end() - the first sector behind the file system's block that this sector is in */
u64 file_names_end(const struct file_names *names, u64 sector);

/** file_names_find() - the path in the file system, "none" or "unknown" */
const char *file_names_find(const struct file_names *names, u64 sector, char *text, size_t size);

#endif
