// SPDX-License-Identifier: GPL-2.0-only
// The map without locks, docs/architecture.md, section 2: readers take the
// generation first and look afterwards; a claim shows BUSY first and raises the
// generation afterwards, with a full barrier before main is read.
//
// Files: dm-remap-core/*.[ch]
virtual report

// io.c: a look that is older than the generation says nothing about it.
@g exists@
expression rb, dev;
identifier looks =~ "^(look|look_closely|remap_map_quiet|map_near|map_special)$";
identifier send =~ "^(aim|aim_at_main|resubmit)$";
position p;
@@
rb->generation =@p remap_map_generation(...);
... when != looks(...)
send(dev, ...)

@script:python depends on report@
p << g.p;
@@
for q in p:
	coccilib.report.print_report(q, "sent without a look at the map after this")

@n exists@
identifier f =~ "^(remap_io_map|remap_io_again)$";
identifier looks =~ "^(look|look_closely|remap_map_quiet)$";
position p;
@@
f(...) {
... when != remap_map_generation(...)
looks@p(...)
... when any
}

@script:python depends on report@
p << n.p;
@@
for q in p:
	coccilib.report.print_report(q, "a look at the map before its generation is known")

// end_io: the data is visible before the generation is read.
@up exists@
identifier f;
expression rb, map;
position p;
@@
f(...) {
... when != smp_mb()
rb->generation !=@p remap_map_generation(map)
... when any
}

@script:python depends on report@
p << up.p;
@@
for q in p:
	coccilib.report.print_report(q, "compared without the barrier that pairs with the claim's")

// map.c
@c exists@
identifier f;
expression map;
position p;
@@
f(...) {
... when != xa_store(&map->blocks, ...)
smp_store_release@p(&map->generation, ...)
... when any
}

@script:python depends on report@
p << c.p;
@@
for q in p:
	coccilib.report.print_report(q, "the generation is raised before BUSY is visible")

@b exists@
identifier f;
expression map;
position p;
@@
f(...) {
...
smp_store_release@p(&map->generation, ...);
... when != smp_mb()
return 0;
}

@script:python depends on report@
p << b.p;
@@
for q in p:
	coccilib.report.print_report(q, "main may be read before the generation is seen")

@s exists@
identifier f;
expression map;
position p;
@@
f(...) {
... when != mark_region(...)
xa_store@p(&map->blocks, ...)
... when any
}

@script:python depends on report@
f << s.f;
p << s.p;
@@
if f != "remap_map_set":	# over an entry: the bit is set
	for q in p:
		coccilib.report.print_report(q, "an entry behind a region bit that may not be set")

@v@
expression map, e;
identifier f;
position p;
assignment operator op;
@@
f(...) { <...
(
 map->generation@p op e
|
 map.generation@p op e
|
 map->generation@p++
|
 map.generation@p++
|
 ++map->generation@p
|
 READ_ONCE(map.generation@p)
|
 READ_ONCE(map->generation@p)
)
...> }

@script:python depends on report@
map << v.map;
p << v.p;
@@
if map.replace(" ", "").endswith("map"):
	for q in p:
		coccilib.report.print_report(q, "the map's generation: release to raise it, acquire to read it")

// A region bit is never cleared while the device is active.
@r@
identifier f !~ "^remap_map_(init|clear)$";
identifier a =~ "^(_*(test_and_)?clear_bit|bitmap_(zero|clear)|memset)$";
expression map;
position p;
@@
f(...) { <...
(
a@p(map->regions, ...)
|
a@p(..., map->regions)
|
a@p(..., map->regions, ...)
)
...> }

@script:python depends on report@
p << r.p;
@@
for q in p:
	coccilib.report.print_report(q, "a region bit is cleared under running I/O")

// A claim is undone by its worker only, and nobody else changes places.
@x@
identifier f !~ "^(remap_map_.*|load_entry)$";
identifier a =~ "^(xa_(store|erase|insert|cmpxchg|destroy).*|__xa_.*|xas_.*)$";
position p;
@@
f(...) { <... a@p(...) ...> }

@script:python depends on report@
f << x.f;
p << x.p;
@@
if p[0].file.endswith(("/io.c", "/walk.c", "/confirm.c", "/place.c", "/repair.c", "/map-order.c")):
	for q in p:
		coccilib.report.print_report(q, "%s() goes behind the map's back" % f)
