# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# summary: power cuts while a changed main device is being accepted: nothing is ever rescued from it
# timeout: 120
# boots: 3
# disk: main 8M
# disk: other 8M
# disk: spare 16M

# What was lost may be rescued from the disk that failed, not from one that came in its place.
# That the entries say so takes many commits.

# shellcheck source=/dev/null
. "$VM_DIR/lib.sh"
# shellcheck source=/dev/null
. "$VM_DIR/tools/meta.sh"

S=/dev/disk/spare D=/dev/mapper/r
LEN=16384 BLOCKS=1400 # the first BLOCKS blocks lose their third sector
LOST=$(printf ',%s+1' $(seq 2 8 $((BLOCKS * 8 - 1))))

table() { echo "0 $LEN remap $1 0 $2 0"; }

# rescuable A|B: entries that say so, in this copy of the table
rescuable() {
	local start=TABLE_$1
	raw_read $S "${!start}" $((8 * TABLE_BLOCKS)) | od -An -v -tu1 -w32 |
		awk '(NR - 1) % 128 > 1 && $25 == 1 && $27 % 2 { n++ } END { print n + 0 }'
}

# forgetting: the flag; both superblocks say that no entry is rescuable whatever it says
forgetting() {
	local sector flags
	for sector in 0 "$SUPER_B"; do
		flags=$(raw_read $S "$sector" 8 | od -An -tu1 -j 80 -N 1)
		echo "superblock at $sector: flags $flags"
		((flags & 4)) || return 1
	done
}

bad_table() {
	local i
	for ((i = 0; i < BLOCKS; i++)); do
		echo "$((i * 8)) 2 linear /dev/disk/main $((i * 8))"
		echo "$((i * 8 + 2)) 1 error"
		echo "$((i * 8 + 3)) 5 linear /dev/disk/main $((i * 8 + 3))"
	done
	echo "$((i * 8)) $((LEN - i * 8)) linear /dev/disk/main $((i * 8))"
}

lose() {
	pattern_write /dev/disk/main 0 0 1
	pattern_write /dev/disk/other 0 0 5
	dm_create m "$(bad_table)"
	dm_create r "$(table /dev/mapper/m $S) 3 format confirm_ms=0 storm_limit=1000000"
	dd if=$D of=/dev/null bs=128k iflag=direct conv=noerror status=none 2>/run/dd || true
	is "$(dmsetup status r | cut -d' ' -f9,10)" "$BLOCKS $BLOCKS" "boot $BOOT: a sector of many blocks is lost"
	dmsetup remove r
	dmsetup remove m
	read_layout $S
	is "$(rescuable A) $(rescuable B)" "$BLOCKS $BLOCKS" "boot $BOOT: the disk may still hold them"
}

# forgotten NUMBER: copy B has at most so many that are not
forgotten() { (($(rescuable B) <= $1)); }

# cut_when NUMBER [OPTION]: the power goes in the middle, on a spare that takes its time to write
cut_when() {
	modprobe dm-delay
	dm_create s "0 $(sectors $S) delay $S 0 0 $S 0 150"
	(dmsetup create r <<<"$(table /dev/disk/other /dev/mapper/s) ${2:-}" || true) &
	ok "boot $BOOT: entries are being changed" eventually 60 forgotten "$1"
	power_cut
}

first_boot() {
	lose
	fails "boot $BOOT: another main device is refused" dm_create r "$(table /dev/disk/other $S)"
	[[ ! -e $D ]] || dmsetup remove r
	cut_when $((BLOCKS * 4 / 5)) "1 force"
}

# in_between: whatever was done, it was not all
in_between() {
	read_layout $S
	ok "boot $BOOT: the cut came in the middle" test "$(rescuable B)" -gt 0
	ok "boot $BOOT: it is on record that nothing is rescuable" forgetting
}

second_boot() {
	in_between
	cut_when $((BLOCKS / 2))
}

third_boot() {
	in_between
	ok "the changed main device is accepted without being forced again" \
		dm_create r "$(table /dev/disk/other $S)"
	is "$(dmsetup message r 0 list | grep -c rescuable || true)" 0 "no lost sector counts as rescuable"
	fails "retry rescues nothing" dmsetup message r 0 retry "0+$BLOCKS"
	ok "what is lost reads as an error, what the spare holds is there" \
		pattern_check $D 0 $((BLOCKS * 8)) 1 --errors "${LOST#,}"
	ok "the rest is that of the new main device" pattern_check $D $((BLOCKS * 8)) 0 5
	dmsetup remove r
	is "$(rescuable A) $(rescuable B)" "0 0" "no entry says that it is rescuable"
	fails "and that does not need to be on record any more" forgetting
	dm_create r "$(table /dev/disk/other $S)"
	fails "after another activation retry rescues nothing either" dmsetup message r 0 retry "0+$BLOCKS"
	ok "and the data is the same" pattern_check $D 0 $((BLOCKS * 8)) 1 --errors "${LOST#,}"
	dmsetup remove r
}

load_core
case $BOOT in
1) first_boot ;;
2) second_boot ;;
3) third_boot ;;
esac
done_testing
