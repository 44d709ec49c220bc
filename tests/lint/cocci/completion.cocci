// SPDX-License-Identifier: GPL-2.0-only
// A bio that was kept is ended and sent again in one place each, where its
// state is put right; our own bios are sent by disk.c.
//
// Files: dm-remap-core/*.c !dm-remap-core/disk.c
virtual report

@c@
identifier f !~ "^remap_io_complete$";
identifier a =~ "^(bio_endio|bio_io_error|bio_wouldblock_error|dm_.*endio.*)$";
position p;
@@
f(...) { <... a@p(...) ...> }

@script:python depends on report@
a << c.a;
p << c.p;
@@
for q in p:
	coccilib.report.print_report(q, "%s(): only remap_io_complete() ends a bio" % a)

@s@
identifier f !~ "^resubmit$";
identifier a =~ "^(submit_bio.*|dm_submit_bio_remap|compat_submit_remap)$";
position p;
@@
f(...) { <... a@p(...) ...> }

@script:python depends on report@
a << s.a;
p << s.p;
@@
for q in p:
	coccilib.report.print_report(q, "%s(): only resubmit() sends a bio again" % a)

@t@
identifier f !~ "^(resubmit|remap_io_complete)$";
expression bio, e;
position p;
@@
f(...) { <... bio->bi_status =@p e ...> }

@script:python depends on report@
f << t.f;
p << t.p;
@@
for q in p:
	coccilib.report.print_report(q, "%s() sets the status of a bio by itself" % f)

// What map() was given is in the bio's own data. On the way back the bio's
// size is 0, its sector in the coordinates of a disk, and its flags stripped.
@i@
identifier f !~ "^(remap_io_map|map_near|map_special|map_flush|map_rare|mode_refuses|aim|aim_at_main|park|resubmit)$";
identifier what = {bi_iter, bi_opf};
struct bio *bio;
position p;
@@
f(...) { <... bio->what@p ...> }

@script:python depends on report@
f << i.f;
what << i.what;
p << i.p;
@@
for q in p:
	coccilib.report.print_report(q, "%s of a bio says nothing any more in %s(): see struct remap_bio" % (what, f))

// Sent by map() or end_io() means: with everything put right.
@z exists@
identifier f = resubmit;
expression bio, rb;
position p;
@@
f(...) {
... when != bio->bi_iter = rb->iter
compat_submit_remap@p(bio)
... when any
}

@script:python depends on report@
p << z.p;
@@
for q in p:
	coccilib.report.print_report(q, "sent again with the iterator as the last driver left it")
