/* SPDX-License-Identifier: GPL-2.0-only */
/* A backup of the map after each change of it. */
#ifndef REMAPSETUP_KEEP_H
#define REMAPSETUP_KEEP_H

#include "snapshot.h"

/**
 * keep_backup() - <directory>/<uuid>-<generation of the map>.backup, unless it is there
 * @nr: of the newest ones of this spare stay
 *
 * Return: 0, or an exit code after a message.
 */
int keep_backup(const struct snapshot *s, const char *directory, unsigned int nr);

#endif
