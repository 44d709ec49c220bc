// SPDX-License-Identifier: GPL-2.0-only
// what is wrong: B first
void b_first(struct commit *c)
{
	write_copies(c, 1);			// expect
	write_copies(c, 0);
	publish(c, changes, nr);
}

// published, and said to have happened, with only A on disk
void too_early(struct commit *c)
{
	write_copies(c, 0);
	for (i = 0; i < c->nr; i++)
		c->pending[i].outcome = REMAP_HAPPENED;	// expect
	publish(c, changes, nr);		// expect
	write_copies(c, 1);
}

// B only perhaps
void perhaps(struct commit *c)
{
	write_copies(c, 0);
	if (c->nr > 1)
		write_copies(c, 1);
	publish(c, changes, nr);		// expect
}

void remap_metadata_commit(struct commit *c)
{
	write_copies(c, 0);
	write_copies(c, 1);
	for (i = 0; i < c->nr; i++)
		c->pending[i].outcome = REMAP_HAPPENED;
	publish(c, changes, nr);
}

static void attempt(struct commit *c, u8 copy, bool *todo)
{
	for (i = 0; i < c->nr; i++)
		failed[i] = remap_disk_write(md->disk, i, &md->images[i], 1);	// expect
	memcpy(todo, failed, sizeof(failed));
}

void remap_place(struct remap_device *dev)
{
	if (dev->nr_jobs)
		commit(dev, jobs, nr);		// expect
	if (remap_disk_flush(&dev->spare))
		return;
	commit(dev, jobs, nr);
}

static void commit(struct remap_device *dev, struct remap_job **jobs, unsigned int nr)
{
	finish(dev, jobs[0], REMAP_HAPPENED);	// expect
	remap_metadata_commit(&dev->md, dev->changes, nr);
	finish(dev, jobs[0], dev->changes[0].outcome);
}

static void finish(struct remap_device *dev, struct remap_job *job, enum remap_outcome outcome)
{
	if (outcome == REMAP_HAPPENED) {
		publish(dev, job);
	} else if (outcome == REMAP_DID_NOT_HAPPEN) {
		publish(dev, job);		// expect
	} else {
		remap_map_set(&dev->map, job->block, job->old | REMAP_PLACE_DOUBT);
		remap_map_set(&dev->map, job->block, remap_place_on_spare(job->slot, 0));	// expect
	}
}

static void at_once(struct remap_device *dev)
{
	remap_metadata_commit(&dev->md, dev->changes, 2);	// expect
}

static void repair(struct remap_device *dev)
{
	remap_place(dev);
	remap_retire(dev);			// expect
	answer(dev);
	remap_retire(dev);
}

static unsigned int verify(struct remap_device *dev, unsigned int nr)
{
	const char *why = read_back(dev, dev->jobs);	// expect

	if (remap_disk_flush(&dev->main))
		return 0;
	return read_back(dev, dev->jobs) || why ? 0 : nr;
}

void remap_recover(struct remap_device *dev)
{
	nr = collect(dev);
	if (nr)
		commit(dev, nr);		// expect
	if (nr)
		nr = verify(dev, nr);
	if (nr)
		commit(dev, nr);
}
