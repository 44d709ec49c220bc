/* SPDX-License-Identifier: GPL-2.0-only */
/* What xfs_db knows of an XFS that nobody uses. */
#ifndef REMAPSETUP_FILE_NAMES_XFS_H
#define REMAPSETUP_FILE_NAMES_XFS_H

#include <stddef.h>

#include <linux/types.h>

/**
 * struct file_answer
 * @file: its path, "none", or NULL: unknown
 */
struct file_answer {
	u64 sector;
	char *file;
};

/** xfs_block() - its block size in sectors; 0 if it cannot be asked, or has a log to be replayed */
u64 xfs_block(const char *device);

/** xfs_ask() - one answer for each sector, in their order; NULL without memory */
struct file_answer *xfs_ask(const char *device, const u64 *sectors, size_t nr);

#endif
