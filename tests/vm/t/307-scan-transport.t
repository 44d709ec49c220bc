# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# summary: an error that is not about the place: the scan waits, for minutes; a place that always fails so is left out
# timeout: 180
# icount: shift=2

# shellcheck source=/dev/null
. "$VM_DIR/lib.sh"
# shellcheck source=/dev/null
. "$VM_DIR/tools/scan.sh"
# shellcheck source=/dev/null
. "$VM_DIR/tools/picky.sh"

field() { dmsetup status r | cut -d' ' -f"$1"; }
reached() { (($(scan_get r position) >= $1)); }
moved_on() { (($(scan_get r position) > $1)); }

load_core
load_scanner
picky_load
modprobe dm-delay
make_null_blk main 32
make_null_blk spare 16
LEN=$(sectors /dev/disk/main)
dm_create slow "0 $LEN delay /dev/disk/main 0 1000 /dev/disk/main 0 0" # a read takes a second
dm_create m "0 $LEN picky /dev/mapper/slow 0"
dm_create r "0 $LEN remap /dev/mapper/m 0 /dev/disk/spare 0 3 format confirm_ms=0 spare_blocks=1024"

# in time of its own: while this machine is busy, minutes pass for the guest between two commands
picky m cut read 16384 8
scan_act r start
ok "from one on, every read is lost on its way: the scan notices" eventually 600 scan_is r state stalled
ok "somewhere on its way" reached 1024
at=$(scan_get r position)
sleep 600
is "$(scan_get r position) $(scan_get r state)" "$at stalled" "ten minutes later it still waits there"
is "$(field 7) $(scan_get r io_errors) $(scan_get r unread_blocks)" "0/1024 0 0" "nothing is held against the disk"
picky m pass read
ok "the way is free: it goes on" eventually 600 moved_on "$at"
ok "and ends" patiently 3600 scan_is r passes 1
is "$(scan_get r unread_blocks) $(scan_get r interruptions) $(scan_get r health_score)" "0 1 100" "one interruption, nothing else"

# the rest of the disk answers
picky m lose read 40000 8
ok "a pass over a place that always fails so ends" scan_pass r 3600
is "$(field 7)" "0/1024" "nothing is remapped"
is "$(scan_get r unread_blocks)" 1 "it counts as one place unread"
picky m pass read
ok "another pass ends" scan_pass r 3600
is "$(scan_get r unread_blocks)" 0 "and has read it"
done_testing
