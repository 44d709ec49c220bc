# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# summary: a main device that reads well and refuses every write
# timeout: 120

# shellcheck source=/dev/null
. "$VM_DIR/lib.sh"

load_core
make_null_blk base 64
make_null_blk spare 16
S=/dev/disk/spare D=/dev/mapper/r
LEN=$(sectors /dev/disk/base)
GOOD="0 $LEN linear /dev/disk/base 0"
# always in its bad time, in which writes fail and reads do not
WRITE_DEAD="0 $LEN flakey /dev/disk/base 0 0 3600 1 error_writes"

swap() {
	dmsetup reload m <<<"$1"
	dmsetup resume --noflush m
}

status() { read -ra STATUS_LINE < <(dmsetup status r) && USED=${STATUS_LINE[6]%/*}; }

# attempt_writes SEED START...: a block at each place
attempt_writes() {
	local seed=$1 start
	shift
	for start in "$@"; do
		pattern_write $D "$start" 8 "$seed" || true
	done
}

dm_create m "$GOOD"
dm_create r "0 $LEN remap /dev/mapper/m 0 $S 0 2 format confirm_ms=50"
pattern_write $D 0 0 1

# Two failures in one place are two bad blocks.
null_bad base +1000-1000 +1016-1016
pattern_write $D 0 2048 2
status
is "${STATUS_LINE[*]:3:2} $USED" "rw normal 2" "a few bad blocks near each other are nothing special"
ok "and repaired" pattern_check $D 0 2048 2

swap "$WRITE_DEAD"
PLACES=(4096 45056 86016 126976)
attempt_writes 3 "${PLACES[@]}" $((4096 + 80)) $((45056 + 80)) $((86016 + 80)) \
	$((126976 + 80)) $((4096 + 160)) $((45056 + 160)) $((86016 + 160)) $((126976 + 160)) >/run/first
status
is "${STATUS_LINE[4]}" write-dead "after failures all over the device it is taken for write-dead"
BOUND=$USED
ok "which has cost at most a few spare blocks ($BOUND)" test "$BOUND" -le $((2 + 8))
ok "the rest of the writes failed" grep -q error:EIO /run/first
pattern_write $D 20480 16384 4 --bs 65536 >/run/more || true
is "$(awk '/error:EIO/ { n += $2 } END { print n + 0 }' /run/more)" 16384 "writes go on to fail"
attempt_writes 4 $((4096 + 800)) $((45056 + 800)) $((86016 + 800)) $((126976 + 800)) >/run/more
is "$(grep -c error:EIO /run/more)" 4 "wherever they go"
status
is "${STATUS_LINE[4]} $USED" "write-dead $BOUND" "and use no spare block any more"
ok "all of it reads, old or new data" pattern_check $D 0 0 1-4
ok "what failed to be written there has the old data" pattern_check $D 20480 16384 1
ok "a remapped block takes data" pattern_write $D 1000 8 5
ok "and reads it" pattern_check $D 1000 8 5

swap "$GOOD"
ok "writes succeed when the device takes them again" pattern_write $D 60000 256 6
ok "and the state is normal again by itself" dm_wait r ' normal ' 60
null_bad base +70000-70000
ok "a bad block is repaired" pattern_write $D 70000 8 6
status
is "${STATUS_LINE[4]} $USED" "normal $((BOUND + 1))" "and uses one spare block"
ok "the data is right" pattern_check $D 60000 256 6
ok "all of it" pattern_check $D 0 0 1-6
dm_remove r

# One long write from the start on: the failures are in one place for a long
# time. What bounds it is the breaker, and a quarter of what is free then.
null_bad base -1000-1000 -1016-1016 -70000-70000
make_null_blk spare2 4
dm_create r "0 $LEN remap /dev/mapper/m 0 /dev/disk/spare2 0 4 format confirm_ms=0 spare_blocks=256 storm_limit=32"
swap "$WRITE_DEAD"
pattern_write $D 0 98304 7 --bs 131072 >/run/long || true
status
is "${STATUS_LINE[4]}" write-dead "a long write from the start on ends in write-dead too"
ok "and leaves most of the spare ($USED of 256 used)" test "$USED" -le $((32 + 16 + (256 - 32) / 4 + 1))
ok "old data where the write failed, new where not" pattern_check $D 0 0 1-7
dm_remove r
done_testing
