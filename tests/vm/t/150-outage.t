# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# summary: the main device fails as a whole, hangs or is deleted: no spare is used
# timeout: 120

# shellcheck source=/dev/null
. "$VM_DIR/lib.sh"

load_core
make_null_blk base 64
make_null_blk spare 16
DISK=/dev/disk/base S=/dev/disk/spare D=/dev/mapper/r
LEN=$(sectors $DISK)
GOOD="0 $LEN linear $DISK 0"
GONE="0 $LEN error"

# resume swaps the tables by itself; noflush, for nothing below can be flushed
swap() {
	dmsetup reload "$1" <<<"$2"
	dmsetup resume --noflush "$1"
}

# mode state used/total bad remapped lost
state_of() { dmsetup status "$1" | cut -d' ' -f4,5,7-10; }

# all_fails DEVICE START COUNT: every read and every write does
all_fails() {
	pattern_check "$1" "$2" "$3" 99 --errors "$2+$3" || return 1
	# in pieces: all of them must fail, not only the first
	pattern_write "$1" "$2" "$3" 99 --bs 4096 >/run/failed || true
	cat /run/failed
	awk -v n="$3" '/error:EIO/ { sum += $2 } END { exit sum != n }' /run/failed
}

dm_create m "$GOOD"
dm_create r "0 $LEN remap /dev/mapper/m 0 $S 0 1 format"
pattern_write $D 0 0 1
# One block is remapped before, so that there is something to keep.
null_bad base +800-800
pattern_write $D 0 2048 2
BEFORE=$(state_of r)
like "$BEFORE" "^rw normal 1/[0-9]+ 0 1 0$" "one block is remapped to begin with"

swap m "$GONE"
ok "with the main device gone reads and writes fail" all_fails $D 4096 64
ok "and fail again" all_fails $D 90000 64
ok "the remapped block still reads" pattern_check $D 800 8 2
ok "and takes data" pattern_write $D 800 8 3
is "$(state_of r)" "${BEFORE/normal/unreachable}" \
	"the state is unreachable, and nothing was remapped, lost or called bad"
fails "a block cannot be relocated now" dmsetup message r 0 remap 2000
is "$(state_of r)" "${BEFORE/normal/unreachable}" "which changes nothing either"
swap m "$GOOD"
ok "when the main device is back, the state is normal again by itself" dm_wait r ' normal ' 60
is "$(state_of r)" "$BEFORE" "and nothing else has changed"
ok "what was written before the outage is all there" pattern_check $D 2048 0 1
ok "so is what was written to the remapped block" pattern_check $D 800 8 3
ok "and around it" pattern_check $D 0 800 2
ok "the device takes data again" pattern_write $D 0 0 4
null_bad base +60000-60002
ok "bad blocks are remapped again" pattern_write $D 60000 8 5
like "$(state_of r)" "^rw normal 2/[0-9]+ 0 2 0$" "exactly the one that is bad"
ok "all data is right" pattern_check $D 0 0 4,5

# join JOB: its status in STATUS
join() {
	STATUS=0
	wait "$1" || STATUS=$?
}

# Hanging: nothing fails, all waits.
hang() { dmsetup suspend --noflush --nolockfs m; }
hang
pattern_write $D 8192 4096 6 >/run/write.log &
WRITER=$!
pattern_check $D 40000 4096 4 >/run/read.log &
READER=$!
# a write that needs a repair meets the hanging disk as well
null_bad base +100000-100000
pattern_write $D 100000 8 6 >/run/repair.log &
REPAIR=$!
sleep 1.5
ok "while the main device hangs, I/O waits" kill -0 $WRITER $READER $REPAIR
dmsetup resume m
join $WRITER
is $STATUS 0 "the write is done when it goes on"
join $READER
is $STATUS 0 "so is the read"
join $REPAIR
is $STATUS 0 "and the write that needed a repair"
like "$(state_of r)" "^rw normal 3/[0-9]+ 0 3 0$" "only the bad block was remapped"
ok "the data is right" pattern_check $D 0 0 4,5,6

# It hangs, and when it goes on it is gone.
hang
pattern_write $D 8192 64 7 --bs 4096 >/run/write.log || exit 1 &
WRITER=$!
pattern_check $D 40000 64 4 --errors 40000+64 >/run/read.log &
READER=$!
sleep 0.5
BEFORE=$(state_of r)
dmsetup reload m <<<"$GONE"
dmsetup resume --noflush m
join $WRITER
isnt $STATUS 0 "what waited for a device that is gone fails: the write"
join $READER
is $STATUS 0 "and the read"
is "$(state_of r)" "${BEFORE/normal/unreachable}" "no block was touched"
swap m "$GOOD"
ok "it comes back from that too" dm_wait r ' normal ' 60
ok "with the data" pattern_check $D 0 0 4,5,6,7

# Gone while the device is being suspended and stopped, and back again.
swap m "$GONE"
ok "it can be suspended without the main device" dmsetup suspend r
ok "and resumed" dmsetup resume r
ok "and removed" dm_remove r
swap m "$GOOD"
ok "and activated when it is back" dm_create r "0 $LEN remap /dev/mapper/m 0 $S 0"
like "$(state_of r)" "^rw normal 3/[0-9]+ 0 3 0$" "with the same map"
ok "and the same data" pattern_check $D 0 0 4,5,6,7
done_testing
