# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# summary: a flush that fails on either disk is seen by the user
# timeout: 90
# disk: vmain 16M
# disk: vspare 16M

# shellcheck source=/dev/null
. "$VM_DIR/lib.sh"
# shellcheck source=/dev/null
. "$VM_DIR/tools/flush-fails.sh"

D=/dev/mapper/r M=/dev/mapper/m S=/dev/mapper/s
OPTIONS="2 confirm_ms=20 storm_limit=1000000"

# shellcheck disable=SC2034 # by its name
FAILS_WRITE="0 32768 flakey /dev/disk/vXXX 0 0 1 1 error_writes"

load_core
modprobe -a dm-flakey
dm_create m "${GOOD//XXX/main}"
dm_create s "${GOOD//XXX/spare}"
# The spare's second superblock is at its end: its end must not be what fails.
dm_create used "0 $LEN linear $S 0"
MAKE="0 $LEN remap $M 0 /dev/mapper/used 0"

change m "$FAILS_FLUSH"
fails "the disk fails flushes" sync -d $M
ok "and nothing else" pattern_write $M 0 "$LEN" 1
change m "$GOOD"

dm_create r "$MAKE 3 format ${OPTIONS#* }"
ok "a flush succeeds" sync -d $D

for table in FAILS_FLUSH FAILS_WRITE; do
	change m "${!table}"
	fails "$table: a failing flush of main is seen" sync -d $D
	fails "$table: every time" sync -d $D
	change m "$GOOD"
	ok "$table: and flushes succeed when it is well again" sync -d $D
	change s "${!table}"
	ok "$table: with an empty map nobody asks the spare" sync -d $D
	change s "$GOOD"
done

# A remap whose data or entry cannot be made durable has not happened.
change s "$FAILS_FLUSH"
fails "with a spare that fails flushes a relocation fails" dmsetup message r 0 remap 100
is "$(dmsetup message r 0 list)" empty "and has not happened"
ok "the device goes on" pattern_write $D 0 0 2
change s "$GOOD"
fails "the error that only the target was told is passed on with the next flush" sync -d $D
ok "once" sync -d $D
is "$(dmsetup status r | cut -d' ' -f4)" rw "and the map can still change"

# A reload puts another instance in its place, which owes what the one before was told.
change s "$FAILS_FLUSH"
fails "again the spare fails a flush of the target" dmsetup message r 0 remap 100
change s "$GOOD"
dmsetup table r | dmsetup reload r
dmsetup suspend r
dmsetup resume r
fails "after a reload the error is passed on as well" sync -d $D
ok "once" sync -d $D
dmsetup table r | dmsetup reload r
change m "$FAILS_FLUSH"
dmsetup suspend --nolockfs r
change m "$GOOD"
dmsetup resume r
fails "and one of main, by the last flush of the instance before" sync -d $D
ok "once" sync -d $D
ok "the relocation succeeds now" dmsetup message r 0 remap 100+10
ok "the data is right" pattern_check $D 0 0 2

for table in FAILS_FLUSH FAILS_WRITE; do
	change s "${!table}"
	fails "$table: with a map a failing flush of the spare is seen" sync -d $D
	fails "$table: every time" sync -d $D
	change s "$GOOD"
	ok "$table: and flushes succeed when it is well again" sync -d $D
	change m "${!table}"
	fails "$table: one of main too" sync -d $D
	change m "$GOOD"
	ok "$table: and flushes succeed again" sync -d $D
done

# A synchronous write is a write with FUA and a flush.
change s "$FAILS_FLUSH"
fails "a synchronous write to a remapped block fails with the spare's flush" \
	pattern_write $D 800 8 3 --fua
change s "$GOOD"
change m "$FAILS_FLUSH"
fails "a synchronous write to main fails with main's flush" pattern_write $D 1600 8 3 --fua
change m "$GOOD"
ok "all is well after that" pattern_write $D 0 0 4 --fua
ok "the data is right" pattern_check $D 0 0 4
dmsetup remove r
dm_create r "$MAKE $OPTIONS"
ok "after another activation too" pattern_check $D 0 0 4
ok "remove" dmsetup remove r
done_testing
