# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# summary: slow blocks that stop reading, find the spare full, or move while the device is suspended and reloaded
# timeout: 400
# icount: shift=2

# shellcheck source=/dev/null
. "$VM_DIR/lib.sh"
# shellcheck source=/dev/null
. "$VM_DIR/tools/scan.sh"

field() { dmsetup status "$1" | cut -d' ' -f"$2"; }
table() { echo "0 $LEN remap /dev/mapper/$1-main 0 /dev/disk/$1-spare 0 ${2:-0}"; }
# device NAME SPARE_BLOCKS RANGE...: with slow ranges
device() {
	make_null_blk "$1-disk" 48
	make_null_blk "$1-spare" 8
	LEN=$(sectors "/dev/disk/$1-disk")
	slow_disk "$1-main" "/dev/disk/$1-disk" 150 "${@:3}"
	dm_create "$1" "$(table "$1" "3 format confirm_ms=0 spare_blocks=$2")"
	pattern_write "/dev/mapper/$1" 0 0 1
	scan_set "$1" priority 10
}
suspects() { (($(scan_get "$1" suspects) >= $2)); }

load_core
load_scanner chunk_sectors=64

# one that stops reading while it is only suspected
device a 512 40000+8 60000+8
scan_act a start
ok "two places are suspected" patiently 1800 suspects a 2
is "$(scan_get a slow_blocks) $(field a 9)" "0 0" "and not yet condemned"
null_bad a-disk +40003-40003
ok "one of them does not read any more: it is moved" patiently 9000 dm_status_is a " rw normal 4096 [0-9]+/512 0 [12] 1 "
ok "the other one is moved for being slow" patiently 9000 scan_is a predictive_remaps 1
is "$(field a 9) $(field a 10)" "2 1" "two blocks, and the one sector is lost"
ok "the pass ends" patiently 3600 scan_is a passes 1
ok "all data is right" pattern_check /dev/mapper/a 0 0 1 --errors 40003+1
dm_remove a

# a spare that is full
device b 4 40000+8
dmsetup message b 0 remap 1+4
scan_set b spare_reserve 0
scan_act b start
ok "a slow block is found" patiently 9000 scan_is b slow_blocks 1
ok "the pass ends though the block can't be moved" patiently 3600 scan_is b passes 1
is "$(scan_get b predictive_remaps) $(field b 7)" "0 4/4" "it stays where it is"
like "$(scan_message b slow)" "^5000\b" "and is told"
ok "all data is right" pattern_check /dev/mapper/b 0 0 1
dm_remove b

# many that move, one after the other and 150 ms each, while the device is reloaded and suspended
N=40
device c 512 30000+$((8 * N))
scan_set c relocations_per_hour 1000
moved() { (($(field c 9) >= $1)); }
# Now and then a pass ends before the last of so many was visited often enough: the next one begins anew.
find_slow() {
	for _ in 1 2 3 4; do
		scan_act c stop
		scan_act c start
		! patiently 6000 scan_is c slow_blocks "$1" || return 0
	done
	return 1
}
# interrupt TEXT COMMAND...: the scanner that comes after it has to find again what is still on main
interrupt() {
	local before after
	before=$(field c 9)
	scan_set c advise 1
	ok "$1: slow blocks are found" find_slow $((N - before))
	is "$(field c 9)" "$before" "$1: and stay where they are"
	scan_set c advise 0
	ok "$1: some are moved" eventually 60 moved $((before + 3))
	"${@:2}"
	after=$(field c 9)
	ok "$1: it came in the middle: $before were moved before, then $after of $N" test "$after" -lt $N
	ok "$1: all data is right" pattern_check /dev/mapper/c 0 0 1
}
suspend() {
	dmsetup suspend c
	dmsetup resume c
}
interrupt "a table reload" dm_reload c "$(table c)"
interrupt "a suspend" suspend
scan_act c stop
scan_act c start
ok "the rest is found and moved" patiently 20000 dm_status_is c " rw normal 4096 $N/512 0 $N 0 "
is "$(dmsetup message c 0 list | awk '$4 == "slow" { n += $1 == 3750 + n } END { print n }')" $N "these and no others"
ok "all data is right" pattern_check /dev/mapper/c 0 0 1
done_testing
