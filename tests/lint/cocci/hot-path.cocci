// SPDX-License-Identifier: GPL-2.0-only
// The way of a healthy bio: no lock, no allocation, no reference, no shared
// cache line written, nothing said in the log.
//
// Files: dm-remap-core/io.c
virtual report

@r@
identifier f =~ "^(remap_io_map|map_near|remap_io_end|end_success|look|look_closely|last_sector|aim_at_main|aim|moved)$";
identifier a =~ "^(_*(raw_)?(spin|read|write|mutex|down|up|rcu_read)_(un)?lock.*|k[mzc]alloc|bio_alloc.*|kref_.*|refcount_.*|percpu_ref_.*|atomic(64|_long)?_(inc|dec|add|sub|set|xchg|cmpxchg|fetch).*|(test_and_)?(set|clear|change)_bit|WRITE_ONCE|smp_store_.*|this_cpu_.*|queue_work|DM(ERR|WARN|INFO|DEBUG)(_LIMIT)?|WARN.*|ktime_.*)$";
position p;
@@
f(...) { <... a@p(...) ...> }

@script:python depends on report@
f << r.f;
a << r.a;
p << r.p;
@@
for q in p:
	coccilib.report.print_report(q, "%s() in %s(), which every bio goes through" % (a, f))

// What is noted about a bio is noted in its own data.
@s@
identifier f =~ "^(remap_io_map|map_near|remap_io_end|end_success|look|look_closely|last_sector|aim_at_main|aim|moved)$";
assignment operator op;
expression place, e;
position p;
@@
f(...) { <...
(
 place@p op e
|
 place@p++
|
 place@p--
|
 ++place@p
|
 --place@p
)
 ...> }

@script:python depends on report@
f << s.f;
place << s.place;
p << s.p;
@@
if place.replace(" ", "").startswith(("dev->", "map->", "md->", "disk->")):
	for q in p:
		coccilib.report.print_report(q, "%s() writes to what all CPUs share" % f)
