/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Remapped blocks go back to the main device: wished for by a message, done at
 * the next resume. docs/architecture.md, section 3.3.
 */
#ifndef REMAP_RECOVER_H
#define REMAP_RECOVER_H

#include "device.h"

/**
 * remap_recover_want() - these blocks are to go back at the next resume
 * @first: first block
 * @end: behind the last one
 *
 * Nothing changes on disk. Context: sleeps not; any task.
 * Return: 0; -EROFS when the map cannot change; -EAGAIN while a suspend is under
 * way; -ESHUTDOWN while the device is suspended; -EBUSY when as many ranges wait as can.
 */
int remap_recover_want(struct remap_device *dev, u64 first, u64 end);

/** remap_recover_cancel() - forget all wishes. Any task. */
void remap_recover_cancel(struct remap_device *dev);

/**
 * remap_recover_figures() - what became of the wishes in this activation
 * @waiting: blocks of the device that are still to be looked at, remapped or not
 * @recovered: blocks that live on main again
 * @kept: blocks that were wished for and stay on the spare
 */
void remap_recover_figures(struct remap_device *dev, u64 *waiting, u64 *recovered,
			   u64 *kept);

/**
 * remap_recover() - carry the wishes out, for about a second
 *
 * What there was no time for waits for the next resume. Context: preresume of an
 * instance that was suspended: no I/O, no worker. Sleeps; noio.
 */
void remap_recover(struct remap_device *dev);

#endif
