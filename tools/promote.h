/* SPDX-License-Identifier: GPL-2.0-only */
/* A replacement of a spare that was interrupted is brought to its end, with no device running. */
#ifndef REMAPSETUP_PROMOTE_H
#define REMAPSETUP_PROMOTE_H

#include "verb.h"

/**
 * promote_pair() - if the old spare was retired for the new one, make that the active one
 *
 * Nobody may use either. Refused where they do not fit, with what to do.
 * Return: 0, or an exit code after a message.
 */
int promote_pair(const struct call *call, const char *old, const char *new);

/** promote_alone() - without the old one: the administrator insists. Return: likewise */
int promote_alone(const struct call *call, const char *new);

#endif
