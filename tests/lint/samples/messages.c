// SPDX-License-Identifier: GPL-2.0-only
static void walk(struct remap_device *dev)
{
	DMERR("%s: no", dev->name);			// expect
	DMERR_LIMIT("%s: no", dev->name);
	pr_err("no\n");					// expect
}

static void place(struct remap_device *dev)
{
	if (dev->full) {
		DMERR("%s: full", dev->name);
		remap_device_event(dev);
	}
	DMWARN("%s: block %u is bad", dev->name, 1);	// expect
}
