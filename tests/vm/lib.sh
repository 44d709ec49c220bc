# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Sourced by the tests, in the guest:
#
#	. "$VM_DIR/lib.sh"
#	ok "what is claimed" command [argument...]
#	is "$got" "$want" "what is claimed"
#	done_testing
#
# Standard output and error go to the output log; TAP goes to the harness.
# A command that fails outside of these checks ends the test as failed.

set -eEuo pipefail
trap_errors() {
	trap 'diag "${BASH_SOURCE[0]##*/}:$LINENO: status $?: $BASH_COMMAND"' ERR
}
trap_errors

TAP_COUNT=0
TAP_FAILED=0

#
# TAP
#

# The kernel log gets it too, to tell when a message there came.
tap() {
	printf '%s\n' "$*" >&3
	printf 'tap: %s\n' "$*" >/dev/kmsg
}

diag() {
	local line
	while IFS= read -r line; do
		printf '# %s\n' "$line" >&3
	done <<<"$*"
}

plan() { echo "1..$1" >&3; }
done_testing() { plan "$TAP_COUNT"; }
pass() { TAP_COUNT=$((TAP_COUNT + 1)) && tap "ok $TAP_COUNT - $*"; }
fail() { TAP_COUNT=$((TAP_COUNT + 1)) && TAP_FAILED=$((TAP_FAILED + 1)) && tap "not ok $TAP_COUNT - $*"; }
skip() { TAP_COUNT=$((TAP_COUNT + 1)) && tap "ok $TAP_COUNT - $1 # SKIP ${2:-}"; }

# bail REASON: ends the test as failed.
bail() {
	echo "Bail out! $*" >&3
	exit 1
}

# attempt COMMAND...: its status in STATUS, its output in OUTPUT and the log.
# It runs in a subshell, where `set -e` works in functions too; so it cannot
# set variables of the test.
attempt() {
	local file=/run/attempt.$BASHPID
	set +e
	trap - ERR
	(
		set -e
		"$@"
	) >"$file" 2>&1
	STATUS=$?
	set -e
	trap_errors
	OUTPUT=$(<"$file")
	printf '%s\n' "+ $*" ${OUTPUT:+"$OUTPUT"}
}

diag_output() {
	[[ -z $OUTPUT ]] || diag "$(tail -n 20 <<<"$OUTPUT")"
}

# succeeds PID TEXT: that was started with &, which ok cannot wait for
succeeds() { if wait "$1"; then pass "$2"; else fail "$2"; fi; }
# fails_later PID TEXT: likewise, and fails
fails_later() { if wait "$1"; then fail "$2"; else pass "$2"; fi; }

# ok TEXT COMMAND...: the command succeeds.
ok() {
	local text=$1
	shift
	attempt "$@"
	if ((STATUS == 0)); then
		pass "$text"
	else
		fail "$text"
		diag "$* (status $STATUS)"
		diag_output
	fi
}

# fails TEXT COMMAND...: the command fails.
fails() {
	local text=$1
	shift
	attempt "$@"
	if ((STATUS != 0)); then
		pass "$text"
	else
		fail "$text"
		diag "$* (succeeded)"
		diag_output
	fi
}

# is GOT WANT TEXT: two strings are the same.
is() {
	if [[ $1 == "$2" ]]; then
		pass "$3"
	else
		fail "$3"
		diag "     got: $1"
		diag "expected: $2"
	fi
}

isnt() {
	if [[ $1 != "$2" ]]; then
		pass "$3"
	else
		fail "$3"
		diag "not expected: $1"
	fi
}

# like GOT REGEXP TEXT: a string matches an extended regular expression.
like() {
	if [[ $1 =~ $2 ]]; then
		pass "$3"
	else
		fail "$3"
		diag "          got: $1"
		diag "does not match: $2"
	fi
}

unlike() {
	if [[ ! $1 =~ $2 ]]; then
		pass "$3"
	else
		fail "$3"
		diag "    got: $1"
		diag "matches: $2"
	fi
}

# eventually SECONDS COMMAND...: repeats the command until it succeeds, every tenth of a second
# or every $EVERY seconds.
eventually() {
	local until=$((SECONDS + $1))
	shift
	while ! ("$@"); do
		((SECONDS < until)) || return 1
		sleep "${EVERY:-0.1}"
	done
}

#
# Power, and what outlives it
#

# The harness kills the machine; nothing after this runs.
power_cut() {
	echo "@power-cut" >&3
	sleep infinity
}

power_cut_after() {
	(sleep "$1" && echo "@power-cut" >&3) </dev/null &
}

# record LINE: kept outside of the machine before this returns; later boots
# read all of it with `recorded`.
record() { printf '%s\n' "$*" >&4; }
recorded() { cat "$VM_RECORDED"; }

#
# Kernel log and modules
#

# log_mark; log_since: the kernel's messages since the mark.
log_mark() {
	LOG_MARK="log mark $RANDOM$RANDOM"
	echo "tap: $LOG_MARK" >/dev/kmsg
}

log_since() {
	local log
	log=$(dmesg)
	[[ $log == *"$LOG_MARK"* ]] || bail "the mark has left the kernel log"
	sed "1,/$LOG_MARK/d;/\] tap: /d" <<<"$log"
}

core_module() { echo "$VM_MODULES/dm-remap-core/dm-remap-core.ko"; }
scanner_module() { echo "$VM_MODULES/dm-remap-scanner/dm-remap-scanner.ko"; }

# load_core [PARAMETER=VALUE...]
load_core() {
	modprobe -a dm-mod
	modprobe -q libcrc32c || true # built in from 6.15 on
	insmod "$(core_module)" "$@"
}

load_scanner() { insmod "$(scanner_module)" "$@"; }

#
# Devices: each maker names its device /dev/disk/NAME or prints its path
#

# block DEVICE: what sysfs calls it.
block() { basename "$(readlink -f "$1")"; }
sectors() { blockdev --getsz "$1"; }

# make_null_blk NAME SIZE_MB [ATTRIBUTE=VALUE...]: a RAM disk that can fail.
make_null_blk() {
	local name=$1 size=$2 dir=/sys/kernel/config/nullb/$1 setting
	shift 2
	[[ -d /sys/module/null_blk ]] || modprobe null_blk nr_devices=0
	mountpoint -q /sys/kernel/config || mount -t configfs configfs /sys/kernel/config
	mkdir "$dir"
	for setting in "size=$size" memory_backed=1 blocksize=512 "$@"; do
		echo "${setting#*=}" >"$dir/${setting%%=*}"
	done
	echo 1 >"$dir/power" || return	# this kernel has no such device
	# Kernels differ in whether the block device has the directory's name.
	if [[ -b /dev/$name ]]; then
		ln -sfn "/dev/$name" "/dev/disk/$name"
	else
		ln -sfn "/dev/nullb$(<"$dir/index")" "/dev/disk/$name"
	fi
}

# null_bad NAME RANGE...: +FIRST-LAST makes sectors bad (inclusive), -FIRST-LAST good.
null_bad() {
	local name=$1 range
	shift
	for range in "$@"; do
		echo "$range" >"/sys/kernel/config/nullb/$name/badblocks"
	done
}

remove_null_blk() { rmdir "/sys/kernel/config/nullb/$1" && rm "/dev/disk/$1"; }

# as_bad_list RANGE...: FIRST-LAST as START+COUNT for the pattern tool.
as_bad_list() {
	local range list=
	for range in "$@"; do
		range=${range#+}
		list+=${list:+,}${range%-*}+$((${range#*-} - ${range%-*} + 1))
	done
	echo "$list"
}

scsi_debug_disk() {
	local dir
	for dir in /sys/bus/pseudo/drivers/scsi_debug/adapter*/host*/target*/*/block/*; do
		[[ -b /dev/${dir##*/} ]] && echo "/dev/${dir##*/}" && return
	done
	return 1
}

# make_scsi_debug NAME [PARAMETER=VALUE...]: a SCSI disk with real sense data.
make_scsi_debug() {
	local name=$1
	shift
	modprobe sd_mod
	modprobe scsi_debug dev_size_mb=64 delay=0 "$@"
	eventually 10 scsi_debug_disk >/dev/null
	ln -sfn "$(scsi_debug_disk)" "/dev/disk/$name"
}

# make_brd NAME SIZE_MB: a RAM disk; one to a test.
make_brd() {
	modprobe brd rd_nr=1 rd_size=$(($2 * 1024))
	ln -sfn /dev/ram0 "/dev/disk/$1"
}

# make_loop NAME SIZE_MB
make_loop() {
	modprobe loop
	truncate -s "$2M" "/dev/shm/$1.img"
	ln -sfn "$(losetup -f --show "/dev/shm/$1.img")" "/dev/disk/$1"
}

# count_flushes DEVICE: flushes the (request-based) device has completed.
count_flushes() { awk '{ print $16 }' "/sys/block/$(block "$1")/stat"; }

#
# device-mapper; DM_DISABLE_UDEV is set, so dmsetup makes /dev/mapper itself
#

dm_create() { dmsetup create "$1" "${@:3}" <<<"$2"; }

# dm_reload NAME TABLE [SUSPEND OPTION...]
dm_reload() {
	dmsetup reload "$1" <<<"$2"
	dmsetup suspend "${@:3}" "$1"
	dmsetup resume "$1"
}

# mode: of the remap device r
mode() { dmsetup status r | cut -d' ' -f4; }

# sysfs_of DEVICE: the directory of a remap device
sysfs_of() { echo "/sys/block/dm-$((0x$(stat -c %T "$1")))/dm_remap"; }

dm_remove() { dmsetup remove --retry "$@"; }

dm_status_is() { dmsetup status "$1" | grep -qE -- "$2"; }

# dm_wait NAME REGEXP [SECONDS]: until the status line matches.
dm_wait() { eventually "${3:-10}" dm_status_is "$1" "$2"; }

#
# Data: every sector says its own number and the seed of its write
#

pattern() { "$VM_PATTERN" "$@"; }
pattern_write() { "$VM_PATTERN" write "$@"; }
pattern_check() { "$VM_PATTERN" check "$@"; }
