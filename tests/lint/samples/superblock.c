// SPDX-License-Identifier: GPL-2.0-only
static int write_copy(struct remap_metadata *md, u32 copy)
{
	remap_format_encode_super(md->super_buf, &md->super, copy);
	status = remap_disk_write(md->disk, 0, md->super_buf, 1);	// expect
	md->super_good[copy] = true;		// expect
	if (!status)
		status = remap_disk_flush(md->disk);
	if (status)
		return -EIO;
	md->super_good[copy] = true;
	return 0;
}

int remap_super_write(struct remap_metadata *md)
{
	u32 first = md->super_good[0];

	if (write_copy(md, first))
		return -EIO;
	return write_copy(md, !first);
}

int remap_super_heal(struct remap_metadata *md, u32 good)
{
	remap_format_encode_super(md->super_buf, &md->super, good);	// expect
	return write_copy(md, !good);		// expect
}

static void go_by_older(struct remap_metadata *md, bool is_b)
{
	md->super_good[is_b] = true;
}

static void go_by_any(struct remap_metadata *md, bool is_b)
{
	md->super_good[is_b] = true;		// expect
}
