/* SPDX-License-Identifier: GPL-2.0-only */
/* Backups as files. */
#ifndef REMAPSETUP_BACKUP_FILE_H
#define REMAPSETUP_BACKUP_FILE_H

#include "backup_text.h"

/**
 * backup_save() - durable under that name, or what was there before stays
 *
 * Return: 0 or -errno.
 */
int backup_save(const struct backup *backup, const char *path);

/** backup_load() - 0, or an exit code after a message; backup_free() in any case */
int backup_load(struct backup *backup, const char *path);

/**
 * slurp_path() - all of a file, ended by a zero byte
 * @may_pipe: "-" is standard input
 * @text: free it in any case
 *
 * Return: OK, or an exit code, and it was said why.
 */
int slurp_path(const char *path, bool may_pipe, char **text, size_t *size);

#endif
