# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# summary: main and spare on one disk: what the drive loses for one of them it may have lost for the other
# timeout: 180
# disk: vdisk 16M

# shellcheck source=/dev/null
. "$VM_DIR/lib.sh"
# shellcheck source=/dev/null
. "$VM_DIR/tools/meta.sh"
# shellcheck source=/dev/null
. "$VM_DIR/tools/picky.sh"

# Above the disk is p, which can fail one kind of command, or hold it. The spare begins at SPARE_START.
D=/dev/mapper/r S=/dev/mapper/spare
SIZE=32768 SPARE_START=16384
seen() { pattern read-map $D $(($1 * 8)) 8; }
load_core
picky_load
dm_create p "0 $SIZE picky /dev/disk/vdisk 0"
dm_create spare "0 $((SIZE - SPARE_START)) linear /dev/disk/vdisk $SPARE_START"
dm_create r "0 $SPARE_START remap /dev/mapper/p 0 /dev/mapper/p $SPARE_START 3 format confirm_ms=3000 storm_limit=1000000"
pattern_write $D 0 0 1
read_layout $S

# lost BLOCK: what is written to it goes to its place on the spare, sector AT of p, and our flush follows
lost() {
	picky p refuse read $((8 * $1)) 8
	seen "$1" >/run/seen || true
	picky p pass read
	is "$(seen "$1")" "$((8 * $1)) 8 error:ENODATA" "block $1 is lost"
	AT=$((SPARE_START + DATA + 8 * $(dmsetup message r 0 lookup "$1" | cut -d' ' -f2)))
}
# written_again BLOCK: what had reached the drive's cache by the time of our flush is what it has lost
written_again() {
	ok "that to the spare is not believed, and written once more" eventually 60 picky_met_is p write $((WRITES + 2))
	raw_zero $S $((AT - SPARE_START)) 8
	picky p pass write
	succeeds "$WRITE" "it succeeds"
	is "$(seen "$1")" "$((8 * $1)) 8 seed:2" "its data was written again"
}
# begin_write BLOCK: to the spare; it comes as far as p
begin_write() {
	WRITES=$(picky_met p write)
	picky p hold write $AT 8
	pattern_write $D $((8 * $1)) 8 2 &
	WRITE=$!
	ok "a write to the spare is on its way" eventually 60 picky_met_is p write $((WRITES + 1))
}

lost 100
picky p hold fua 1600 8
pattern_write $D 1600 8 3 --fua &
FUA=$!
ok "a write with FUA to main is on its way" eventually 60 picky_met_is p fua 1
begin_write 100
picky p fail fua
picky p pass fua
picky p let write
written_again 100
succeeds $FUA "the one to main succeeds as well"
is "$(seen 200)" "1600 8 seed:3" "and was written"

lost 101
picky p hold flush 0 0
FLUSHES=$(picky_met p flush)
dd if=/dev/null of=$D conv=fsync,notrunc status=none &
FLUSH=$!
ok "a user's flush of main and of the spare is on its way" eventually 60 picky_met_is p flush $((FLUSHES + 2))
begin_write 101
picky p fail flush 1
picky p pass flush
fails_later $FLUSH "that of main fails, and the user is told"
picky p let write
written_again 101
dm_remove r
done_testing
