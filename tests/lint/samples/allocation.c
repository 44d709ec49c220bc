// SPDX-License-Identifier: GPL-2.0-only
static struct remap_device *new_device(void)
{
	return kzalloc(1, GFP_KERNEL);
}

int remap_repair_init(struct remap_device *dev)
{
	dev->bounce = kmalloc(1, GFP_KERNEL);
	return dev->bounce ? 0 : -ENOMEM;
}

static void attach_one(struct remap_device *dev)
{
	struct attachment *a = kzalloc(sizeof(*a), GFP_NOIO);

	if (!a)
		a = kzalloc(sizeof(*a), GFP_KERNEL);	// expect
}

static void walk(struct remap_device *dev)
{
	void *buf = kmalloc(1, GFP_NOIO);	// expect

	if (!buf)
		buf = vmalloc(1);		// expect
	if (xa_store(&map->blocks, 1, buf, GFP_KERNEL))	// expect
		return;
	xa_store(&map->blocks, 1, buf, GFP_NOIO);
}
