# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# summary: clients of the core come, look, move blocks and go, also while I/O runs
# timeout: 120
# mem: 1G

# shellcheck source=/dev/null
. "$VM_DIR/lib.sh"

CLIENT=$VM_MODULES/tests/client/remap-sample-client.ko
SECOND=$VM_MODULES/tests/client/remap-second-client.ko
M=/dev/disk/main S=/dev/disk/spare D=/dev/mapper/r

# of NAME [CLIENT]: the client's directory of a device
of() { echo "/sys/dev/block/$(mountpoint -x "/dev/mapper/$1")/dm_remap/remap_${2:-sample}_client"; }
answer() { cat "$(of r)/result"; }
idle() { [[ $(answer) == idle* ]]; }
start() { echo "$*" >"$(of r)/run"; }

# run ACTION FIRST COUNT STRIDE: and wait for its result
run() {
	start "$@" && eventually 60 idle && answer
}

# field N FILE
field() {
	local words
	read -ra words <"$2" && echo "${words[$1]}"
}

# within SECONDS COMMAND...
within() { timeout -k 1 "$@"; }

load_core
make_null_blk main 64
make_null_blk spare 64
make_null_blk main2 8
make_null_blk spare2 8
LEN=$(sectors $M)
TABLE="0 $LEN remap $M 0 $S 0"
BLOCKS=$((LEN / 8))

#
# Coming
#

fails "a client of another API version is refused" insmod "$CLIENT" version=2
like "$OUTPUT" "Invalid" "for being of another version"
ok "a client may come before there is a device" insmod "$CLIENT"
dm_create r "$TABLE 1 format"
dm_create r2 "0 $(sectors /dev/disk/main2) remap /dev/disk/main2 0 /dev/disk/spare2 0 1 format"
ok "it is attached to the first device that comes" test -e "$(of r)/samples"
ok "and to the second" test -e "$(of r2)/samples"
fails "a second client that wants to sample is refused" insmod "$SECOND"
like "$OUTPUT" "busy" "for being the second"
fails "which leaves nothing of it behind" test -e "$(of r second)"
ok "without sampling it is welcome" insmod "$SECOND" sample=0
ok "and attached to the devices that are there" test -e "$(of r second)/samples" -a -e "$(of r2 second)/samples"
fails "the core stays while a client is there" rmmod dm-remap-core

#
# Looking
#

pattern_write $D 0 0 1
read -ra BEFORE <"$(of r)/samples"
dd if=$D of=/dev/null bs=4k count=50 iflag=direct
dd if=$M of=$D bs=4k count=30 oflag=direct
read -ra AFTER <"$(of r)/samples"
is "$((AFTER[0] - BEFORE[0])) $((AFTER[1] - BEFORE[1]))" "50 30" "it is shown every read and every write"
is "$(field 0 "$(of r second)/samples")" 0 "only the one that asked for it is"
is "${AFTER[3]} ${AFTER[4]}" "0 $((AFTER[0] + AFTER[1]))" "the core counts as many, and none under way"
run relocate 100 1 1
dd if=$D of=/dev/null bs=4k count=1 skip=100 iflag=direct
is "$(($(field 2 "$(of r)/samples") - AFTER[2]))" 1 "it is shown what the spare served"

#
# Asking
#

is "$(run relocate 100 1 1)" "idle 0 1 -17" "to move a block that has moved is refused as such"
is "$(run relocate $BLOCKS 1 1)" "idle 0 1 -34" "and one behind the end"
is "$(run report 200 1 1)" "idle 0 1 -117" "a block that reads well is not bad because a client says so"
is "$(run retry 200 1 1)" "idle 0 1 -2" "and has nothing to rescue"
null_bad main +1600-1601
is "$(run report 200 1 1)" "idle 1 0 0" "one that does not read is"
ok "its unreadable sectors are lost, and only these" pattern_check $D 0 0 1 --errors 1600+2
null_bad main -1600-1601
is "$(run retry 200 1 1)" "idle 1 0 0" "and rescued when they read again"
ok "all data is there" pattern_check $D 0 0 1

#
# Moving blocks under load
#

# I/O of all sizes to 16 MiB from 16 MiB on, blocks 4096 to 8191; everything is verified.
verified_io() {
	fio --name=load --filename=$D --direct=1 --ioengine=libaio --iodepth=16 --rw=randwrite \
		--bssplit=512/30:1536/20:4k/30:9k/10:32k/10 --offset=16m --size=16m --time_based --runtime=1 \
		--verify=crc32c --verify_backlog=64 --verify_fatal=1 --verify_dump=0
}

# Goes on until it fails or is told to stop: slow machines need longer for what is tested.
load_fio() {
	local status=0
	while ((status == 0)) && [[ ! -e /run/fio.stop ]]; do
		verified_io >/run/fio.log 2>&1 || status=$?
	done
	echo $status >/run/fio.status
}

start_fio() {
	rm -f /run/fio.stop /run/fio.status
	load_fio &
}

fio_is_well() {
	touch /run/fio.stop
	eventually 60 test -s /run/fio.status
	tail -n 5 /run/fio.log
	[[ $(</run/fio.status) == 0 ]]
}

start_fio
is "$(run relocate 4096 1024 4)" "idle 1024 0 0" "a thousand blocks move while they are being written to"
is "$(run relocate 8192 1000 1)" "idle 1000 0 0" "and a thousand at rest"
ok "every byte that was written meanwhile verifies" fio_is_well
# If anything still went to main, it would show now.
dd if=/dev/zero of=$M bs=4k seek=8192 count=1000 oflag=direct
ok "the blocks at rest are on the spare with their data" pattern_check $D $((8192 * 8)) 8000 1
ok "their neighbours are untouched" pattern_check $D $((9192 * 8)) 0 1

#
# The record
#

echo "hello from a client" >"$(of r)/note"
dm_remove r
dm_create r "$TABLE"
is "$(<"$(of r)/note")" "hello from a client" "what a client writes into the health record is there in the next activation"
dm_remove r r2
rmmod remap_second_client
rmmod remap_sample_client
rmmod dm-remap-core
load_core
dm_create r "$TABLE"
insmod "$CLIENT"
is "$(<"$(of r)/note")" "hello from a client" "and after everything was unloaded"
echo "goodbye" >"$(of r)/note"
dm_reload r "$TABLE"
is "$(<"$(of r)/note")" "goodbye" "and in the next table"

#
# Going, with I/O and work under way. Each round must end soon and harm no data.
#

start_fio

unload_rounds() {
	local i
	for ((i = 0; i < 3; i++)); do
		start relocate $((4097 + i)) 1000 4
		within 10 rmmod remap_sample_client
		insmod "$CLIENT"
	done
}

suspend_rounds() {
	local i noflush
	for ((i = 0; i < 3; i++)); do
		noflush=()
		((i % 2)) || noflush=(--noflush)
		start relocate 9192 7000 1
		within 10 dmsetup suspend "${noflush[@]}" r
		[[ ! -e $(of r) ]] # detached: nobody may touch the device now
		within 10 dmsetup resume r
		[[ -e $(of r) ]]
	done
}

reload_rounds() {
	local i
	for ((i = 0; i < 3; i++)); do
		start relocate 9192 7000 1
		dmsetup reload r <<<"$TABLE"
		within 10 dmsetup resume r
	done
}

ok "a client goes while its work and I/O are under way" unload_rounds
ok "a device is suspended meanwhile" suspend_rounds
ok "its table is changed meanwhile" reload_rounds
ok "the I/O noticed nothing of all this" fio_is_well

remove_rounds() {
	local i
	for ((i = 0; i < 3; i++)); do
		start relocate 9192 7000 1
		within 10 dmsetup remove --retry r
		dm_create r "$TABLE"
	done
}

ok "a device is removed while a client moves its blocks" remove_rounds
start relocate 0 100000 1
ok "and last the client once more" within 10 rmmod remap_sample_client
like "$(dmsetup status r)" "remap rw normal" "the device is well"
ok "and so is all data" pattern_check $D $((8192 * 8)) 0 1
ok "also in front" pattern_check $D 0 $((4096 * 8)) 1
ok "the device goes" dm_remove r
ok "the core can be unloaded" rmmod dm-remap-core
done_testing
