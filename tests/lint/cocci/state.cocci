// SPDX-License-Identifier: GPL-2.0-only
// What only ever goes one way: the mode, down; the generations, up.
//
// Files: dm-remap-core/*.[ch]
virtual report

@m@
identifier f !~ "^remap_metadata_degrade$";
expression md, e;
position p;
@@
f(...) { <...
(
 md->mode =@p e
|
 md.mode =@p e
|
 WRITE_ONCE@p(md->mode, e)
|
 WRITE_ONCE@p(md.mode, e)
)
...> }

@script:python depends on report@
f << m.f;
p << m.p;
@@
for q in p:
	coccilib.report.print_report(q, "%s() sets the mode: remap_metadata_degrade() does, and says so" % f)

// A plan for a new spare starts at nothing; load starts above all that was seen.
@g@
identifier f !~ "^(plan|remap_load|raise_generation)$";
expression md, e;
position p;
@@
f(...) { <...
(
 md->generation =@p e
|
 md.generation =@p e
|
 md->generation--@p
|
 md->generation -=@p e
)
...> }

@script:python depends on report@
md << g.md;
p << g.p;
@@
if md.replace(" ", "").endswith("md"):
	for q in p:
		coccilib.report.print_report(q, "a generation may be given out twice")

// The two numbers that a commit gives out are new ones.
@n exists@
identifier f =~ "^(remap_super_write|remap_metadata_write_health|remap_metadata_format)$";
expression md;
identifier w =~ "^(write_copy|write_health|write_empty_tables)$";
position p;
@@
f(...) {
... when != remap_metadata_next(md)
w@p(...)
... when any
}

@script:python depends on report@
f << n.f;
p << n.p;
@@
for q in p:
	coccilib.report.print_report(q, "%s() writes with a generation that was used before" % f)

// In doubt on disk is in doubt in memory: the mode goes with it.
@d exists@
identifier f;
expression e;
position p;
@@
f(...) {
...
e->outcome =@p REMAP_IN_DOUBT
... when != remap_metadata_degrade(...)
}

@script:python depends on report@
p << d.p;
@@
for q in p:
	coccilib.report.print_report(q, "in doubt, and the map may still be changed")
