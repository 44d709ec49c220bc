/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Was the main device written behind our back? Its first and last MiB at a clean stop are
 * compared at the next activation: a mount of the raw disk changes them.
 */
#ifndef REMAP_FINGERPRINT_H
#define REMAP_FINGERPRINT_H

#include "device.h"

/**
 * remap_fingerprint_take() - of the blocks that live on main
 * @length: of the main device at that time; it may have grown since
 * @fingerprint: crc32c of the first and of the last MiB of @length
 *
 * Return: 0, or -EIO when some of it can't be read: then there is none.
 * Context: sleeps; uses the metadata's scratch area.
 */
int remap_fingerprint_take(struct remap_device *dev, sector_t length, u32 fingerprint[2]);

#endif
