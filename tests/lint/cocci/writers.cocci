// SPDX-License-Identifier: GPL-2.0-only
// P8: main is written by its user's own I/O only, or when he wants a block back; P2: the spare is written in
// few places, each of which has its place in the crash timelines of
// docs/architecture.md. A new one has to be argued there first.
//
// Files: dm-remap-core/*.c
virtual report

@w@
identifier f !~ "^(remap_disk_write|retry_write|write_slot|remap_confirm_spare|rescue|attempt|write_health|write_empty_tables|write_copy|rewrite|copy_back)$";
identifier a =~ "^remap_disk_write(_fua)?$";
position p;
@@
f(...) { <... a@p(...) ...> }

@script:python depends on report@
f << w.f;
p << w.p;
@@
for q in p:
	coccilib.report.print_report(q, "%s() is a new place that writes to a disk" % f)

@m@
identifier f !~ "^copy_back$";
identifier a =~ "^remap_disk_write(_fua)?$";
identifier main = {main};
expression dev;
position p;
@@
f(...) { <...
(
a@p(&dev->main, ...)
|
a@p(&dev.main, ...)
)
...> }

@script:python depends on report@
p << m.p;
@@
for q in p:
	coccilib.report.print_report(q, "main is written, and not by a bio of its user")

@s@
identifier f !~ "^(piece_on_main|submit_to_spare)$";
position p;
@@
f(...) { <... remap_disk_submit@p(...) ...> }

@script:python depends on report@
f << s.f;
p << s.p;
@@
for q in p:
	coccilib.report.print_report(q, "%s() is a new place that sends a user's data to a disk" % f)
