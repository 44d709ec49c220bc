// SPDX-License-Identifier: GPL-2.0-only
// P11: nothing waits on itself. Memory is had while a table is set up, and by
// clients that attach; later only by a claim (a node of the map, GFP_NOIO).
//
// Files: dm-remap-core/*.c
virtual report

@r@
identifier f !~ "^(.*_(init|alloc)|alloc_.*|new_device|add_client|attach_one)$";
identifier a =~ "^(k[mzv]+alloc|kc?alloc|kcalloc|kvcalloc|krealloc|kmemdup|kstrdup|kasprintf|kvasprintf|v[mz]alloc|alloc_percpu|bio_alloc.*|bio_kmalloc|mempool_.*|alloc_pages?|__get_free_pages?|alloc_.*workqueue|kmem_cache_.*)$";
position p;
@@
f(...) { <... a@p(...) ...> }

@script:python depends on report@
f << r.f;
a << r.a;
p << r.p;
@@
for q in p:
	coccilib.report.print_report(q, "%s() in %s(), which is no part of setting up" % (a, f))

// add_client() runs under memalloc_noio_save().
@g@
identifier f !~ "^(.*_(init|alloc)|alloc_.*|new_device|add_client)$";
position p;
@@
f(...) { <... GFP_KERNEL@p ...> }

@script:python depends on report@
f << g.f;
p << g.p;
@@
for q in p:
	coccilib.report.print_report(q, "GFP_KERNEL in %s(): GFP_NOIO" % f)

// Reservations in the map: a claim may fail, a change of what is claimed can't.
@x@
identifier f;
identifier a =~ "^xa_(store|insert|reserve|alloc|cmpxchg).*$";
expression gfp != {GFP_NOIO, GFP_NOWAIT};
position p;
@@
f(...) { <... a@p(..., gfp) ...> }

@script:python depends on report@
f << x.f;
p << x.p;
@@
for q in p:
	coccilib.report.print_report(q, "the map is changed in the I/O path: GFP_NOIO or GFP_NOWAIT")
