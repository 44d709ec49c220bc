# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# summary: a handover that was cut between the superblocks, and the newer one is away for a start: no stale data
# timeout: 300

# shellcheck source=/dev/null
. "$VM_DIR/lib.sh"
# shellcheck source=/dev/null
. "$VM_DIR/tools/meta.sh"
# shellcheck source=/dev/null
. "$VM_DIR/tools/remapsetup.sh"
# shellcheck source=/dev/null
. "$VM_DIR/tools/tables.sh"

load_core
make_null_blk old 8
make_null_blk one 4
make_null_blk two 4
D=/dev/mapper/r O=/dev/mapper/old S=/dev/mapper/s1 S2=/dev/mapper/s2
dm_create old "$(plain old)" --uuid TEST-old
dm_create s1 "$(plain one)"
dm_create s2 "$(plain two)"
# superblock A neither reads nor takes a write
without_a() { echo "0 8 error"; echo "8 $(($(sectors /dev/disk/one) - 8)) linear /dev/disk/one 8"; }
start() { rs open $S r --data-device $O; }
health() { raw_read /dev/disk/one "$HEALTH_A" 8 | od -An -j 32 -N 8 -tu8 | tr -d ' '; }
# super_is DEV SECTOR STATE FLAGS GENERATION
super_is() {
	# shellcheck disable=SC2046 # several words
	forge "$1" "$2" 32 $(bytes_of "$5" 8)
	# shellcheck disable=SC2046 # several words
	forge "$1" "$2" 76 $(bytes_of "$3" 4) $(bytes_of "$4" 4)
}

rs format $S --data-device $O -q
start
pattern_write $D 0 0 1
dmsetup message r 0 remap 0+100
pattern_write $D 0 800 2
TABLE=$(dmsetup table r)
rs close r
save /dev/disk/one /run/before.img
read_layout $S
BASE=$(((GENERATION >> 32) + 1 << 32))

# history CLEAN: the cut has left what is there; A is away, B has this mark, and blocks are written
history() {
	super_is /dev/disk/one "$SUPER_B" 2 "$1" "$GENERATION"
	change s1 "$(without_a)"
	ok "$2: A is away, and B starts the device" start
	is "$(status)" "ro-map 100 0" "$2: the map stays as it is"
	ok "$2: that is on record before any write" test "$(health)" -gt "$GENERATION"
	pattern_write $D 0 800 3
	# no stop that could write anything
	change s1 "0 $(sectors /dev/disk/one) error"
	dm_remove r
	change s1 "$(plain one)"
	save /dev/disk/one /run/spare.img
}
# stays WHAT: it is refused, and nothing is written
stays() {
	log_mark
	fails "$1: the kernel refuses" dmsetup create r <<<"$TABLE"
	ok "$1: and says why" says "superblock A of the spare was written by a handover that was cut, and the device was used since by superblock B"
	refuses 4 "$S and the main device dm:TEST-old, and nowhere else" "$1: so does open" start
	refuses 4 "handover" "$1: even by force" rs open $S r --data-device $O --force
	refuses 7 "repair --in-place --force" "$1: repair wants to be told" rs repair --in-place $S
	ok "$1: nothing was written" cmp /dev/disk/one /run/spare.img
}
# comes_back WHAT
comes_back() {
	ok "$1: the way out" rs repair --in-place --force $S
	ok "$1: check" rs check $S
	ok "$1: open" start
	is "$(status)" "rw 100 0" "$1: it is as before"
	ok "$1: with what was written" pattern_check $D 0 800 3
	ok "$1: and the rest" pattern_check $D 800 8000 1
	rs close r
}

for clean in 3 0; do
	# evacuate --to: A names another main device, FORGET
	restore /dev/disk/one /run/before.img
	super_is /dev/disk/one 0 2 4 $((BASE + 1))
	# shellcheck disable=SC2046 # several words
	forge /dev/disk/one 0 $((184 + 8)) $(printf 'new' | od -An -tu1)
	history $clean "main, mark $clean"
	stays "main, mark $clean"
	comes_back "main, mark $clean"

	# replace-spare: A is retired, s2 complete
	restore /dev/disk/one /run/before.img
	restore /dev/disk/two /run/before.img
	super_is /dev/disk/two 0 3 3 $((BASE + 7))
	super_is /dev/disk/two "$SUPER_B" 3 3 $((BASE + 7))
	save /dev/disk/two /run/two.img
	super_is /dev/disk/one 0 4 3 $((BASE + 8))
	[[ $clean == 0 ]] || save /dev/disk/one /run/cut.img
	history $clean "spare, mark $clean"
	stays "spare, mark $clean"
	refuses 4 'holds what was written then' "spare, mark $clean: the other is not promoted" rs replace-spare --finish $S $S2
	refuses 4 'the active one still' "spare, mark $clean: nor opened" rs open $S2 r --data-device $O
	ok "spare, mark $clean: it is as it was" cmp /dev/disk/two /run/two.img
	comes_back "spare, mark $clean"
done

# The same cut, and A is there: the new one takes over.
restore /dev/disk/one /run/cut.img
restore /dev/disk/two /run/two.img
ok "nobody was there in between: open" start
like "$OUTPUT" "s2 has taken the place of the old spare" "the new one is promoted"
is "$(dmsetup table r | cut -d' ' -f6)" "$(stat -Lc %Hr:%Lr $S2)" "and runs"
ok "with all data" pattern_check $D 0 800 2
dm_remove r
done_testing
