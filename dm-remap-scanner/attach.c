// SPDX-License-Identifier: GPL-2.0-only
/*
 * Devices come and go. Detach:
 *
 *   sysfs goes                 no handler is running any more
 *   dying ; cancel the work    bounded by two reads, or a read and a request to the core
 *   the record is written      in memory; the core takes it to the spare
 */
#include <linux/cpumask.h>
#include <linux/device-mapper.h>
#include <linux/overflow.h>
#include <linux/vmalloc.h>

#include "scanner.h"

#define DM_MSG_PREFIX "remap-scanner"

#define SETTLE	(10 * HZ)	/* a device that was just started has better things to do */

/* Whole or in part; NULL is fine. */
static void free_scanner(struct scanner *s)
{
	if (!s)
		return;
	vfree(s->buffer);
	vfree(s->cpu);
	mutex_destroy(&s->lock);
	vfree(s);
}

static struct scanner *new_scanner(struct remap_device *dev)
{
	struct scanner *s = __vmalloc(sizeof(*s), SCAN_GFP | __GFP_ZERO);

	if (!s)
		return NULL;
	mutex_init(&s->lock);
	INIT_DELAYED_WORK(&s->work, scan_step);
	s->dev = dev;
	s->name = dm_remap_device_name(dev);
	/* per-CPU memory would come from what is left of it: no more is made under noio */
	s->cpu = __vmalloc(array_size(nr_cpu_ids, sizeof(*s->cpu)), SCAN_GFP | __GFP_ZERO);
	if (s->cpu)
		return s;
	free_scanner(s);
	return NULL;
}

/* Called while the device is being resumed: no I/O, and no waiting for memory. */
static void *attach(struct remap_device *dev)
{
	struct scanner *s = new_scanner(dev);
	struct scan_pace_now now;

	if (!s) {
		DMWARN("%s: no memory; it is not scanned until it is suspended and resumed",
		       dm_remap_device_name(dev));
		return ERR_PTR(-ENOMEM);
	}
	dm_remap_geometry(dev, &s->geo);
	scan_knobs_init(&s->knobs);
	scan_judge_init(&s->judge, s->geo.block);
	scan_restore(s);
	s->busy_seen_ns = ktime_get_ns();
	mutex_lock(&s->lock);
	scan_now(s, &now);
	mutex_unlock(&s->lock);
	scan_pace_init(&s->pace, &now);
	if (scan_sysfs_add(s))
		DMWARN("%s: no directory in sysfs", s->name);
	queue_delayed_work(scan_wq, &s->work, SETTLE);
	return s;
}

static void detach(struct remap_device *dev, void *context)
{
	struct scanner *s = context;

	scan_sysfs_remove(s);
	WRITE_ONCE(s->dying, true);
	cancel_delayed_work_sync(&s->work);
	mutex_lock(&s->lock);
	if (s->memory.under_way)
		s->memory.pass.interruptions++;
	scan_save(s);
	mutex_unlock(&s->lock);
	free_scanner(s);
}

const struct dm_remap_client_ops scan_client = {
	.owner = THIS_MODULE,
	.name = KBUILD_MODNAME,
	.api_version = DM_REMAP_API_VERSION,
	.size = sizeof(struct dm_remap_client_ops),
	.attach = attach,
	.detach = detach,
	.sample = scan_sample,
	.word = "scan",
	.message = scan_message,
};
