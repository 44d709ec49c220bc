// SPDX-License-Identifier: GPL-2.0-only
static int commit(struct remap_metadata *md)
{
	blk_status_t status;

	remap_disk_flush(md->disk);				// expect
	status = remap_disk_write(md->disk, 0, md->images, 1);
	status = remap_disk_flush(md->disk);			// expect
	if (status)
		return -EIO;
	if (!remap_super_write(md))
		remap_super_disown(md, 1, 0);			// expect
	status = remap_disk_write(md->disk, 0, md->images, 1);
	if (!status)
		status = remap_disk_flush(md->disk);
	return status ? -EIO : 0;
}

static int look(struct remap_disk *disk)
{
	submit_bio_wait(&disk->bio);				// expect
	return 0;
}

static blk_status_t submit(struct remap_disk *disk)
{
	blk_status_t status;

	submit_bio_wait(&disk->bio);
	status = disk->bio.bi_status;
	return status;
}
