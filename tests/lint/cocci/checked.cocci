// SPDX-License-Identifier: GPL-2.0-only
// No failure of a write, a flush or a change of the map goes unseen.
//
// Files: dm-remap-core/*.c
virtual report

@r@
identifier f =~ "^(remap_disk_(read|write|write_fua|flush|submit)|remap_super_(read|write|disown)|remap_metadata_(init|alloc|format|bury|write_health|is_blank)|remap_load|remap_map_(init|load|claim)|remap_spare_(init|take)|remap_job_new|write_copy|write_health|write_slot|write_empty_tables|range_is_blank|submit|transfer|submit_to_spare|load_chunk|raise_generation|remap_fingerprint_take|remap_activate_check|remap_registry_add|remap_repair_(init|request))$";
position p;
@@
 f@p(...);

@script:python depends on report@
f << r.f;
p << r.p;
@@
for q in p:
	coccilib.report.print_report(q, "what %s() returns is not looked at" % f)

// One result over the other, before anybody looked at the first.
@o exists@
identifier f, g =~ "^(remap_disk_(read|write|write_fua|flush|submit)|remap_super_(write|disown)|write_copy|write_health|submit)$";
local idexpression status;
position p;
@@
status = g(...);
... when != status
status =@p f(...);

@script:python depends on report@
g << o.g;
p << o.p;
@@
for q in p:
	coccilib.report.print_report(q, "written over what %s() returned" % g)

// The status of our own bio is what its waiting was for.
@b@
position p;
expression bio;
@@
submit_bio_wait@p(&bio);
... when != bio.bi_status
    when any
return ...;

@script:python depends on report@
p << b.p;
@@
for q in p:
	coccilib.report.print_report(q, "the status of the bio is not looked at")
