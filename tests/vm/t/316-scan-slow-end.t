# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# summary: a disk that is slow when a pass ends and fast afterwards: what was confirmed before is moved
# timeout: 300
# icount: shift=2

# shellcheck source=/dev/null
. "$VM_DIR/lib.sh"
# shellcheck source=/dev/null
. "$VM_DIR/tools/scan.sh"

field() { dmsetup status r | cut -d' ' -f"$1"; }

load_core
load_scanner chunk_sectors=64 interval_hours=2 relocations_per_hour=0
make_null_blk main 64
make_null_blk spare 16
LEN=$(sectors /dev/disk/main)
# one block, and the last twelve of 1024 reads (of 64 KiB on an idle disk)
slow_disk m /dev/disk/main 200 8000+8 $((LEN - 1536))+1536
dm_create r "0 $LEN remap /dev/mapper/m 0 /dev/disk/spare 0 2 format confirm_ms=0"
pattern_write /dev/mapper/r 0 0 1

# The pass begins by itself, and is spread over an hour and a half: the block is confirmed before its end.
ok "a slow block is found" patiently 7200 scan_is r slow_blocks 1
is "$(scan_get r passes)" 0 "while the pass is under way"
log_mark
ok "the pass ends" patiently 7200 scan_is r passes 1
like "$(log_since)" "the whole device has become slow" "slow everywhere"
dmsetup reload m <<<"0 $LEN linear /dev/disk/main 0"
dmsetup suspend m
dmsetup resume m
is "$(scan_get r slow_blocks) $(field 9)" "1 0" "no block was moved"
unlike "$(scan_message r)" "the whole device is slow" "it is not said to be slow for a week"
scan_set r relocations_per_hour 16
ok "between passes the block is moved" patiently 300 scan_is r predictive_remaps 1
is "$(scan_get r state) $(dmsetup message r 0 list | awk '/^[0-9]/ { print $1, $4 }')" "waiting 1000 slow" "that one"
ok "all data is right" pattern_check /dev/mapper/r 0 0 1
done_testing
