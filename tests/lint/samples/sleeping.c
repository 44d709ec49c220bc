// SPDX-License-Identifier: GPL-2.0-only
static int enlist(struct remap_device *dev)
{
	spin_lock_irq(&dev->lock);
	if (dev->dying)
		return -ESHUTDOWN;			// expect
	remap_io_complete(dev->bio, 0);			// expect
	spin_unlock_irq(&dev->lock);
	msleep(1);
	return 0;
}

void remap_metadata_entry(struct remap_metadata *md)
{
	spin_lock_irq(&md->lock);			// expect
	md->entry = 0;
	spin_unlock_irq(&md->lock);			// expect
}

static bool park(struct remap_device *dev)
{
	unsigned long flags;

	spin_lock_irqsave(&dev->lock, flags);
	if (look(dev)) {
		remap_super_write(&dev->md);		// expect
		spin_unlock_irqrestore(&dev->lock, flags);
		return true;
	}
	spin_unlock_irqrestore(&dev->lock, flags);
	return false;
}

static int add(struct remap_device *dev)
{
	mutex_lock(&registry_lock);
	if (!dev)
		return -EINVAL;				// expect
	mutex_unlock(&registry_lock);
	return 0;
}

static void queue(struct remap_device *dev)
{
	spin_lock_irq(&dev->lock);			// expect
	if (dev->dying)
		spin_unlock_irq(&dev->lock);
}
