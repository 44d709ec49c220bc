# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Sourced by tests after lib.sh: devices on disks outside of the machine, with bad
# sectors all over them, for tests in which memory is short. Repairs must not wait for
# memory that only they can free.

# make NAME MAIN SPARE: a device on a disk with bad sectors all over it
make() {
	local len at=0 block count table=''
	len=$(sectors "$2")
	for ((block = 1000; block * 8 < len - 4096; block += 50 + RANDOM % 300)); do
		count=$((1 + RANDOM % 8))
		table+="$at $((block * 8 - at)) linear $2 $at"$'\n'"$((block * 8)) $count error"$'\n'
		at=$((block * 8 + count))
	done
	dm_create "$1-main" "$table$at $((len - at)) linear $2 $at"
	dm_create "$1" "0 $len remap /dev/mapper/$1-main 0 $3 0 2 format storm_limit=100000"
}

remapped() { dmsetup status "$1" | cut -d' ' -f9; }

# MiB; what is left of it differs from kernel to kernel
available() { awk '$1 == "MemAvailable:" { print int($2 / 1024) }' /proc/meminfo; }
