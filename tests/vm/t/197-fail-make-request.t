# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# summary: bios fail at random on main, on the spare and on both: honest errors, no wrong data, no hang
# timeout: 240

# shellcheck source=/dev/null
. "$VM_DIR/lib.sh"
# shellcheck source=/dev/null
. "$VM_DIR/tools/faults.sh"

need_faults fail_make_request

M=/dev/disk/main S=/dev/disk/spare D=/dev/mapper/r
MB=16

load_core
make_null_blk main $MB
make_null_blk spare 16
LEN=$(sectors $M)
TABLE="0 $LEN remap $M 0 $S 0 2 confirm_ms=5 storm_limit=1000000"

field_of() { dmsetup status r | cut -d' ' -f"$1"; }

# again: a new activation, without faults
again() { dmsetup remove r && dm_create r "$TABLE"; }

# reads_true OLD NEW: while it is written an error may come, other data may not
reads_true() {
	local wrong
	while [[ -e /run/busy ]]; do
		wrong=$(pattern read-map $D 0 0 --bs 16384 |
			awk -v old="seed:$1" -v new="seed:$2" '$3 != old && $3 != new && $3 !~ /^error:/')
		echo "$wrong"
		[[ -z $wrong ]] || return
	done
}

SEED=1
# io PERCENT DISK...: written and read while bios of these disks fail
io() {
	local reader status=0
	touch /run/busy
	reads_true $SEED $((SEED + 1)) >/run/wrong 2>&1 &
	reader=$!
	disk_faults "$@"
	(write_noting $D $((SEED + 1)) /run/failed --bs 8192)
	disk_faults 0 "${@:2}"
	rm /run/busy
	wait $reader || status=$?
	cat /run/wrong
	return $status
}

# round NAME PERCENT DISK...
round() {
	local name=$1
	shift
	ok "$name: what is read is right or an error" io "$@"
	disk_faults_struck
	isnt "$STRUCK" 0 "$name: bios did fail"
	diag "$name: $STRUCK bios failed, and $(wc -l </run/failed) writes failed; $(dmsetup status r | cut -d' ' -f4-)"
	again
	like "$(field_of 4-5)" '^rw normal' "$name: after another activation it takes changes again"
	dmsetup message r 0 retry 0+$((LEN / 8)) >/dev/null || true
	ok "$name: acknowledged data is there, a failed write left old or new" \
		told_true $D $SEED $((SEED + 1)) /run/failed lost
	is "$OUTPUT" "$(field_of 10)" "$name: what cannot be read is counted as lost"
	LOST=$OUTPUT
	SEED=$((SEED + 2))
	ok "$name: all of it can be written again" pattern_write $D 0 0 $SEED
}

ok "format" dm_create r "${TABLE/2 confirm/3 format confirm}"
pattern_write $D 0 0 1
# Some blocks live on the spare from the beginning.
dmsetup message r 0 remap 100+100 >/dev/null

round "1 percent on main" 1 main
is "$LOST" 0 "that costs nothing at all"
round "25 percent on main" 25 main
round "3 percent on the spare" 3 spare
round "30 percent on the spare" 30 spare
round "5 percent on both" 5 main spare

# While it is suspended, with blocks that go back, closed and opened. It may not open, but it must not be another one.
lives() {
	local i
	for i in {1..12}; do
		if dmsetup message r 0 recover "$((100 + i * 8))+8"; then
			dmsetup suspend r || true
			dmsetup resume r || true
		fi
		dmsetup remove r || true
		dmsetup create r --table "$TABLE" || continue
		dmsetup status r | cut -d' ' -f4-
	done
}
disk_faults 10 main spare
diag "$(lives 2>&1)"
disk_faults 0 main spare
disk_faults_struck
isnt "$STRUCK" 0 "10 percent, opened and closed: bios did fail"
dmsetup info r >/dev/null 2>&1 || dm_create r "$TABLE"
again
is "$(field_of 4-5)" "rw normal" "10 percent, opened and closed: it takes changes again"
ok "10 percent, opened and closed: all data is there" pattern_check $D 0 0 $SEED

# An outage: nothing but errors, and nothing of the spare is used (P4).
BEFORE=$(field_of 7-10)
io 100 main
is "$(field_of 7-10)" "$BEFORE" "100 percent on main: not one spare block is used"
again
ok "the old data, or the new where it was acknowledged" \
	told_true $D $SEED $((SEED + 1)) /run/failed
pattern_write $D 0 0 $((SEED + 2))
ok "it works again" pattern_check $D 0 0 $((SEED + 2))
dm_remove r
done_testing
