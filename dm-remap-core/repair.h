/* SPDX-License-Identifier: GPL-2.0-only */
/* The worker: one straight line from a failed bio to its completion. */
#ifndef REMAP_REPAIR_H
#define REMAP_REPAIR_H

#include "job.h"

/** remap_repair_init() - buffers and the workqueue. 0 or -ENOMEM. Sleeps. */
int remap_repair_init(struct remap_device *dev);
void remap_repair_exit(struct remap_device *dev);

/** remap_repair_queue() - hand a bio to the worker, which completes it. Any context. */
void remap_repair_queue(struct remap_device *dev, struct bio *bio);

/** remap_repair_kick() - look for background work. Any context. */
void remap_repair_kick(struct remap_device *dev);

/**
 * remap_repair_request() - have the worker do something and wait for it
 *
 * Context: sleeps. Return: @req->error, -EAGAIN while a suspend is under way,
 * -ESHUTDOWN outside of resume..postsuspend.
 */
int remap_repair_request(struct remap_device *dev, struct remap_request *req);

/**
 * remap_repair_closed() - does the device take anything on now?
 *
 * Context: holds dev->lock, under which the flags are raised.
 * Return: 0 it does, -EAGAIN while a suspend is under way, -ESHUTDOWN outside of
 * resume..postsuspend.
 */
static inline int remap_repair_closed(struct remap_device *dev)
{
	if (test_bit(REMAP_DYING, &dev->flags))
		return -ESHUTDOWN;
	return test_bit(REMAP_SUSPENDING, &dev->flags) ? -EAGAIN : 0;
}

/** remap_repair_start() - requests are welcome from now on */
void remap_repair_start(struct remap_device *dev);

/** remap_repair_stop() - end all requests and the worker; all bios are done */
void remap_repair_stop(struct remap_device *dev);

/**
 * remap_repair_warn_again() - there may be more free spare blocks than there were
 *
 * What was warned of is warned of once more if it comes to that. Context: the worker is stopped.
 */
void remap_repair_warn_again(struct remap_device *dev);

/** remap_repair_unreachable() - this disk does not answer: ask again later */
void remap_repair_unreachable(struct remap_device *dev, enum remap_fault_disk which);

#endif
