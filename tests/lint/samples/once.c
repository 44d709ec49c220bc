// SPDX-License-Identifier: GPL-2.0-only
static void info(struct remap_device *dev)
{
	show(READ_ONCE(dev->map.used), READ_ONCE(dev->spares.bad), dev->spares.total);
}

static void work(struct remap_device *dev)
{
	dev->spares.bad++;			// expect
	dev->map.used = true;			// expect
	WRITE_ONCE(dev->map.used, false);
	dev->spares.total = 1;
}
