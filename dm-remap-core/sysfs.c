// SPDX-License-Identifier: GPL-2.0-only
/*
 * /sys/block/dm-N/dm_remap: from preresume to postsuspend. Nothing here takes a lock,
 * does I/O or suspends: removal waits for readers.
 */
#include <linux/sysfs.h>

#include "../compat/compat.h"
#include "target.h"

#define DM_MSG_PREFIX "remap"

static struct remap_device *device_of(struct kobject *kobj)
{
	return container_of(kobj, struct remap_device, kobj);
}

#define SHOW(_name, fmt, value)						\
static ssize_t _name##_show(struct kobject *kobj,			\
			    struct kobj_attribute *attr, char *buf)	\
{									\
	struct remap_device *dev = device_of(kobj);			\
									\
	return sysfs_emit(buf, fmt "\n", value);			\
}									\
static struct kobj_attribute _name##_attr = __ATTR_RO(_name)

SHOW(uuid, "%pUb", dev->md.super.uuid);
SHOW(mode, "%s", remap_mode_name(remap_device_mode(dev)));
SHOW(state, "%s", remap_fault_name(&dev->fault));
SHOW(block_size, "%u", dev->md.super.block_size);
SHOW(spare_total, "%u", dev->spares.total);
SHOW(spare_used, "%u", READ_ONCE(dev->spares.used));
SHOW(spare_bad, "%u", READ_ONCE(dev->spares.bad));
SHOW(remapped, "%lu", READ_ONCE(dev->map.remapped));
SHOW(lost, "%llu", READ_ONCE(dev->counters.lost));

static const struct remap_knob *knob_of(struct kobj_attribute *attr)
{
	return remap_knob_find(attr->attr.name, strlen(attr->attr.name));
}

static ssize_t knob_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%u\n", remap_knob_get(device_of(kobj), knob_of(attr)));
}

static ssize_t knob_store(struct kobject *kobj, struct kobj_attribute *attr,
			  const char *buf, size_t count)
{
	const struct remap_knob *knob = knob_of(attr);

	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	if (!remap_knob_set(device_of(kobj), knob, buf))
		return count;
	DMERR("%s: %s needs a number from %u to %u", device_of(kobj)->name,
	      knob->name, knob->min, knob->max);
	return -EINVAL;
}

#define KNOB_ATTR(_name) \
static struct kobj_attribute _name##_attr = __ATTR(_name, 0644, knob_show, knob_store)

KNOB_ATTR(low_water);
KNOB_ATTR(read_retries);
KNOB_ATTR(auto_remap);
KNOB_ATTR(confirm_ms);
KNOB_ATTR(storm_limit);

static struct attribute *remap_attrs[] = {
	&uuid_attr.attr,
	&mode_attr.attr,
	&state_attr.attr,
	&block_size_attr.attr,
	&spare_total_attr.attr,
	&spare_used_attr.attr,
	&spare_bad_attr.attr,
	&remapped_attr.attr,
	&lost_attr.attr,
	&low_water_attr.attr,
	&read_retries_attr.attr,
	&auto_remap_attr.attr,
	&confirm_ms_attr.attr,
	&storm_limit_attr.attr,
	NULL,
};
ATTRIBUTE_GROUPS(remap);

static void release(struct kobject *kobj)
{
	complete(&device_of(kobj)->kobj_released);
}

static struct kobj_type type = {
	.release = release,
	.sysfs_ops = &kobj_sysfs_ops,	/* clients add theirs */
	.default_groups = remap_groups,
};

static void drop(struct remap_device *dev)
{
	kobject_put(&dev->kobj);
	wait_for_completion(&dev->kobj_released);
	memset(&dev->kobj, 0, sizeof(dev->kobj));
}

int remap_sysfs_add(struct remap_device *dev)
{
	struct gendisk *disk = dm_disk(dm_table_get_md(dev->ti->table));
	int r;

	init_completion(&dev->kobj_released);
	memset(&dev->kobj, 0, sizeof(dev->kobj));
	r = kobject_init_and_add(&dev->kobj, &type, &disk_to_dev(disk)->kobj, "dm_remap");
	if (r)
		drop(dev);
	return r;
}

void remap_sysfs_remove(struct remap_device *dev)
{
	if (!dev->kobj.ktype)
		return;
	kobject_del(&dev->kobj);
	drop(dev);
}
