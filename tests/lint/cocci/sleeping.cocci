// SPDX-License-Identifier: GPL-2.0-only
// Nothing sleeps under the two spinlocks, and they are let go on every way out.
//
// Files: dm-remap-core/*.c
virtual report

@initialize:python@
@@
SLEEPS = ("mutex_lock mutex_unlock msleep usleep_range wait_event wait_for_completion wait_for_completion_io "
	"cond_resched flush_work cancel_work_sync cancel_delayed_work_sync schedule synchronize_rcu "
	"submit_bio submit_bio_wait submit_bio_noacct compat_submit_remap resubmit "
	"kzalloc kmalloc kcalloc vzalloc vmalloc vfree alloc_percpu "
	"xa_store xa_erase xa_destroy remap_map_set remap_map_claim remap_io_again remap_io_complete remap_io_release "
	"remap_disk_read remap_disk_write remap_disk_write_fua remap_disk_flush remap_disk_submit "
	"remap_super_read remap_super_write remap_super_disown remap_load remap_confirm_probe "
	"remap_metadata_commit remap_metadata_format remap_metadata_bury remap_metadata_write_health "
	"remap_repair_request remap_client_attach remap_client_detach kobject_put copy_to_user").split()

@r exists@
identifier lock =~ "^spin_lock(_irq|_irqsave|_bh)?$";
identifier unlock =~ "^spin_unlock(_irq|_irqrestore|_bh)?$";
identifier f;
expression l;
position p;
@@
lock(l, ...);
... when != unlock(l, ...)
f@p(...)

@script:python depends on report@
f << r.f;
p << r.p;
@@
if f in SLEEPS:
	for q in p:
		coccilib.report.print_report(q, "%s() under a spinlock" % f)

@u exists@
identifier lock =~ "^(spin_lock(_irq|_irqsave|_bh)?|mutex_lock)$";
identifier unlock =~ "^(spin_unlock(_irq|_irqrestore|_bh)?|mutex_unlock)$";
expression l;
position p;
@@
lock(l, ...);
... when != unlock(l, ...)
    when any
return@p ...;

@script:python depends on report@
p << u.p;
@@
for q in p:
	coccilib.report.print_report(q, "a way out with the lock held")

@v exists@
identifier f;
identifier lock =~ "^spin_lock(_irq|_irqsave|_bh)?$";
identifier unlock =~ "^spin_unlock(_irq|_irqrestore|_bh)?$";
expression l;
position p;
@@
f(...) {
...
lock@p(l, ...);
... when != unlock(l, ...)
    when != return ...;
}

@script:python depends on report@
p << v.p;
@@
for q in p:
	coccilib.report.print_report(q, "a way out with the lock held")

// Callable in any context: interrupts may be off already.
@i@
identifier f =~ "^(park|touches_lost|give_to_worker|remap_io_(map|end|complete)|remap_repair_(queue|kick)|remap_device_event|remap_metadata_(entry|degrade)|map_.*|end_.*|dm_remap_(lookup|load|event|geometry))$";
identifier lock =~ "^(spin_(un)?lock_irq|spin_(un)?lock|spin_(un)?lock_bh)$";
position p;
@@
f(...) { <... lock@p(...) ...> }

@script:python depends on report@
f << i.f;
p << i.p;
@@
for q in p:
	coccilib.report.print_report(q, "%s() is called in any context: spin_lock_irqsave()" % f)
