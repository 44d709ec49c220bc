# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# summary: slow blocks are found, confirmed and moved with their data; slowness everywhere moves nothing
# timeout: 300
# icount: shift=2

# shellcheck source=/dev/null
. "$VM_DIR/lib.sh"
# shellcheck source=/dev/null
. "$VM_DIR/tools/scan.sh"

S=/dev/disk/spare D=/dev/mapper/r
field() { dmsetup status r | cut -d' ' -f"$1"; }
on_spare() { dmsetup message r 0 list | awk '/^[0-9]/ { printf "%s%s", sep, $1; sep = " " }'; }

load_core
load_scanner chunk_sectors=64
make_null_blk main 64
make_null_blk spare 16
LEN=$(sectors /dev/disk/main)
# three blocks and one sector of a fourth take 150 ms, one takes 40 ms; a whole MiB between is fine
slow_disk m /dev/disk/main 150 8000+16 40963+1 60000+8
slow_disk m2 /dev/mapper/m 40 100000+8
dm_create r "0 $LEN remap /dev/mapper/m2 0 $S 0 2 format confirm_ms=0"
pattern_write $D 0 0 1

scan_set r advise 1
scan_set r priority 10
scan_act r start
ok "advise: slow blocks are found" patiently 9000 scan_is r slow_blocks 5
is "$(scan_message r slow | sort -n | tr '\n' ' ')" "1000 1001 5120 7500 12500 " "these five"
is "$(field 9)" 0 "and nothing is moved"
scan_act r pause
dmsetup message r 0 remap 7500
ok "what the administrator moves is no longer told, even in a pause" eventually 300 scan_is r slow_blocks 4
is "$(scan_message r slow | sort -n | tr '\n' ' ')" "1000 1001 5120 12500 " "the others are"
like "$(scan_message r)" "remapped 1, .*slow 4," "and the score counts it once"
scan_act r resume

dmsetup message r 0 auto_remap 0
scan_set r advise 0
sleep 300
is "$(field 9) $(scan_get r slow_blocks)" "1 4" "auto_remap 0: nothing is moved either"

# One of them takes four seconds for a sector by now, and fails then: it cannot be moved whole, and is left where it is.
dm_create error "0 $LEN error"
# fourth_is DEVICE START DELAY: where that one is, and how long each command takes there
fourth_is() {
	dm_reload m2 "0 100000 linear /dev/mapper/m 0
		100000 8 delay $*
		100008 $((LEN - 100008)) linear /dev/mapper/m 100008"
}
fourth_is /dev/mapper/error 0 4000
dmsetup message r 0 auto_remap 1
ok "now those are moved that read" patiently 900 scan_is r predictive_remaps 3
ok "the scanner lets go of the one that does not" patiently 900 scan_is r slow_blocks 0
is "$(on_spare) $(field 10)" "1000 1001 5120 7500 0" "which stays, and nothing is given up"
fourth_is /dev/mapper/m 100000 40
ok "all data is right" pattern_check $D 0 0 1
scan_act r stop
scan_act r start
ok "when it reads again, the next pass moves it" patiently 9000 scan_is r predictive_remaps 4
is "$(on_spare)" "1000 1001 5120 7500 12500" "now all five"
is "$(field 10)" 0 "without loss"
ok "all data is right" pattern_check $D 0 0 1
is "$(scan_get r slow_blocks)" 0 "none is left on main"

# from now on everything is slow
log_mark # before: on a busy machine the pass under way may notice it between two commands
dmsetup reload m <<<"0 $LEN delay /dev/disk/main 0 500 /dev/disk/main 0 0"
dmsetup suspend m
dmsetup resume m
scan_act r stop
scan_act r start
READ=$(scan_get r sectors_scanned)
sleep 3000
ok "much was read meanwhile" test $(($(scan_get r sectors_scanned) - READ)) -ge $((LEN / 2))
is "$(scan_get r predictive_remaps) $(field 9)" "4 5" "slowness everywhere moves nothing"
like "$(log_since)" "the whole device has become slow" "and the log says what it is"
ok "all data is right" pattern_check $D 0 0 1
done_testing
