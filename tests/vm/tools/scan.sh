# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Sourced by tests of the scanner after lib.sh.

scan_dir() { echo "/sys/block/dm-$((0x$(stat -c %T "/dev/mapper/$1")))/dm_remap/scan"; }
scan_get() { cat "$(scan_dir "$1")/$2"; }
scan_set() { echo "$3" >"$(scan_dir "$1")/$2"; }
scan_act() { scan_set "$1" action "$2"; }
scan_message() { dmsetup message "$1" 0 scan "${@:2}"; }

scan_is() { [[ $(scan_get "$1" "$2") == "$3" ]]; }
scan_wait() { eventually "$4" scan_is "$1" "$2" "$3"; }

# patiently SECONDS COMMAND...: like eventually, for hours of virtual time
patiently() {
	local until=$((SECONDS + $1))
	shift
	while ! ("$@"); do
		((SECONDS < until)) || return 1
		sleep 60
	done
}

# scan_pass DEVICE SECONDS: a whole pass
scan_pass() {
	local passes
	passes=$(scan_get "$1" passes)
	scan_act "$1" start
	scan_wait "$1" passes $((passes + 1)) "$2"
}

# slow_disk NAME DEVICE MS RANGE...: FIRST+COUNT of it answer reads after MS milliseconds
slow_disk() {
	local name=$1 under=$2 ms=$3 len at=0 range first count table=''
	len=$(sectors "$under")
	modprobe dm-delay
	for range in "${@:4}"; do
		first=${range%+*} count=${range#*+}
		((first == at)) || table+="$at $((first - at)) linear $under $at"$'\n'
		table+="$first $count delay $under $first $ms $under $first 0"$'\n'
		at=$((first + count))
	done
	((at == len)) || table+="$at $((len - at)) linear $under $at"
	dm_create "$name" "$table"
}
