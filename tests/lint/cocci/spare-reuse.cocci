// SPDX-License-Identifier: GPL-2.0-only
// A spare block is free only when that is durable in both copies, and one that
// held data is handed out again only after the next suspend and resume: a read
// may still be on its way to it.
//
// Files: dm-remap-core/*.c
virtual report

// The allocator learns of freed blocks by loading the table, while no I/O runs.
@l@
identifier f !~ "^(load|remap_activate|remap_reactivate)$";
position p;
@@
f(...) { <... remap_spare_load@p(...) ...> }

@script:python depends on report@
f << l.f;
p << l.p;
@@
for q in p:
	coccilib.report.print_report(q, "%s() hands out freed spare blocks again while I/O may run" % f)

// Given back without a table entry ever having spoken of it: only there.
@g@
identifier f !~ "^give_back$";
position p;
@@
f(...) { <... remap_spare_give_back@p(...) ...> }

@script:python depends on report@
f << g.f;
p << g.p;
@@
for q in p:
	coccilib.report.print_report(q, "%s() frees a spare block that may be read from" % f)

@b exists@
identifier f;
position p;
@@
f(...) {
...
commit(...);
...
give_back@p(...);
... when any
}

@script:python depends on report@
p << b.p;
@@
for q in p:
	coccilib.report.print_report(q, "given back after a commit that may have happened")

@w exists@
identifier f;
expression job;
position p;
@@
f(...) {
... when != job->slot = REMAP_NO_SPARE
    when != job->slot == REMAP_NO_SPARE
remap_spare_give_back@p(...);
... when any
}

@script:python depends on report@
p << w.p;
@@
for q in p:
	coccilib.report.print_report(q, "given back and still named by its job")

@s@
identifier f !~ "^retire$";
expression e;
position p;
@@
f(...) { <...
(
e->state =@p <+... REMAP_ENTRY_FREE ...+>
|
e.state =@p <+... REMAP_ENTRY_FREE ...+>
)
...> }

@script:python depends on report@
f << s.f;
p << s.p;
@@
for q in p:
	coccilib.report.print_report(q, "%s() frees an entry: only retire() does, in a commit of its own" % f)

// Bits of the allocator's map are cleared in spare.c and nowhere else.
@c@
identifier a =~ "^(_*(test_and_)?clear_bit|bitmap_(zero|clear))$";
expression x, spares;
position p;
@@
(
a@p(x, spares.taken, ...)
|
a@p(x, spares->taken, ...)
|
a@p(spares.taken, ...)
|
a@p(spares->taken, ...)
)

@script:python depends on report@
p << c.p;
@@
if not p[0].file.endswith("/spare.c"):
	for q in p:
		coccilib.report.print_report(q, "the allocator's map is changed behind its back")
