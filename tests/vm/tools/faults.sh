# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Sourced by tests that let the kernel's own fault injection loose on
# dm-remap: on its allocations, or on the disks below it. Needs a kernel with
# CONFIG_FAULT_INJECTION (tests/vm/kernel fetch debug).
# shellcheck disable=SC2034 # they are the callers'

FAULTS=/sys/kernel/debug
# Injected failures may come this often; what is left of them tells how often they did.
MANY_FAULTS=1000000

# need_faults KIND...: ends the test as skipped on a kernel without them.
need_faults() {
	local kind
	for kind in "$@"; do
		[[ ! -d $FAULTS/$kind ]] || continue
		skip "fault injection" "this kernel has no $kind; the debug kernel does"
		done_testing
		exit 0
	done
}

# fault_set KIND SETTING=VALUE...
fault_set() {
	local kind=$1 setting
	shift
	for setting in "$@"; do
		echo "${setting#*=}" >"$FAULTS/$kind/${setting%%=*}"
	done
}

faults_off() {
	local kind
	for kind in failslab fail_page_alloc fail_make_request; do
		[[ ! -d $FAULTS/$kind ]] || fault_set "$kind" probability=0 verbose=0
	done
}

#
# Allocations
#

# alloc_faults START END: the ones that may fail are made with code in this
# range on the stack; of any size, whether or not the allocation may wait.
alloc_faults() {
	local kind
	for kind in failslab fail_page_alloc; do
		fault_set "$kind" probability=0 verbose=0 stacktrace-depth=32 \
			require-start="$1" require-end="$2" ignore-gfp-wait=N interval=1 space=0
	done
	fault_set fail_page_alloc min-order=0 ignore-gfp-highmem=N
}

# Where all modules are: only for one that is being loaded.
ALL_MODULES=(0xffffffffa0000000 0xffffffffff000000)

# The code of dm-remap, in CODE: first and last address.
find_code() {
	mapfile -t CODE < <(awk '/\[dm_remap_core\]$/ && $2 ~ /[tT]/ { print "0x" $1 }' /proc/kallsyms |
		sort | sed -n '1p;$p')
}

count_faults() {
	fault_set failslab times=$MANY_FAULTS
	fault_set fail_page_alloc times=$MANY_FAULTS
}

# How many have failed since count_faults, in STRUCK.
faults_struck() {
	local slab page
	read -r slab <$FAULTS/failslab/times
	read -r page <$FAULTS/fail_page_alloc/times
	STRUCK=$((2 * MANY_FAULTS - slab - page))
}

# nth N COMMAND...: the Nth of these allocations that the command makes fails.
nth() { (echo "$1" >/proc/self/fail-nth && exec "${@:2}"); }

# every KIND N: each Nth of these allocations fails, whoever makes it; 0: none
every() {
	if (($2)); then
		fault_set "$1" interval="$2" probability=100
	else
		fault_set "$1" probability=0 interval=1
	fi
}

#
# Disks
#

# disk_faults PERCENT DISK...: so many of the disks' bios fail; 0: none
disk_faults() {
	local percent=$1 disk
	shift
	for disk in "$@"; do
		echo $((percent > 0)) >"/sys/block/$(block "/dev/disk/$disk")/make-it-fail"
	done
	((percent == 0)) || fault_set fail_make_request times=$MANY_FAULTS
	fault_set fail_make_request probability="$percent" interval=1 space=0 verbose=0
}

# How many have failed since they were set on, in STRUCK.
disk_faults_struck() {
	local left
	read -r left <$FAULTS/fail_make_request/times
	STRUCK=$((MANY_FAULTS - left))
}

#
# Data
#

# write_noting DEVICE SEED FILE [OPTION...]: writes all of it, in four places at
# once; what failed is listed in the file.
write_noting() {
	local quarter=$(($(sectors "$1") / 4)) i
	for i in 0 1 2 3; do
		(pattern_write "$1" $((i * quarter)) $quarter "$2" "${@:4}" >"$3.$i" || true) &
	done
	wait
	cat "$3".[0-3] >"$3"
}

# told_true DEVICE OLD NEW FAILED [lost]: the new data everywhere, but where the
# write failed: there the old, the new or an error. With `lost`, a good disk may have
# been taken for a bad one, and a sector reads as an error that was written.
# Prints what is not so, and the number of unreadable sectors.
told_true() {
	pattern read-map "$1" 0 0 | awk -v old="seed:$2" -v new="seed:$3" -v failed="$4" -v lost="${5:-}" '
		BEGIN {
			while ((getline line <failed) > 0) {
				split(line, f, " ")
				for (i = 0; i < f[2]; i++)
					may[f[1] + i] = 1
			}
		}
		$3 ~ /^error:/ { unreadable += $2 }
		$3 == new || ($3 ~ /^error:/ && lost) { next }
		{
			for (s = $1; s < $1 + $2; s++)
				if (!(s in may) || !($3 == old || $3 ~ /^error:/)) {
					print "sector " s ": " $3 (s in may ? " after a failed write" : "")
					wrong = 1
				}
		}
		END { print unreadable + 0; exit wrong }'
}
