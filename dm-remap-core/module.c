// SPDX-License-Identifier: GPL-2.0-only
#include <linux/module.h>

#include <dm-remap/version.h>

#include "target.h"

#define CREATE_TRACE_POINTS
#include "trace.h"

#define DM_MSG_PREFIX "remap"

struct workqueue_struct *remap_event_wq;

static int __init remap_init(void)
{
	int r;

	remap_event_wq = alloc_workqueue("dm-remap-event", WQ_UNBOUND, 0);
	if (!remap_event_wq)
		return -ENOMEM;
	r = dm_register_target(&remap_target);
	if (r < 0) {
		DMERR("cannot register the target: error %d", r);
		destroy_workqueue(remap_event_wq);
		return r;
	}
	return 0;
}

static void __exit remap_exit(void)
{
	dm_unregister_target(&remap_target);
	destroy_workqueue(remap_event_wq);
}

module_init(remap_init);
module_exit(remap_exit);

/* device-mapper asks for dm-<target> */
MODULE_ALIAS("dm-remap");
MODULE_DESCRIPTION("device-mapper target that redirects failing blocks to a spare device");
MODULE_AUTHOR("dm-remap developers");
MODULE_VERSION(DM_REMAP_VERSION);
MODULE_LICENSE("GPL");
