// SPDX-License-Identifier: GPL-2.0-only
// A superblock is overwritten only while the other is known to be good, and
// good means: written and flushed.
//
// Files: dm-remap-core/*.c
virtual report

@a exists@
identifier f;
expression e;
position p;
@@
f(...) {
... when != write_copy(...)
return write_copy@p(..., !e);
}

@script:python depends on report@
p << a.p;
@@
for q in p:
	coccilib.report.print_report(q, "the other superblock before the first is known to be good")

@b@
identifier f =~ "^(write_copy)$";
identifier md, copy;
position p;
@@
f(...) {
... when != md->super_good[copy] = false
remap_disk_write@p(...)
... when any
}

@script:python depends on report@
p << b.p;
@@
for q in p:
	coccilib.report.print_report(q, "written while it still counts as good")

// choose() has read both, and go_by_older() takes the one that it did not
@c exists@
expression md, copy, status;
position p;
@@
status = remap_disk_flush(...);
...
if (status) { ... return ...; }
... when != remap_disk_write(...)
md->super_good[copy] =@p true;

@c2@
identifier f !~ "^(choose|go_by_older)$";
expression md, copy;
position p != c.p;
@@
f(...) { <... md->super_good[copy] =@p true; ...> }

@script:python depends on report@
p << c2.p;
@@
for q in p:
	coccilib.report.print_report(q, "called good before it was flushed")

@d@
identifier f !~ "^write_copy$";
position p;
@@
f(...) { <... remap_format_encode_super@p(...) ...> }

@script:python depends on report@
f << d.f;
p << d.p;
@@
for q in p:
	coccilib.report.print_report(q, "%s() makes a superblock outside of write_copy()" % f)
