# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# summary: many threads against repairs, moves and suspends of the same blocks
# timeout: 240

# shellcheck source=/dev/null
. "$VM_DIR/lib.sh"

M=/dev/mapper/late S=/dev/disk/spare D=/dev/mapper/r
OPTIONS="confirm_ms=20 storm_limit=1000000"

build_workload() { gcc -O1 -Wall -Wextra -pthread -o /run/races "$VM_DIR/tools/races.c"; }

races() { /run/races "$1" $D "$COUNT" /run/state "${@:2}"; }

# In the background until the file /run/busy is gone.
move_blocks() {
	local block=0 blocks=$((COUNT / 8))
	while [[ -e /run/busy ]]; do
		dmsetup message r 0 remap $((block % blocks))+100 || return
		block=$((block + 1237))
	done
}

suspend_and_resume() {
	while [[ -e /run/busy ]]; do
		dmsetup suspend "$@" r && dmsetup resume r || return
	done
}

# ended_well PROCESS TEXT
ended_well() {
	local status=0
	wait "$1" || status=$?
	is "$status" 0 "$2"
}

again() { dmsetup remove r && dm_create r "$TABLE 2 $OPTIONS"; }

# writes_take MS: that late do writes reach the main device; reads are quick. So a block can be
# claimed, read and moved while a write to its old place is still on its way.
writes_take() { dm_reload late "0 $LEN delay /dev/disk/main 0 0 /dev/disk/main 0 $1"; }

# fresh SECTORS MS: an empty map, and a workload over the first so many sectors
fresh() {
	[[ ! -e $D ]] || dmsetup remove r
	[[ ! -e $S ]] || remove_null_blk spare
	make_null_blk spare 32
	writes_take 0
	dm_create r "$TABLE 3 format $OPTIONS"
	COUNT=$1
	races format
	writes_take "$2"
}

# verify TEXT [all]: all: no disk has failed, so that nothing may be lost
verify() {
	ok "$1: all that was acknowledged is there" races check "${@:2}"
	again
	ok "$1: after another activation too" races check "${@:2}"
}

load_core
modprobe dm-delay
make_null_blk main 32
LEN=$(sectors /dev/disk/main)
dm_create late "0 $LEN delay /dev/disk/main 0 0 /dev/disk/main 0 0"
TABLE="0 $LEN remap $M 0 $S 0"
ok "the workload is built" build_workload

# Healthy blocks are moved away under the writers, and under late ones: each writer has a write
# on its way all the time, and some of them to a block that is just being moved.
for ms in 50 0; do
	text="moved, writes take $ms ms"
	fresh 16384 $ms
	touch /run/busy
	move_blocks >/run/moves.log 2>&1 &
	ok "$text: 48 threads" races run 48 4
	rm /run/busy
	ended_well $! "$text: all moves succeed"
	isnt "$(dmsetup status r | cut -d' ' -f9)" 0 "$text: some blocks were moved"
	is "$(dmsetup status r | cut -d' ' -f10)" 0 "$text: no block is lost"
	verify "$text" all
done

# A small area in which each block has bad sectors: everyone meets in the same repairs.
fresh 1024 0
BAD=()
for ((sector = 3; sector < COUNT; sector += 5)); do
	BAD+=("+$sector-$((sector + sector % 3))")
done
null_bad main "${BAD[@]}"
ok "24 threads in blocks that are being repaired" races run 24 3
verify "small area"
null_bad main "${BAD[@]/#+/-}"

# A larger one, to have repairs all the time, with the device being suspended meanwhile.
fresh 8192 0
BAD=()
for ((sector = 5; sector < COUNT; sector += 53)); do
	BAD+=("+$sector-$((sector + sector % 11))")
done
null_bad main "${BAD[@]}"
touch /run/busy
suspend_and_resume >/run/suspend.log 2>&1 &
ok "24 threads over repairs, with suspends between" races run 24 4
rm /run/busy
ended_well $! "all suspends and resumes succeed"
verify "suspended"
null_bad main "${BAD[@]/#+/-}"

# All of it at once.
fresh 8192 2
null_bad main "${BAD[@]}"
touch /run/busy
move_blocks >/run/moves.log 2>&1 &
suspend_and_resume --noflush >/run/suspend.log 2>&1 &
SUSPENDS=$!
ok "24 threads over repairs, moves, late writes and suspends" races run 24 5
rm /run/busy
ended_well $SUSPENDS "all suspends and resumes succeed"
wait
verify "all at once"
dmsetup status r
ok "remove" dmsetup remove r
done_testing
