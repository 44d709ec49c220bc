# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# summary: a pass goes on where it was after suspend, reload, stop of the device and power cut
# timeout: 300
# boots: 3
# icount: shift=2
# disk: main 256M
# disk: spare 64M

# shellcheck source=/dev/null
. "$VM_DIR/lib.sh"
# shellcheck source=/dev/null
. "$VM_DIR/tools/scan.sh"

# a segment of a MiB is one read, and takes a second
M=/dev/mapper/slow S=/dev/disk/spare
SEGMENT=2048
table() { echo "0 $(sectors $M) remap $M 0 $S 0 ${1:-0}"; }
position() { scan_get r position; }
reached() { (($(position) >= $1)); }
# went_on TEXT BEFORE: no more than a segment is read again
went_on() {
	local now
	now=$(position)
	ok "$1: at most a segment is read again ($2, then $now)" test "$now" -ge $(($2 - SEGMENT))
	ok "$1: and nothing is skipped" test "$now" -le "$2"
}

load_core
load_scanner interval_hours=1
modprobe dm-delay
dm_create slow "0 $(sectors /dev/disk/main) delay /dev/disk/main 0 1000 /dev/disk/main 0 0"

if ((BOOT == 1)); then
	dm_create r "$(table "2 format spare_blocks=4096")"
	scan_act r start
	ok "the pass is on its way" eventually 300 reached $((20 * SEGMENT))
	scan_act r pause
	is "$(scan_get r state)" paused "paused"
	sleep 5 # the read that is under way ends
	at=$(position)
	sleep 100
	is "$(position)" "$at" "it stays where it is"
	dmsetup suspend r
	dmsetup resume r
	is "$(scan_get r state)" paused "paused over a suspend"
	dm_reload r "$(table)"
	is "$(scan_get r state)" paused "paused over a reload"
	went_on "suspend and reload" "$at"
	dm_remove r
	dm_create r "$(table)"
	is "$(scan_get r state)" paused "paused over a stop"
	went_on "stop and start" "$at"
	scan_act r resume
	# by itself it would read a segment in ten seconds; a busy host makes two of the one
	ok "it goes on, fast, as what is started by hand does" eventually 150 reached $((at + 20 * SEGMENT))
	rmmod dm_remap_scanner
	at=$(dmsetup status r) # the device goes on without a scanner
	load_scanner interval_hours=1
	ok "and with a new one" eventually 150 reached $((60 * SEGMENT))
	sleep 61 # the record is written each minute
	record "at $(position)"
	power_cut
fi

at=$(recorded | awk '$1 == "at" { at = $2 } END { print at }')
dm_create r "$(table)"
if ((BOOT == 2)); then
	ok "after a power cut the pass goes on" test "$(scan_get r state)" != waiting
	# the record is a minute old at most
	ok "from where it was a minute before ($at, then $(position))" test "$(position)" -ge $((at - 61 * SEGMENT))
	# what somebody wants is written at once
	scan_act r pause
	scan_set r priority 7
	sleep 5
	record "at $(position)"
	power_cut
fi

is "$(scan_get r state) $(scan_get r priority)" "paused 7" "pause and a setting outlive a power cut right after"
went_on "pause and power cut" "$at"
scan_act r resume
ok "it goes on and ends" patiently 7200 scan_is r passes 1
ok "and has read everything" test "$(scan_get r sectors_scanned)" -ge $(($(sectors $M) + 4096 * 8))
done_testing
