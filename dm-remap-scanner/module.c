// SPDX-License-Identifier: GPL-2.0-only
#include <linux/module.h>

#include <dm-remap/version.h>

#include "scanner.h"

#define CREATE_TRACE_POINTS
#include "trace.h"

struct workqueue_struct *scan_wq;

/*
 * Work that does I/O for a long time: threads of its own, on any CPU. Frozen before memory is
 * saved to disk: what was moved after that would be forgotten.
 */
static int __init scanner_init(void)
{
	int r;

	scan_wq = alloc_workqueue("dm-remap-scan", WQ_MEM_RECLAIM | WQ_UNBOUND | WQ_FREEZABLE,
				  0);
	if (!scan_wq)
		return -ENOMEM;
	r = dm_remap_register_client(&scan_client);
	if (r)
		destroy_workqueue(scan_wq);
	return r;
}

static void __exit scanner_exit(void)
{
	dm_remap_unregister_client(&scan_client);
	destroy_workqueue(scan_wq);
}

module_init(scanner_init);
module_exit(scanner_exit);

MODULE_DESCRIPTION("background scanner for dm-remap devices");
MODULE_AUTHOR("dm-remap developers");
MODULE_LICENSE("GPL");
MODULE_VERSION(DM_REMAP_VERSION);
