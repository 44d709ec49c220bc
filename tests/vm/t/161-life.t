# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# summary: suspend, resume and reload under verified I/O with repairs going on
# timeout: 120

# shellcheck source=/dev/null
. "$VM_DIR/lib.sh"

load_core
make_null_blk main 32
make_null_blk spare 16
M=/dev/disk/main S=/dev/disk/spare D=/dev/mapper/r
LEN=$(sectors $M)
TABLE="0 $LEN remap $M 0 $S 0 1 storm_limit=100000"
dm_create r "0 $LEN remap $M 0 $S 0 2 format storm_limit=100000"
pattern_write $D 0 4096 1

# Bad sectors all over what fio writes, enough for repairs to go on for long.
# It writes whole blocks, so that nothing has to be salvaged and none is lost.
RANDOM=99 BAD=0
for ((at = 4096; at < LEN - 200; at += 100 + RANDOM % 60)); do
	null_bad main "+$at-$((at + RANDOM % 4))"
	BAD=$((BAD + 1))
done
# Short ones one after the other, to be stopped between two of them.
verified_io() {
	while [[ ! -e /run/stop ]]; do
		fio --name=v --filename=$D --direct=1 --ioengine=libaio --iodepth=16 \
			--rw=randwrite --bs=4k --offset=2m --io_size=6m \
			--verify=crc32c --verify_fatal=1 --verify_backlog=32 --randseed=$RANDOM || return 1
	done >/run/fio.out
}

remapped() { dmsetup status r | cut -d' ' -f9; }

# under_io TEXT SCRIPT: several times, with I/O in between
under_io() {
	local before
	before=$(remapped)
	ok "$1" bash -e -c "for try in 1 2 3; do $2; sleep 0.3; done"
	[[ $(remapped) == "$before" ]] || MOVING=$((MOVING + 1))
}

MOVING=0
exec 7<$D # between two of them it would not be in use
verified_io &
FIO=$!
eventually 60 dm_status_is r ' 0 [1-9][0-9]* 0 [1-9]'
under_io "suspend and resume under I/O" "dmsetup suspend r; dmsetup resume r"
under_io "without flushing" "dmsetup suspend --noflush r; dmsetup resume r"
under_io "without freezing a file system" "dmsetup suspend --nolockfs r; dmsetup resume r"
under_io "without either, and for a while" \
	"dmsetup suspend --noflush --nolockfs r; sleep 0.2; dmsetup resume r"
under_io "the same table again" "dmsetup reload r <<<'$TABLE'; dmsetup resume r"
under_io "without flushing" "dmsetup reload r <<<'$TABLE'; dmsetup resume --noflush r"
under_io "a table loaded and cleared" "dmsetup reload r <<<'$TABLE'; dmsetup clear r"
ok "a table that is wrong is refused" bash -c "! dmsetup reload r <<<'0 $LEN remap $M 0 $M 0'"
fails "the device cannot be removed while it is in use" dmsetup remove r
fails "nor the module be unloaded" rmmod dm-remap-core
ok "the I/O was still going on" kill -0 $FIO
exec 7<&-
touch /run/stop
STATUS=0
wait $FIO || STATUS=$?
((STATUS == 0)) || diag "$(tail -n 20 /run/fio.out)"
is $STATUS 0 "no error has reached the user and everything verified"
diag "$(remapped) of $BAD bad blocks remapped; $MOVING times during the changes"
isnt "$MOVING" 0 "repairs were going on meanwhile"
ok "other data is untouched" pattern_check $D 0 4096 1
read -ra LINE < <(dmsetup status r)
is "${LINE[*]:3:2} ${LINE[7]} ${LINE[9]}" "rw normal 0 0" "nothing is lost, no spare block is bad"

# The map outlives it all.
dmsetup message r 0 confirm_ms 1 # now for speed
pattern_write $D 0 0 2
ok "the device is written once more, over all bad sectors" pattern_check $D 0 0 2
dmsetup message r 0 list >/run/list
dm_remove r
dm_create r "$TABLE"
ok "the map is the same after activation" cmp /run/list <(dmsetup message r 0 list)
ok "and the data" pattern_check $D 0 0 2

done_testing
