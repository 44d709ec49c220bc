// SPDX-License-Identifier: GPL-2.0-only
/* The rooms that do I/O for users, as far as the life cycle calls them: they are empty. */
#include "client.h"
#include "io.h"
#include "life.h"

bool remap_sampling;
struct workqueue_struct *remap_event_wq;

struct remap_request life_request;
unsigned int life_requests;
int life_request_error;

/* What moving back to main borrows of the worker. */
static int alloc_jobs(struct remap_device *dev)
{
	unsigned int i;

	dev->bounce = kzalloc(REMAP_MAX_BLOCK_SIZE, GFP_KERNEL);
	dev->jobs = kzalloc(REMAP_BATCH * sizeof(*dev->jobs), GFP_KERNEL);
	if (!dev->bounce || !dev->jobs)
		return -ENOMEM;
	for (i = 0; i < REMAP_BATCH; i++) {
		dev->jobs[i].buf = kzalloc(REMAP_MAX_BLOCK_SIZE, GFP_KERNEL);
		if (!dev->jobs[i].buf)
			return -ENOMEM;
	}
	return 0;
}

int remap_repair_init(struct remap_device *dev)
{
	if (alloc_jobs(dev))
		return -ENOMEM;
	spin_lock_init(&dev->lock);
	set_bit(REMAP_DYING, &dev->flags);
	dev->retired = kzalloc(REMAP_MAX_RETIRED * sizeof(*dev->retired), GFP_KERNEL);
	dev->changes = kzalloc(REMAP_BATCH * sizeof(*dev->changes), GFP_KERNEL);
	return dev->retired && dev->changes ? 0 : -ENOMEM;
}

void remap_repair_exit(struct remap_device *dev)
{
	unsigned int i;

	for (i = 0; dev->jobs && i < REMAP_BATCH; i++)
		kfree(dev->jobs[i].buf);
	kfree(dev->jobs);
	kfree(dev->bounce);
	kfree(dev->changes);
	kfree(dev->retired);
}

void remap_repair_start(struct remap_device *dev)
{
	clear_bit(REMAP_DYING, &dev->flags);
}

void remap_repair_stop(struct remap_device *dev)
{
	set_bit(REMAP_DYING, &dev->flags);
}

int remap_repair_request(struct remap_device *dev, struct remap_request *req)
{
	life_request = *req;
	life_requests++;
	req->changed = req->end - req->next;
	return life_request_error;
}

void remap_repair_warn_again(struct remap_device *dev)
{
}

void remap_repair_kick(struct remap_device *dev)
{
}

void remap_repair_unreachable(struct remap_device *dev, enum remap_fault_disk which)
{
	assert(0);
}

int remap_confirm_spare(struct remap_device *dev, struct remap_job *job)
{
	assert(0);
	return -ENODEV;
}

struct remap_job *remap_job_new(struct remap_device *dev, u64 block,
				enum remap_job_kind kind, enum remap_reason reason)
{
	assert(0);
	return NULL;
}

int remap_client_init(struct remap_device *dev)
{
	return 0;
}

void remap_client_exit(struct remap_device *dev)
{
}

void remap_client_attach(struct remap_device *dev)
{
}

void remap_client_detach(struct remap_device *dev)
{
}

/* There are no clients: the word is nobody's. */
int remap_client_message(struct remap_device *dev, unsigned int argc, char **argv,
			 char *result, unsigned int maxlen)
{
	return -ENOENT;
}

int remap_io_map(struct dm_target *ti, struct bio *bio)
{
	assert(0);
	return 0;
}

int remap_io_end(struct dm_target *ti, struct bio *bio, blk_status_t *error)
{
	assert(0);
	return 0;
}
