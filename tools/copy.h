/* SPDX-License-Identifier: GPL-2.0-only */
/* A copy of a whole spare, data of remapped blocks included. */
#ifndef REMAPSETUP_COPY_H
#define REMAPSETUP_COPY_H

#include "offline.h"

/**
 * copy_disk() - to a new file, or to a device, which it asks for
 * @spare: of @from, to know where an unreadable place does no harm
 * @batch: do not ask
 *
 * The copy ends up open in @to, to be written. What reads as zeros becomes a hole in a new
 * file. A place that cannot be read becomes zeros: as metadata they are never valid. But where data
 * of a remapped block is, they would be believed, and it fails.
 *
 * It becomes a spare at the very end: one that was cut or failed is none. SIGINT, SIGTERM and SIGHUP
 * end it, until it is one.
 *
 * Return: 0, or an exit code after a message; then a new file is gone again.
 */
int copy_disk(struct offline *to, const char *path, const struct offline *from,
	      const struct inspection *spare, bool batch);

#endif
