// SPDX-License-Identifier: GPL-2.0-only
// P11: the worker, the life cycle and the handlers run under
// memalloc_noio_save(), and give it back on every way out.
//
// Files: dm-remap-core/*.c
virtual report

@r exists@
local idexpression noio;
position p;
@@
noio = memalloc_noio_save@p();
... when != memalloc_noio_restore(noio)
    when any
return ...;

@script:python depends on report@
p << r.p;
@@
for q in p:
	coccilib.report.print_report(q, "a way out without memalloc_noio_restore()")

@r1 exists@
identifier noio;
position p;
@@
unsigned int noio = memalloc_noio_save@p();
... when != memalloc_noio_restore(noio)
    when any
return ...;

@script:python depends on report@
p << r1.p;
@@
for q in p:
	coccilib.report.print_report(q, "a way out without memalloc_noio_restore()")

@r3 exists@
identifier f, noio;
position p;
@@
f(...) {
...
unsigned int noio = memalloc_noio_save@p();
... when != memalloc_noio_restore(noio)
}

@script:python depends on report@
p << r3.p;
@@
for q in p:
	coccilib.report.print_report(q, "a way out without memalloc_noio_restore()")

@r2 exists@
identifier f;
local idexpression noio;
position p;
@@
f(...) {
...
noio = memalloc_noio_save@p();
... when != memalloc_noio_restore(noio)
}

@script:python depends on report@
p << r2.p;
@@
for q in p:
	coccilib.report.print_report(q, "a way out without memalloc_noio_restore()")

// Methods of the target, but for one that only sets a flag, and work items.
@t@
identifier s, f, method = {preresume, resume, postsuspend, message};
@@
struct target_type s = { .method = f, };

@w@
identifier f;
@@
(
INIT_WORK(..., f)
|
INIT_DELAYED_WORK(..., f)
)

@has@
identifier f;
position p;
@@
f@p(...) { <+... memalloc_noio_save() ...+> }

@lacks@
identifier t.f;
position p != has.p;
@@
f@p(...) { ... }

@script:python depends on report@
f << t.f;
p << lacks.p;
@@
for q in p:
	coccilib.report.print_report(q, "%s() does not run under memalloc_noio_save()" % f)

@lacks2@
identifier w.f;
position p != has.p;
@@
f@p(...) { ... }

@script:python depends on report@
f << w.f;
p << lacks2.p;
@@
for q in p:
	coccilib.report.print_report(q, "%s() does not run under memalloc_noio_save()" % f)

// The one that stands in another file.
@lacks3@
identifier f = remap_message;
position p != has.p;
@@
f@p(...) { ... }

@script:python depends on report@
f << lacks3.f;
p << lacks3.p;
@@
for q in p:
	coccilib.report.print_report(q, "%s() does not run under memalloc_noio_save()" % f)
