# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# summary: the identity of the main device: another one is refused and changes nothing; 'force' accepts it
# timeout: 180

# A clone of a disk has the same first and last MiB as the disk, and holes where data was lost:
# only what the disk says of itself tells them apart.

# shellcheck source=/dev/null
. "$VM_DIR/lib.sh"
# shellcheck source=/dev/null
. "$VM_DIR/tools/meta.sh"
# shellcheck source=/dev/null
. "$VM_DIR/tools/tables.sh"

M=/dev/disk/main S=/dev/disk/spare D=/dev/mapper/r
CHANGED="The main device is another one, or was written without its spare since the last stop; 'force' accepts it as it is"

load_core
make_null_blk main 8
make_null_blk spare 4
LEN=$(sectors $M)
TABLE="0 $LEN remap $M 0 $S 0"

identity() { dmsetup table r | sed -n 's/.* identity=\([^ ]*\).*/\1/p'; }
rescuable() { dmsetup message r 0 list | grep -c rescuable || true; }
stop() {
	dmsetup remove r
	save $M /run/main.img
	save $S /run/spare.img
}

# With some lost sectors: 'force' has to make them unrescuable.
dm_create r "$TABLE 3 format identity=wwn-A confirm_ms=0"
is "$(identity)" wwn-A "the table line has the identity"
pattern_write $D 0 0 1
null_bad main +803-803 +4001-4001
ok "two sectors are lost" pattern_check $D 0 0 1 --errors 803+1,4001+1
null_bad main -803-803 -4001-4001
is "$(rescuable)" 2 "and rescuable"
stop

ok "another identity is refused" refused "$CHANGED" "$TABLE 1 identity=wwn-B"
ok "so is a part of it" refused "$CHANGED" "$TABLE 1 identity=wwn-"
ok "and more than it" refused "$CHANGED" "$TABLE 1 identity=wwn-AB"
ok "the words 'format' and identity do not help" refused "$CHANGED" "$TABLE 2 format identity=wwn-B"
ok "nor does the UUID" refused "$CHANGED" \
	"$TABLE 2 uuid=$(raw_read $S 0 8 | od -An -tx1 -j 16 -N 16 |
		sed -E 's/ //g; s/(.{8})(.{4})(.{4})(.{4})/\1-\2-\3-\4-/') identity=wwn-B"

ok "the same identity is accepted" dm_create r "$TABLE 1 identity=wwn-A"
is "$(rescuable)" 2 "and what was rescuable is"
stop
ok "no identity is accepted" dm_create r "$TABLE"
is "$(rescuable)" 2 "and what was rescuable is"
stop
ok "and forgets nothing: another is still refused" refused "$CHANGED" "$TABLE 1 identity=wwn-B"

# Live: the device must not hang, and not go on.
dm_create r "$TABLE 1 identity=wwn-A"
save $M /run/main.img
log_mark
ok "a reload with another identity" dmsetup reload r --table "$TABLE 1 identity=wwn-B"
dmsetup suspend r
save $S /run/spare.img
ok "is resumed" timeout 20 dmsetup resume r
is "$(mode)" fail "in mode fail"
ok "and the log says why" says "$CHANGED"
fails "reads fail" pattern_check $D 0 8 1
fails "writes fail" pattern_write $D 0 8 2
dmsetup remove r
ok "the main device was not written" cmp $M /run/main.img
ok "nor the spare" cmp $S /run/spare.img

ok "'force' accepts it" dm_create r "$TABLE 2 force identity=wwn-B"
is "$(rescuable)" 0 "nothing can be rescued from this one"
fails "and nothing is" dmsetup message r 0 retry 100
ok "what was lost is lost, the rest is there" pattern_check $D 0 0 1 --errors 803+1,4001+1
stop
ok "from then on the first one is refused" refused "$CHANGED" "$TABLE 1 identity=wwn-A"
ok "and the second accepted" dm_create r "$TABLE 1 identity=wwn-B"
is "$(rescuable)" 0 "with nothing to rescue"
stop
ok "'force' without identity keeps the second" dm_create r "$TABLE 1 force"
stop
ok "so the first is still refused" refused "$CHANGED" "$TABLE 1 identity=wwn-A"
ok "and the second accepted" dm_create r "$TABLE 1 identity=wwn-B"
dmsetup remove r

# A spare that was made without one takes the first that it is given.
remove_null_blk spare
make_null_blk spare 4
dm_create r "$TABLE 1 format"
dmsetup remove r
ok "the first identity is accepted" dm_create r "$TABLE 1 identity=wwn-C"
stop
ok "and from then on no other" refused "$CHANGED" "$TABLE 1 identity=wwn-D"
# No clean stop, so no fingerprint; the identity counts all the same.
dm_create r "$TABLE 1 identity=wwn-C"
save $S /run/crash.img
dmsetup remove r
restore $S /run/crash.img
save $M /run/main.img
save $S /run/spare.img
ok "nor after a crash" refused "$CHANGED" "$TABLE 1 identity=wwn-D"
ok "the right one is accepted after it" dm_create r "$TABLE 1 identity=wwn-C"
dmsetup remove r

# A spare that cannot be written goes on naming the one before, which would be started at the next
# start: what was written to this one since would be missing there.
modprobe dm-flakey
OVER="0 $LEN remap $M 0 /dev/mapper/s 0"

# nothing_is_written TEXT MAIN OPTIONS: to main, and whoever tries is told so; the one before needs these options
nothing_is_written() {
	is "$(mode)" read-only "$1: nothing is written any more"
	save "$2" /run/main.img
	fails "$1: writes fail" pattern_write $D 0 8 3
	ok "$1: and change nothing" cmp "$2" /run/main.img
	ok "$1: reads do not fail" pattern_check $D 0 8 1
	ok "$1: the log says why" says "the main device is another one or has changed, and that cannot be written to the spare"
	dmsetup remove r
	change s "$(plain spare)"
	ok "$1: the one before is accepted" dm_create r "$OVER $3"
	is "$(mode)" rw "$1: and written"
	dmsetup remove r
}

pattern_write $M 0 8 1
dm_create s "$(plain spare)"
change s "$(flaky spare error_writes)"
dm_create r "$OVER 2 force identity=wwn-C"
is "$(mode)" ro-map "the same main device: written, though its spare cannot be"
ok "and what is written is there" pattern_write $D 0 8 1
dmsetup remove r
log_mark
dm_create r "$OVER 2 force identity=wwn-D"
nothing_is_written "another main device at a start" $M "1 identity=wwn-C"
dm_create r "$OVER 1 identity=wwn-C"
change s "$(flaky spare error_writes)"
log_mark
dmsetup reload r --table "$OVER 2 force identity=wwn-D"
dmsetup suspend r
dmsetup resume r
nothing_is_written "another main device by a reload" $M "1 identity=wwn-C"
dmsetup remove s

# Without identities a reload knows all the same that the device below is another one.
remove_null_blk spare
make_null_blk spare 4
make_null_blk other 8
pattern_write /dev/disk/other 0 8 1
dm_create s "$(plain spare)"
dm_create r "$OVER 1 format"
change s "$(flaky spare error_writes)"
log_mark
dmsetup reload r --table "0 $LEN remap /dev/disk/other 0 /dev/mapper/s 0"
dmsetup suspend r
dmsetup resume r
nothing_is_written "another main device without identity" /dev/disk/other ""
# where it can be written, it is not taken for the one before
dm_create r "$OVER 1 identity=wwn-C"
dm_reload r "0 $LEN remap /dev/disk/other 0 /dev/mapper/s 0"
is "$(mode)" rw "another main device without identity: it is used"
dmsetup remove r
ok "and by its own identity from then on" dm_create r "0 $LEN remap /dev/disk/other 0 /dev/mapper/s 0 1 identity=wwn-E"
dmsetup remove r
dmsetup remove s
done_testing
