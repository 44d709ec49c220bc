/* SPDX-License-Identifier: GPL-2.0-only */
/* Scanners and other clients come and go; include/dm-remap/api.h is what they see. */
#ifndef REMAP_CLIENT_H
#define REMAP_CLIENT_H

#include <linux/jump_label.h>
#include <linux/ktime.h>

#include "device.h"

DECLARE_STATIC_KEY_FALSE(remap_sampling);

/** remap_client_init() - 0 or -ENOMEM. Sleeps. */
int remap_client_init(struct remap_device *dev);
void remap_client_exit(struct remap_device *dev);

/** remap_client_attach() - tell all clients of a device. Sleeps, in resume. */
void remap_client_attach(struct remap_device *dev);

/** remap_client_detach() - and that it goes. Sleeps, in postsuspend. */
void remap_client_detach(struct remap_device *dev);

/**
 * remap_client_message() - a message that may be for a client
 *
 * Sleeps. Return: as from a message handler; -ENOENT: for none.
 */
int remap_client_message(struct remap_device *dev, unsigned int argc, char **argv,
			 char *result, unsigned int maxlen);

void remap_client_started(struct remap_device *dev, struct remap_bio *rb);
void remap_client_ended(struct remap_device *dev, struct remap_bio *rb,
			blk_status_t status);

/* Nobody pays while nobody samples. */
static inline void remap_client_start(struct remap_device *dev, struct remap_bio *rb)
{
	if (static_branch_unlikely(&remap_sampling))
		remap_client_started(dev, rb);
}

/* The bio's own flag decides: the key may have changed since it was sent. */
static inline void remap_client_end(struct remap_device *dev, struct remap_bio *rb,
				    blk_status_t status)
{
	if (unlikely(rb->flags & REMAP_BIO_SAMPLED))
		remap_client_ended(dev, rb, status);
}

/** remap_client_flushed() - the end of a flush of main: a load, but no sample: it has no place */
void remap_client_flushed(struct remap_device *dev, struct remap_bio *rb);

#endif
