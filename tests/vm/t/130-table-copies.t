# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# summary: a damaged copy of the map is healed from the other, whichever and however
# timeout: 180

# shellcheck source=/dev/null
. "$VM_DIR/lib.sh"
# shellcheck source=/dev/null
. "$VM_DIR/tools/meta.sh"

load_core
make_null_blk main 8
make_null_blk spare 4
M=/dev/disk/main S=/dev/disk/spare D=/dev/mapper/r
LEN=$(sectors $M)
TABLE="0 $LEN remap $M 0 $S 0"

# Remapped blocks in two table blocks. Main keeps their old data (seed 1), and
# the good data of the one sector that is lost: without its entry a block
# reads, and reads wrong.
LOST=12003
dm_create r "$TABLE 2 format confirm_ms=0"
pattern_write $D 0 0 1
dmsetup message r 0 remap 0+100
dmsetup suspend r
dmsetup resume r
save $S /run/old.img # copies as they were at an earlier time
dmsetup message r 0 remap 700+60
pattern_write $D 0 0 2
null_bad main "+$LOST-$LOST"
pattern_check $D $LOST 1 2 --errors "$LOST+1"
null_bad main "-$LOST-$LOST"

right() { pattern_check $D 0 0 2 --errors "$LOST+1"; }
ok "the map is in use before anything is damaged" right
dmsetup remove r
read_layout $S
isnt "$TABLE_BLOCKS" 1 "the table has several blocks"
ok "both copies agree after a clean stop" copies_agree $S

# Damage one copy, start, compare, stop: the damaged copy must be whole
# again. The next round damages the other copy, so it relies on the healed one.
round() {
	log_mark
	dmsetup create r <<<"$TABLE"
	right || return
	dmsetup remove r
	says 'healed from their other copy' && copies_agree $S
}

old_block() { dd if=/run/old.img bs=4096 skip=$(($1 / 8)) count="${2:-1}" status=none; }

area=$((8 * TABLE_BLOCKS))
for copy in A B; do
	start=TABLE_$copy start=${!start}
	raw_zero $S "$start" $area
	ok "copy $copy of the whole table zeroed" round
done
for copy in A B; do
	start=TABLE_$copy start=${!start}
	dd if=/dev/urandom bs=4096 count="$TABLE_BLOCKS" status=none | raw_write $S "$start"
	ok "copy $copy of the whole table overwritten with noise" round
done
for copy in A B; do
	start=TABLE_$copy start=${!start}
	old_block "$start" "$TABLE_BLOCKS" | raw_write $S "$start"
	ok "copy $copy of the whole table as it was earlier" round
done

for copy in A B; do
	raw_zero $S "$(table_block $copy 0)" 8
	ok "copy $copy of one table block zeroed" round
done
# magic, crc, version, uuid, generation, index, copy number, reserved; of the first entry the main
# block, generation, lost mask and state; the last byte of all
copy=A
for byte in 0 8 12 16 32 40 44 63 64 72 80 88 4095; do
	flip $S "$(table_block $copy 0)" $byte
	ok "a bit flipped at byte $byte of copy $copy of a table block" round
	[[ $copy == A ]] && copy=B || copy=A
done

for bytes in 512 1536 2048 3584; do
	sector=$(table_block $copy 1)
	old_block "$sector" >/run/old.block
	tear $S "$sector" /run/old.block $bytes
	ok "copy $copy of a table block torn after $bytes bytes" round
	[[ $copy == A ]] && copy=B || copy=A
done

# Every copy is damaged somewhere, every block is whole somewhere.
raw_zero $S "$(table_block A 0)" 8
flip $S "$(table_block B 1)" 100
ok "one block of A and another of B damaged at the same time" round

# Checksums are good in what was written to the wrong place.
raw_read $S "$(table_block A 0)" 8 | raw_write $S "$(table_block A 1)"
ok "a table block in the place of another" round
raw_read $S "$(table_block A 0)" 8 | raw_write $S "$(table_block B 0)"
ok "copy A in the place of copy B" round

is "$(dmsetup create r <<<"$TABLE" && dmsetup status r | awk '{ print $4, $10 }')" "rw 1" \
	"after all of that the device is in full order and one sector is lost"
dmsetup remove r
done_testing
