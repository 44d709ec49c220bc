/* SPDX-License-Identifier: GPL-2.0-only */
/* The hot path: map() and end_io(), and sending a kept bio on its way again. */
#ifndef REMAP_IO_H
#define REMAP_IO_H

#include "device.h"

/* Target methods. Context: any in which bios are submitted or completed. */
int remap_io_map(struct dm_target *ti, struct bio *bio);
int remap_io_end(struct dm_target *ti, struct bio *bio, blk_status_t *error);

/**
 * remap_io_again() - a bio that waited starts over at the lookup
 *
 * It is sent to its one place, waits again, or goes to the worker's queue.
 * Context: may sleep; the worker.
 */
void remap_io_again(struct remap_device *dev, struct bio *bio);

/** remap_io_complete() - end a bio that we kept. Any context. */
void remap_io_complete(struct bio *bio, blk_status_t status);

/** remap_io_release() - let everything that waited for busy blocks start over */
void remap_io_release(struct remap_device *dev);

#endif
