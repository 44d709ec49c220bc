// SPDX-License-Identifier: GPL-2.0-only
// P2, the order of a change of the map: data on the spare, durable; the entry in
// copy A, durable; in copy B, durable; published; the write completed.
//
// Files: dm-remap-core/*.c
virtual report

// metadata.c

@a exists@
identifier f;
position p;
@@
f(...) {
... when != write_copies(..., 0)
write_copies@p(..., 1)
... when any
}

@script:python depends on report@
p << a.p;
@@
for q in p:
	coccilib.report.print_report(q, "copy B before copy A is written and durable")

@b exists@
identifier f;
position p;
@@
f(...) {
... when != write_copies(..., 1)
publish@p(...);
... when any
}

@script:python depends on report@
f << b.f;
p << b.p;
@@
if f != "finish":
	for q in p:
		coccilib.report.print_report(q, "published before copy B is written and durable")

@h exists@
identifier f !~ "^settle$";
expression e;
position p;
@@
f(...) {
... when != write_copies(..., 1)
e->outcome =@p REMAP_HAPPENED
... when any
}

@script:python depends on report@
p << h.p;
@@
for q in p:
	coccilib.report.print_report(q, "said to have happened before copy B is written and durable")

@h2 exists@
identifier f !~ "^settle$";
expression e;
position p;
@@
f(...) {
... when != write_copies(..., 1)
e.outcome =@p REMAP_HAPPENED
... when any
}

@script:python depends on report@
p << h2.p;
@@
for q in p:
	coccilib.report.print_report(q, "said to have happened before copy B is written and durable")

// an attempt ends with a flush
@w exists@
identifier f =~ "^(attempt|write_copy)$";
position p;
@@
f(...) {
...
remap_disk_write@p(...)
... when != remap_disk_flush(...)
    when != if (status) { ... return ...; }
    when != return -EIO;
}

@script:python depends on report@
f << w.f;
p << w.p;
@@
for q in p:
	coccilib.report.print_report(q, "%s() may end without a flush after this write" % f)

// place.c

@c exists@
identifier f !~ "^remap_recover$";
position p;
@@
f(...) {
... when != remap_disk_flush(&dev->spare)
commit@p(...);
... when any
}

@script:python depends on report@
p << c.p;
@@
for q in p:
	coccilib.report.print_report(q, "committed before the data is durable on the spare")

@d exists@
identifier f;
position p;
@@
f(...) {
... when != remap_metadata_commit(...)
finish@p(...);
... when any
}

@script:python depends on report@
p << d.p;
@@
for q in p:
	coccilib.report.print_report(q, "finished before it is committed")

// Published only where the outcome is that it happened.
@e@
expression outcome;
statement S;
position p;
@@
(
if (outcome == REMAP_HAPPENED) { <... publish@p(...); ...> }
|
if (outcome == REMAP_HAPPENED) { <... publish@p(...); ...> } else S
)

@g@
position p != e.p;
expression dev, job;
@@
publish@p(dev, job);

@script:python depends on report@
p << g.p;
@@
for q in p:
	coccilib.report.print_report(q, "published whatever came of the commit")

// The map shows a new place in publish() only.
@m@
identifier f !~ "^publish$";
expression map, block;
position p;
@@
f(...) { <... remap_map_set@p(map, block, <+... remap_place_on_spare(...) ...+>) ...> }

@script:python depends on report@
f << m.f;
p << m.p;
@@
for q in p:
	coccilib.report.print_report(q, "%s() shows a place of the map that no commit stands behind" % f)

// A batch never holds an entry together with the retirement of the one that it
// supersedes: publish() only notes what remap_retire() commits later.
@n@
identifier f !~ "^(commit|remap_retire|commit_forgotten)$";
position p;
@@
f(...) { <... remap_metadata_commit@p(...) ...> }

@script:python depends on report@
f << n.f;
p << n.p;
@@
for q in p:
	coccilib.report.print_report(q, "%s() is a new kind of commit" % f)

// recover.c: an entry is freed once its data is durable on main, and was read back.

@q@
expression nr;
position p;
@@
if (nr)
	nr = verify(...);
if (nr)
	commit@p(...);

@q2@
position p != q.p;
@@
remap_recover(...) { <... commit@p(...) ...> }

@script:python depends on report@
p << q2.p;
@@
for q in p:
	coccilib.report.print_report(q, "freed before it was verified on main")

@v exists@
identifier f;
expression disk;
position p;
@@
f(...) {
... when != remap_disk_flush(disk)
read_back@p(...)
... when any
}

@script:python depends on report@
p << v.p;
@@
for q in p:
	coccilib.report.print_report(q, "read back before it is durable on main")

// repair.c: nothing is retired before those who waited were told of its successor.
@o exists@
identifier f;
position p;
@@
f(...) {
... when != answer(...)
remap_retire@p(...);
... when any
}

@script:python depends on report@
f << o.f;
p << o.p;
@@
if f != "retire_superseded":
	for q in p:
		coccilib.report.print_report(q, "retired before its successor is published and told")
