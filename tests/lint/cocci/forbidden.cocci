// SPDX-License-Identifier: GPL-2.0-only
// What this design has no place for at all.
//
// Files: dm-remap-core/*.[ch] compat/*.h
virtual report

@initialize:python@
@@
WHY = {
	"DM_MAPIO_REQUEUE": "a suspend completes what is held, nothing is pushed back",
	"DM_MAPIO_DELAY_REQUEUE": "a suspend completes what is held, nothing is pushed back",
	"DM_ENDIO_REQUEUE": "a suspend completes what is held, nothing is pushed back",
	"DM_ENDIO_DELAY_REQUEUE": "a suspend completes what is held, nothing is pushed back",
	"BUG": "no reason to stop the machine",
	"BUG_ON": "no reason to stop the machine",
	"panic": "no reason to stop the machine",
	"WARN_ON": "may flood the log: WARN_ON_ONCE()",
	"WARN": "may flood the log: WARN_ONCE()",
	"GFP_ATOMIC": "the paths that can't sleep don't allocate",
	"__GFP_NOFAIL": "may wait for the I/O that it serves",
	"current": "bios are submitted and completed on behalf of anybody",
	"yield": "not a way to wait",
	"in_interrupt": "the context is known from the callers",
	"in_atomic": "the context is known from the callers",
	"dm_internal_suspend_noflush": "the target does not suspend itself",
	"printk": "the DM macros say whose message it is",
	"strncpy": "gone from the kernel",
	"strcpy": "strscpy()",
	"sprintf": "scnprintf(), sysfs_emit()",
}

@r@
identifier i =~ "^(DM_MAPIO_(DELAY_)?REQUEUE|DM_ENDIO_(DELAY_)?REQUEUE|BUG|BUG_ON|panic|WARN|WARN_ON|GFP_ATOMIC|__GFP_NOFAIL|current|yield|in_interrupt|in_atomic|dm_internal_suspend_noflush|printk|strncpy|strcpy|sprintf)$";
position p;
@@
i@p

@script:python depends on report@
i << r.i;
p << r.p;
@@
for q in p:
	coccilib.report.print_report(q, "%s: %s" % (i, WHY[i]))
