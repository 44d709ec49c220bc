// SPDX-License-Identifier: GPL-2.0-only
static int preresume(struct dm_target *ti)
{
	unsigned int noio = memalloc_noio_save();	// expect
	int r = remap_activate(ti->private);

	if (r)
		return r;
	memalloc_noio_restore(noio);
	return 0;
}

static void resume(struct dm_target *ti)		// expect
{
	remap_repair_start(ti->private);
}

static void postsuspend(struct dm_target *ti)
{
	unsigned int noio;

	if (!ti->private)
		return;
	noio = memalloc_noio_save();			// expect
	if (remap_repair_stop(ti->private))
		memalloc_noio_restore(noio);
}

static int message(struct dm_target *ti)
{
	unsigned int noio = memalloc_noio_save();
	int r = dispatch(ti->private);

	memalloc_noio_restore(noio);
	return r;
}

static void repair(struct work_struct *work)		// expect
{
	walk(work);
}

static void probe(struct work_struct *work)
{
	unsigned int noio = memalloc_noio_save();

	walk(work);
	memalloc_noio_restore(noio);
}

void start(struct remap_device *dev)
{
	INIT_WORK(&dev->worker, repair);
	INIT_DELAYED_WORK(&dev->probe, probe);
}

static struct target_type target = {
	.name = "remap",
	.preresume = preresume,
	.resume = resume,
	.postsuspend = postsuspend,
	.message = message,
};

int remap_message(struct dm_target *ti)			// expect
{
	return dispatch(ti->private);
}
