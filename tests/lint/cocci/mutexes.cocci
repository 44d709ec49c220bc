// SPDX-License-Identifier: GPL-2.0-only
// Lock order: suspend_lock, then one of clients_lock and registry_lock, which
// never meet. The worker takes neither, since a suspend waits for it while it
// holds the first. What a client detaches runs under no lock of ours.
//
// Files: dm-remap-core/*.c
virtual report

@w@
identifier a =~ "^(mutex_lock.*|down.*|wait_event.*|dm_table_event|dm_(suspend|resume|get_md|put|hold)|remap_registry_.*|remap_client_(attach|detach))$";
position p;
@@
a@p(...)

@script:python depends on report@
a << w.a;
p << w.p;
@@
if p[0].file.split("/")[-1] not in ("client.c", "registry.c", "target.c", "activate.c"):
	for q in p:
		coccilib.report.print_report(q, "%s() where the worker may come by" % a)

@d exists@
identifier f;
expression ops;
position p;
@@
f(...) {
... when != mutex_unlock(&clients_lock)
ops->detach@p(...)
... when any
}

@script:python depends on report@
p << d.p;
@@
for q in p:
	coccilib.report.print_report(q, "a client detaches with clients_lock held")

@n exists@
expression a, b != a;
position p;
@@
mutex_lock(a);
... when != mutex_unlock(a)
mutex_lock@p(b);

@script:python depends on report@
a << n.a;
p << n.p;
@@
for q in p:
	coccilib.report.print_report(q, "one mutex inside of %s" % a)

@q exists@
identifier f =~ "^remap_(repair_request|repair_stop|registry_.*)$";
expression l;
position p;
@@
mutex_lock(l);
... when != mutex_unlock(l)
f@p(...)

@script:python depends on report@
f << q.f;
p << q.p;
@@
for q in p:
	coccilib.report.print_report(q, "%s() waits with a mutex held" % f)
