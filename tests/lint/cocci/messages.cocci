// SPDX-License-Identifier: GPL-2.0-only
// The log is not flooded: what may be said for each bio or block is limited;
// what is said without limit comes with a change of state, which is an event.
//
// Files: dm-remap-core/*.c
virtual report

@r@
identifier f;
identifier a =~ "^(DM(ERR|WARN|INFO|CRIT|DEBUG)|pr_.*|dev_(err|warn|info|notice))$";
position p;
@@
f(...) { <... a@p(...) ...> }

@script:python depends on report@
f << r.f;
a << r.a;
p << r.p;
@@
name = p[0].file.split("/")[-1]
if a.startswith(("pr_", "dev_")):
	for q in p:
		coccilib.report.print_report(q, "%s(): the DM macros say whose message it is" % a)
elif name in ("io.c", "walk.c", "spare.c", "fault.c", "disk.c") or name == "messages.c" and f == "walk":
	for q in p:
		coccilib.report.print_report(q, "%s() in %s(): use %s_LIMIT()" % (a, f, a))

// place.c, confirm.c, repair.c
@e@
position p;
identifier a =~ "^DM(ERR|WARN|INFO)$";
@@
{ ... a@p(...); ... remap_device_event(...); ... }

@l@
position p != e.p;
identifier f;
identifier a =~ "^DM(ERR|WARN|INFO)$";
@@
f(...) { <... a@p(...) ...> }

@script:python depends on report@
f << l.f;
a << l.a;
p << l.p;
@@
name = p[0].file.split("/")[-1]
if name in ("place.c", "confirm.c", "repair.c") or name == "messages.c" and f == "place":
	for q in p:
		coccilib.report.print_report(q, "%s() in %s(): limit it, or make it an event" % (a, f))
