/* SPDX-License-Identifier: GPL-2.0-only */
/* What is left of a device without its spare: pure. */
#ifndef REMAPSETUP_DEGRADED_H
#define REMAPSETUP_DEGRADED_H

#include "backup_text.h"
#include "dm.h"

/**
 * degraded_segments() - the device that a backup describes, remapped blocks failing
 * @segments: to be freed; they cover all of the device, in order
 *
 * Return: 0 or -ENOMEM.
 */
int degraded_segments(const struct backup *backup, struct dm_segment **segments, size_t *nr);

#endif
