# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Sourced by tests of the scanner after lib.sh.

scan_dir() { echo "$(sysfs_of "/dev/mapper/$1")/scan"; }
scan_get() { cat "$(scan_dir "$1")/$2"; }
scan_set() { echo "$3" >"$(scan_dir "$1")/$2"; }
scan_act() { scan_set "$1" action "$2"; }
scan_message() { dmsetup message "$1" 0 scan "${@:2}"; }

scan_is() { [[ $(scan_get "$1" "$2") == "$3" ]]; }
scan_wait() { eventually "$4" scan_is "$1" "$2" "$3"; }

# patiently SECONDS COMMAND...: like eventually, for hours of virtual time
patiently() { EVERY=60 eventually "$@"; }

# scan_has_read DEVICE: a pass is over, or has read everything and only visits its suspects: who is
# slow by chance, as happens in real time on a busy machine, is not acquitted for minutes
scan_has_read() { [[ $(scan_get "$1" passes) != 0 || $(scan_get "$1" state) == confirming ]]; }

# scan_pass DEVICE SECONDS: a whole pass, in virtual time
scan_pass() {
	local passes
	passes=$(scan_get "$1" passes)
	scan_act "$1" start
	EVERY=1 scan_wait "$1" passes $((passes + 1)) "$2"
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
