// SPDX-License-Identifier: GPL-2.0-only
/*
 * The smallest useful client of dm-remap-core: counts the I/O of every remap device,
 * moves blocks when told to, keeps a note in the health record. For each device
 * there is /sys/block/dm-N/dm_remap/<module>/:
 *
 *   run      write "relocate|slow|report|retry <first block> <count> <stride>"
 *   result   "idle|busy <blocks done> <blocks refused> <last error>" of that
 *   samples  "<reads> <writes> <on the spare> <in flight> <completed>"
 *   note     read and write; outlives the device
 */
#include <linux/delay.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#include <dm-remap/api.h>

static bool sample = true;			/* look at foreground I/O */
module_param(sample, bool, 0444);
static unsigned int version = DM_REMAP_API_VERSION;	/* that we claim to know */
module_param(version, uint, 0444);

#define NOTE_SIZE	64	/* at the start of the health record, which starts as zeros */

struct guest {
	struct remap_device *dev;
	struct kobject kobj;		/* owns this struct */
	struct work_struct work;
	int (*action)(struct remap_device *dev, u64 block);
	u64 block, end, stride;
	u64 done, refused;
	int error;
	atomic64_t reads, writes, on_spare;
};

static int relocate(struct remap_device *dev, u64 block)
{
	return dm_remap_relocate(dev, block, DM_REMAP_WHY_MANUAL);
}

static int relocate_slow(struct remap_device *dev, u64 block)
{
	return dm_remap_relocate(dev, block, DM_REMAP_WHY_SLOW);
}

/* The calls sleep, so they need a task: never a sysfs handler, attach, or the hook. */
static void work(struct work_struct *work)
{
	struct guest *g = container_of(work, struct guest, work);
	int r;

	while (g->block < READ_ONCE(g->end)) {
		r = g->action(g->dev, g->block);
		if (r == -EAGAIN) {	/* somebody suspends: resumed or detached soon */
			msleep(20);
			continue;
		}
		g->done += r >= 0;
		g->refused += r < 0;
		g->error = r < 0 ? r : g->error;
		g->block += g->stride;
	}
}

static ssize_t result_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	struct guest *g = container_of(kobj, struct guest, kobj);

	return sysfs_emit(buf, "%s %llu %llu %d\n", work_busy(&g->work) ? "busy" : "idle",
			  g->done, g->refused, g->error);
}

static ssize_t run_store(struct kobject *kobj, struct kobj_attribute *attr,
			 const char *buf, size_t count)
{
	struct guest *g = container_of(kobj, struct guest, kobj);
	u64 first, n, stride;
	char what[12];

	if (sscanf(buf, "%11s %llu %llu %llu", what, &first, &n, &stride) != 4)
		return -EINVAL;
	if (work_busy(&g->work))
		return -EBUSY;
	g->action = !strcmp(what, "relocate") ? relocate :
		    !strcmp(what, "slow") ? relocate_slow :
		    !strcmp(what, "report") ? dm_remap_report_bad :
		    !strcmp(what, "retry") ? dm_remap_retry_lost : NULL;
	if (!g->action || !stride)
		return -EINVAL;
	g->block = first;
	g->stride = stride;
	g->end = first + n * stride;
	g->done = 0;
	g->refused = 0;
	g->error = 0;
	queue_work(system_long_wq, &g->work);
	return count;
}

static ssize_t samples_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	struct guest *g = container_of(kobj, struct guest, kobj);
	u64 in_flight, completed;

	dm_remap_load(g->dev, &in_flight, &completed);
	return sysfs_emit(buf, "%llu %llu %llu %llu %llu\n", atomic64_read(&g->reads),
			  atomic64_read(&g->writes), atomic64_read(&g->on_spare), in_flight,
			  completed);
}

static ssize_t note_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	struct guest *g = container_of(kobj, struct guest, kobj);
	char note[NOTE_SIZE];

	dm_remap_health_read(g->dev, note, 0, NOTE_SIZE);
	return sysfs_emit(buf, "%.*s\n", NOTE_SIZE, note);
}

/* Only memory changes: the core writes it to the spare when the device stops. */
static ssize_t note_store(struct kobject *kobj, struct kobj_attribute *attr,
			  const char *buf, size_t count)
{
	struct guest *g = container_of(kobj, struct guest, kobj);
	char note[NOTE_SIZE] = "";

	memcpy(note, buf, min_t(size_t, strcspn(buf, "\n"), NOTE_SIZE));
	return dm_remap_health_write(g->dev, note, 0, NOTE_SIZE) ?: count;
}

static struct kobj_attribute run_attr = __ATTR_WO(run);
static struct kobj_attribute result_attr = __ATTR_RO(result);
static struct kobj_attribute samples_attr = __ATTR_RO(samples);
static struct kobj_attribute note_attr = __ATTR_RW(note);
static struct attribute *guest_attrs[] = {
	&run_attr.attr, &result_attr.attr, &samples_attr.attr, &note_attr.attr, NULL,
};
ATTRIBUTE_GROUPS(guest);

static void release(struct kobject *kobj)
{
	kfree(container_of(kobj, struct guest, kobj));
}

static struct kobj_type guest_type = {
	.sysfs_ops = &kobj_sysfs_ops,
	.release = release,
	.default_groups = guest_groups,
};

/* No I/O in here: the device is just being resumed. */
static void *attach(struct remap_device *dev)
{
	struct guest *g = kzalloc(sizeof(*g), GFP_KERNEL);
	struct dm_remap_geometry geometry;
	int r;

	if (!g)
		return ERR_PTR(-ENOMEM);
	g->dev = dev;
	INIT_WORK(&g->work, work);
	r = kobject_init_and_add(&g->kobj, &guest_type, dm_remap_kobject(dev), KBUILD_MODNAME);
	if (r) {
		kobject_put(&g->kobj);
		return ERR_PTR(r);
	}
	dm_remap_geometry(dev, &geometry);
	pr_info("%s: attached, %llu blocks of %u sectors\n", dm_remap_device_name(dev),
		(u64)DIV_ROUND_UP(geometry.length, geometry.block), geometry.block);
	return g;
}

/* Close the entrance, stop the work, leave. Later samples are the core's to prevent. */
static void detach(struct remap_device *dev, void *context)
{
	struct guest *g = context;

	kobject_del(&g->kobj);
	WRITE_ONCE(g->end, 0);
	cancel_work_sync(&g->work);
	kobject_put(&g->kobj);
}

/* In any context, on all CPUs at once. */
static void look(void *context, const struct dm_remap_sample *s)
{
	struct guest *g = context;

	atomic64_inc(s->write ? &g->writes : &g->reads);
	if (s->remapped)
		atomic64_inc(&g->on_spare);
}

static struct dm_remap_client_ops ops = {
	.owner = THIS_MODULE,
	.name = KBUILD_MODNAME,
	.size = sizeof(ops),
	.attach = attach,
	.detach = detach,
};

static int __init client_init(void)
{
	ops.api_version = version;
	ops.sample = sample ? look : NULL;
	return dm_remap_register_client(&ops);
}
module_init(client_init);

static void __exit client_exit(void)
{
	dm_remap_unregister_client(&ops);
}
module_exit(client_exit);

MODULE_DESCRIPTION("Sample client of dm-remap-core");
MODULE_LICENSE("GPL");
