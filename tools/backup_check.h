/* SPDX-License-Identifier: GPL-2.0-only */
/* Does a backup make sense, and the metadata that it makes. */
#ifndef REMAPSETUP_BACKUP_CHECK_H
#define REMAPSETUP_BACKUP_CHECK_H

#include "backup_text.h"

/** backup_check() - completes @backup's superblock. 0, -ENOMEM, or -EINVAL with @why */
int backup_check(struct backup *backup, const char **why);

/**
 * backup_fill() - the entries of one table block, its header not sealed
 * @first: where to go on in the list of entries; advanced
 */
void backup_fill(const struct backup *backup, u32 block, u32 *first,
		 struct remap_disk_table *table);

#endif
