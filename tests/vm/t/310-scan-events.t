# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# summary: an event and a line in the log each time the health score crosses 75, 50 and 25, down and up
# timeout: 180
# icount: shift=2

# shellcheck source=/dev/null
. "$VM_DIR/lib.sh"
# shellcheck source=/dev/null
. "$VM_DIR/tools/scan.sh"

D=/dev/mapper/r
events() { dmsetup info -c --noheadings -o events r; }

# lose FIRST COUNT: sectors that do not read, and are read
lose() {
	null_bad main "+$1-$(($1 + $2 - 1))"
	dd if=$D of=/dev/null bs=512 skip="$1" count="$2" iflag=direct conv=noerror 2>/dev/null || true
}

# watched TEXT SCORE EVENTS LOG: what the scanner says of it within two minutes. That blocks move is an event as well:
# so the events are counted from now on.
watched() {
	local before
	is "$(scan_get r health_score)" "$2" "$1: the score is $2"
	before=$(events)
	log_mark
	sleep 121
	is $(($(events) - before)) "$3" "$1: $3 events"
	if [[ $4 ]]; then
		ok "$1: the log says so" grep -q "r: the health score is $4\$" <<<"$(log_since)"
	else
		fails "$1: the log says nothing" grep -q 'health score' <<<"$(log_since)"
	fi
	settle
}

# settle: the score is looked at now, if it was not in the last 30 s, and then not for a minute: what is done next is seen
# only after its events were counted
settle() { scan_act r stop; }

# Blocks that come into use are growth, which costs points and is not for this test: a clock before 2020 knows no days.
date -s '2019-06-01 12:00:00'

# The scan itself is off: the score is looked at all the same, and no pass ends with an event.
load_core
load_scanner enabled=0
make_null_blk main 40
make_null_blk spare 16
dm_create r "0 $(sectors /dev/disk/main) remap /dev/disk/main 0 /dev/disk/spare 0 4 format confirm_ms=0 spare_blocks=2000 storm_limit=100000"
pattern_write $D 0 0 1
watched "nothing" 100 0 ""

# The points are those of docs/scanner.md: of lost sectors, and of remapped blocks. What of a block still reads is saved
# with the first that does not, so each time others are taken.
lose 8000 1
watched "one lost sector" 69 1 "69 of 100"
watched "and still" 69 0 ""
lose 8008 7
watched "eight of two blocks" 51 0 ""
lose 8016 8
watched "sixteen of three blocks" 46 1 "46 of 100"
lose 8024 112
watched "128 of seventeen blocks" 22 1 "22 of 100"

null_bad main "-8000-8135"
pattern_write $D 8009 127 2
watched "all but two are written again, and 52 is less than 50 and three" 52 1 "52 of 100 again"
pattern_write $D 8008 1 2
watched "all but one" 57 1 "57 of 100 again"
pattern_write $D 8000 1 2
watched "all of them" 87 1 "87 of 100 again"
done_testing
