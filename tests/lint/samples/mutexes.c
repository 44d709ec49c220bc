// SPDX-License-Identifier: GPL-2.0-only
static void detach_one(struct remap_device *dev, struct remap_attachment *a)
{
	mutex_unlock(&clients_lock);
	a->ops->detach(dev, a->context);
	mutex_lock(&clients_lock);			// expect
}

static void detach_all(struct remap_device *dev, struct remap_attachment *a)
{
	mutex_lock(&clients_lock);			// expect
	a->ops->detach(dev, a->context);		// expect
	remap_repair_request(dev, &req);		// expect
	mutex_lock(&registry_lock);			// expect
	mutex_unlock(&registry_lock);
	mutex_unlock(&clients_lock);
}
