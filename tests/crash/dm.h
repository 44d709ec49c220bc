/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Device-mapper by its ioctls: a process for each of the thousands of marks
 * would take longer than all the rest. dm_message() is safe in threads.
 */
#ifndef CRASH_DM_H
#define CRASH_DM_H

#include <stddef.h>
#include <stdbool.h>

/* All return 0 or an errno. A table is lines of "start length type arguments". */
int dm_create(const char *name, const char *table);
int dm_reload(const char *name, const char *table);
int dm_suspend(const char *name, bool suspend);
int dm_remove(const char *name);
int dm_message(const char *name, const char *text, char *reply, size_t size);

#endif
