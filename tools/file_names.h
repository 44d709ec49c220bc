/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which file a sector belongs to, as far as the file system's own tools tell.
 */
#ifndef REMAPSETUP_NAMES_H
#define REMAPSETUP_NAMES_H

#include "dm.h"

/**
 * struct names - a file system
 * @device: it lies on
 * @block: its block size in sectors; 0: not one that we can ask
 */
struct names {
	char device[DM_NAME_SIZE + 16];
	u64 block;
};

/** names_open() - look at what lies on a device */
void names_open(struct names *names, const struct remap_status *status);

/** names_end() - the first sector behind the file system's block that this sector is in */
u64 names_end(const struct names *names, u64 sector);

/** names_find() - the path in the file system, "none" or "unknown" */
const char *names_find(const struct names *names, u64 sector, char *text, size_t size);

#endif
