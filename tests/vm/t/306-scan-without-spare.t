# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# summary: a spare that is gone does not keep the scan from the rest of main; what it could not move is moved later
# timeout: 120
# icount: shift=2

# shellcheck source=/dev/null
. "$VM_DIR/lib.sh"
# shellcheck source=/dev/null
. "$VM_DIR/tools/scan.sh"

D=/dev/mapper/r
field() { dmsetup status r | cut -d' ' -f"$1"; }
reached() { (($(scan_get r position) >= $1)); }

load_core
load_scanner
make_null_blk main 32
make_null_blk spare 16
LEN=$(sectors /dev/disk/main) S_LEN=$(sectors /dev/disk/spare)
dm_create s "0 $S_LEN linear /dev/disk/spare 0"
dm_create r "0 $LEN remap /dev/disk/main 0 /dev/mapper/s 0 3 format confirm_ms=0 spare_blocks=1024"
pattern_write $D 0 0 1
null_bad main +8003-8003 +30000-30000 +50007-50007
ok "the spare goes away" dm_reload s "0 $S_LEN error"
began=$(cut -d. -f1 /proc/uptime)
scan_act r start
ok "all of main is read" patiently 3600 reached "$LEN"
ok "in minutes" test $(($(cut -d. -f1 /proc/uptime) - began)) -lt 900
is "$(field 5) $(field 7)" "spare-unreachable 0/1024" "nothing could be moved"
is "$(scan_get r unread_blocks)" 3 "and the three blocks count as unread"
isnt "$(scan_get r health_score)" 100 "which is known against the disk"
is "$(scan_get r passes)" 0 "the pass is not over: there is the spare to read"
ok "the spare is back" dm_reload s "0 $S_LEN linear /dev/disk/spare 0"
ok "the pass ends" patiently 3600 scan_is r passes 1
is "$(scan_get r unread_blocks)" 3 "the three are still unread"
ok "another pass ends" scan_pass r 3600
is "$(field 9) $(field 10)" "3 3" "all three were moved, with a sector of each lost"
is "$(scan_get r unread_blocks)" 0 "nothing is unread any more"
ok "what could be read is there" pattern_check $D 0 0 1 --errors 8003+1,30000+1,50007+1

# A spare that has not taken the record for a while is tried seldom; what somebody sets is not kept from it.
spare_sum() { dd if=/dev/disk/spare iflag=direct bs=1M status=none | cksum; }
spare_changed() { [[ $(spare_sum) != "$before" ]]; }
refused() { dmesg | grep -c "how far the scan has come cannot be written"; }
before=$(refused)
ok "the spare goes away" dm_reload s "0 $S_LEN error"
scan_set r advise 1
sleep 200
is "$(refused)" $((before + 1)) "that a setting cannot be written is told, and once"
ok "the spare is back" dm_reload s "0 $S_LEN linear /dev/disk/spare 0"
before=$(spare_sum)
sleep 100
is "$(spare_sum)" "$before" "the spare is left alone"
scan_set r relocations_per_hour 7
ok "another setting is written at once" eventually 10 spare_changed
done_testing
