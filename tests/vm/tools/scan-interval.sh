# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Sourced after lib.sh and scan.sh by the tests of the interval, a short and a long one.

# units SECONDS: in 24ths of the interval
units() { awk -v s="$1" -v u="$UNIT" 'BEGIN { printf "%.1f", s / u }'; }
between() { awk -v a="$1" -v n="$2" -v b="$3" 'BEGIN { exit !(a <= n && n <= b) }'; }
began_after() { (($(scan_get r last_start) > $1)); }

# scan_interval HOURS MEBIBYTES: passes over so much with that interval. What is checked is in
# 24ths of it.
scan_interval() {
	local hours=$1 first second progress eta took next load
	UNIT=$((hours * 150))
	load_core
	load_scanner interval_hours="$hours"
	# no memory behind it: only the reading matters
	make_null_blk main "$2" memory_backed=0
	make_null_blk spare 8
	dm_create r "0 $(sectors /dev/disk/main) remap /dev/disk/main 0 /dev/disk/spare 0 2 format spare_blocks=512"

	# a little I/O now and then, as on a machine that is in use
	while sleep 300; do dd if=/dev/mapper/r of=/dev/null bs=64k count=4 iflag=direct 2>/dev/null; done &
	load=$!

	ok "the first pass begins within ten minutes or so" patiently 700 began_after 0
	first=$(scan_get r last_start)
	sleep $((6 * UNIT))
	progress=$(scan_get r progress)
	ok "after a quarter of the interval it is on its way: $progress %" between 20 "$progress" 45
	eta=$(units "$(scan_get r eta_seconds)")
	ok "and knows when it will be done: in $eta/24" between 8 "$eta" 19
	ok "it ends" patiently $((20 * UNIT)) scan_is r passes 1
	took=$(units $(($(scan_get r last_complete) - first)))
	ok "it took most of its interval: $took/24" between 16 "$took" 24
	is "$(scan_get r late)" 0 "and was not late"
	ok "the next begins" patiently $((12 * UNIT)) began_after "$first"
	second=$(scan_get r last_start)
	next=$(units $((second - first)))
	ok "one interval after the first, with some jitter: $next/24" between 24 "$next" 25.5
	scan_act r stop
	scan_set r interval_hours $((hours / 2))
	ok "with half the interval the next begins sooner" patiently $((14 * UNIT)) began_after "$second"
	kill $load
}
