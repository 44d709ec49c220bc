# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# summary: a disk that goes away while it is scanned costs nothing; the pass goes on when it is back
# timeout: 240
# icount: shift=2

# shellcheck source=/dev/null
. "$VM_DIR/lib.sh"
# shellcheck source=/dev/null
. "$VM_DIR/tools/scan.sh"

D=/dev/mapper/r
swap() { dm_reload m "0 $LEN $1"; }

load_core
load_scanner priority=10 chunk_sectors=64
modprobe dm-delay
make_null_blk main 96
make_null_blk spare 16
LEN=$(sectors /dev/disk/main)
GOOD="delay /dev/disk/main 0 5 /dev/disk/main 0 0" # a read takes 5 ms
dm_create m "0 $LEN $GOOD"
S_LEN=$(sectors /dev/disk/spare)
S_GOOD="delay /dev/disk/spare 0 400 /dev/disk/spare 0 0" # time enough to take it away
dm_create s "0 $S_LEN $S_GOOD"
dm_create r "0 $LEN remap /dev/mapper/m 0 /dev/mapper/s 0 3 format confirm_ms=0 spare_blocks=1024"
pattern_write $D 0 0 1
scan_act r start
moving() { (($(scan_get r position) > 20000)); }
ok "the pass is on its way" eventually 30 moving
ok "main goes away" swap error
ok "the scan notices and waits" scan_wait r state stalled 20
sleep 5
is "$(used)" "0/1024" "no spare block is used"
is "$(scan_get r io_errors)" 0 "and no block is called bad"
ok "main is back" swap "$GOOD"
# a read that took long by chance is looked at again in visits minutes apart, before the pass ends
ok "the pass ends" patiently 3600 scan_is r passes 1
is "$(used) $(scan_get r io_errors)" "0/1024 0" "nothing was remapped, no error counted"
ok "one interruption at least was" test "$(scan_get r interruptions)" -ge 1
ok "all data is right" pattern_check $D 0 0 1

# Where the core does not look whether a block is bad, the scanner has to do it itself.
outage() {
	scan_act r start
	ok "$1: the pass is on its way" eventually 30 moving
	ok "$1: main goes away" swap error
	ok "$1: the scan notices and waits" scan_wait r state stalled 20
	sleep 5
	is "$(scan_get r io_errors) $(scan_get r unread_blocks) $(scan_get r health_score)" "0 0 100" "$1: nothing counts as bad or unread"
	ok "$1: main is back" swap "$GOOD"
	ok "$1: the pass ends" patiently 3600 scan_is r passes "$2"
}
dmsetup message r 0 auto_remap 0
outage "auto_remap 0" 2
dmsetup message r 0 auto_remap 1
reload() {
	dmsetup reload r "$@" <<<"0 $LEN remap /dev/mapper/m 0 /dev/mapper/s 0 1 confirm_ms=0"
	dmsetup suspend r
	dmsetup resume r
}
ok "the table becomes read-only" reload --readonly
like "$(dmsetup info r)" "READ-ONLY" "it is"
outage "read-only" 3
null_bad main +70000-70000
ok "a pass over a block that fails ends" scan_pass r 3600
is "$(scan_get r unread_blocks) $(scan_get r io_errors) $(used)" "1 1 0/1024" "it counts as unread, and is not moved"
null_bad main -70000-70000
ok "another pass ends" scan_pass r 3600
is "$(scan_get r unread_blocks)" 0 "and has read it"
ok "the table becomes writable" reload
is "$(scan_get r passes)" 2 "that the last pass was is nowhere on record"

# the same for the spare, while its own blocks are read
STALLS=$(scan_get r interruptions)
scan_act r start
on_spare() { (($(scan_get r position) > LEN)); }
ok "the next pass has come to the spare" eventually 60 on_spare
ok "the spare goes away" dm_reload s "0 $S_LEN error"
ok "the scan notices and waits" scan_wait r state stalled 20
sleep 5
is "$(scan_get r passes) $(scan_get r unread_blocks) $(scan_get r io_errors)" "2 0 0" "nothing counts as read, nor as bad"
ok "it was an interruption" test "$(scan_get r interruptions)" -gt "$STALLS"
ok "the spare is back" dm_reload s "0 $S_LEN $S_GOOD"
ok "the pass ends" patiently 3600 scan_is r passes 3
is "$(scan_get r unread_blocks) $(scan_get r health_score)" "0 100" "and nothing is known against either disk"
done_testing
