/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Changes to a spare without the kernel, each by the core's own code and in its order of
 * writes and flushes: a crash at any point leaves what the kernel can start, or refuses.
 */
#ifndef REMAPSETUP_HEAL_H
#define REMAPSETUP_HEAL_H

#include "backup_text.h"
#include "inspect.h"

/**
 * heal() - make all copies agree, as a start does
 * @spare: as found by inspect_spare(); inspect_starts() holds, or a handover was cut (-ESTALE):
 *	   then the one goes on that was used last
 * @force: restore a superblock that something else has overwritten
 *
 * The map, the marks and the state stay. Copies of the table keep their generations; the
 * superblocks get one above everything seen.
 *
 * Return: 0, -ENOMEM, or -EIO when not all of it could be made to agree.
 */
int heal(const struct inspection *spare, struct store *store, bool force);

/** heal_would() - the same, and nothing is written */
int heal_would(const struct inspection *spare, struct store *store, bool force);

/**
 * erase() - so that no trace of metadata is left
 * @spare: as found; both superblocks go first, and of these the newer one last
 *
 * Return: 0 or -EIO.
 */
int erase(const struct inspection *spare, struct store *store);

/**
 * restore() - write the map of a backup, over whatever is there
 * @seen: the highest generation on the disk: the new ones begin above it
 * @rescuable: entries may keep that mark: nothing was changed since the backup
 *
 * Return: 0, -ENOMEM, -EIO, or -EINVAL when it does not fit there.
 */
int restore(const struct backup *backup, struct store *store, u64 seen, bool rescuable);

#endif
