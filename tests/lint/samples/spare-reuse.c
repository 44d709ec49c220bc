// SPDX-License-Identifier: GPL-2.0-only
static void give_back(struct remap_device *dev, struct remap_job *job)
{
	u32 slot = job->slot;

	if (slot == 1)
		remap_spare_give_back(&dev->spares, job->slot);	// expect
	job->slot = REMAP_NO_SPARE;
	remap_spare_give_back(&dev->spares, slot);
}

static void finish(struct remap_device *dev, struct remap_job *job)
{
	remap_spare_give_back(&dev->spares, job->slot);		// expect
	remap_spare_load(&dev->spares, &dev->md);		// expect
	clear_bit(job->slot, dev->spares.taken);		// expect
}

static void place(struct remap_device *dev, struct remap_job **jobs)
{
	if (remap_disk_flush(&dev->spare)) {
		give_back(dev, jobs[0]);
		return;
	}
	commit(dev, jobs, 1);
	if (jobs[0]->state != REMAP_JOB_DONE)
		give_back(dev, jobs[0]);			// expect
}

static void publish(struct remap_device *dev, struct remap_change *c)
{
	c->entry.state = REMAP_ENTRY_FREE;			// expect
}

static void retire(struct remap_device *dev, struct remap_change *c, bool bad)
{
	c->entry.state = bad ? REMAP_ENTRY_BAD : REMAP_ENTRY_FREE;
}

int remap_reactivate(struct remap_device *dev)
{
	remap_spare_load(&dev->spares, &dev->md);
	return 0;
}
