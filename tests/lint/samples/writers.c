// SPDX-License-Identifier: GPL-2.0-only
static int write_slot(struct remap_device *dev, struct remap_job *job)
{
	if (!job->buf)
		return remap_disk_write(&dev->main, 0, job->buf, 512);	// expect
	return remap_disk_write(&dev->spare, 0, job->buf, 512);
}

static void scrub(struct remap_device *dev, struct remap_disk *disk)
{
	if (remap_disk_write_fua(disk, 0, dev->bounce, 512, true))	// expect
		return;
	remap_disk_submit(disk, NULL, iter, 0, 0);			// expect
}

static const char *copy_back(struct remap_device *dev, struct remap_job *job)
{
	return remap_disk_write(&dev->main, 0, job->buf, 512) ? "" : NULL;
}
