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

# scan_pass DEVICE SECONDS: a whole pass, in virtual time, looked at every second or every $EVERY
scan_pass() {
	local passes
	passes=$(scan_get "$1" passes)
	scan_act "$1" start
	EVERY=${EVERY:-1} scan_wait "$1" passes $((passes + 1)) "$2"
}

# scan_remap MAIN: r on it; used: spare blocks of all, those in use
scan_remap() {
	dm_create r "0 $(sectors "$1") remap $1 0 /dev/disk/spare 0 3 format confirm_ms=0 spare_blocks=1024"
}
used() { dmsetup status r | cut -d' ' -f7; }

# scan_picky: both modules, and r with a main device m that fails as it is told
scan_picky() {
	load_core
	load_scanner
	picky_load
	make_null_blk main 32
	make_null_blk spare 16
	dm_create m "0 $(sectors /dev/disk/main) picky /dev/disk/main 0"
	scan_remap /dev/mapper/m
}

# unread_is LOW HIGH: so many blocks count as unread
unread_is() { (($1 <= $(scan_get r unread_blocks) && $(scan_get r unread_blocks) <= $2)); }

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

#
# Foreground I/O of the device r, by fio, and what is measured of it
#

# fio_reads SECONDS OPTION...: 4 KiB at random, one at a time, and pauses if the options say so; its report is in /run/fio
fio_reads() {
	fio --direct=1 --ioengine=psync --rw=randread --bs=4k --size=400g --norandommap --time_based --runtime="$1" \
		--thinktime_spin=0 --output-format=json --output=/run/fio --name=first --filename=/dev/mapper/r "${@:2}"
}

# fio_warm_up: its files are read, so that it starts at once, in virtual time as well
fio_warm_up() {
	fio_reads 1 >/dev/null
	fio_ios >/dev/null
}

fio_ios() { jq '[.jobs[].read.total_ios] | add' /run/fio; }

# fio_busy JOB: percent of the time in which there was a request of it
fio_busy() { jq ".jobs[$1].read | .total_ios * .lat_ns.mean / 10000 / .runtime | floor" /run/fio; }

# foreground MICROSECONDS|all: requests the scanner has seen, those of that line of its histogram or all
foreground() { scan_message r latency | awk -v line="$1" '$1 + 0 && (line == "all" || $1 == line) { n += $2 } END { print n + 0 }'; }

# served: reads, by the kernel's own statistics of the device
served() { awk '{ print $1 }' "$(scan_dir r)/../../stat"; }
has_served_more() { (($(served) > $1)); }

# load_under SECONDS OPTION...: LOAD is the mean of what the scanner says while fio reads, after two seconds; meanwhile
# it had read READ_EARLY and then READ_LATE sectors, and was in STATE. On a slow machine each process that is made here
# takes a good part of a second: there is none but sleep.
# shellcheck disable=SC2034 # they are for the caller
load_under() {
	local dir before fio end n=0 load
	dir=$(scan_dir r)
	before=$(served)
	fio_reads "$@" &
	fio=$!
	eventually 60 has_served_more "$before"
	end=$((SECONDS + $1 - 2))
	sleep 2
	read -r READ_EARLY <"$dir/sectors_scanned"
	LOAD=0
	while ((SECONDS < end)); do
		read -r load <"$dir/load"
		LOAD=$((LOAD + load)) n=$((n + 1))
		sleep 0.5
	done
	read -r STATE <"$dir/state"
	read -r READ_LATE <"$dir/sectors_scanned"
	LOAD=$((LOAD / n))
	wait $fio
}

# is_about PERCENT: LOAD is, give or take 15
is_about() { ((LOAD >= $1 - 15 && LOAD <= $1 + 15)); }
