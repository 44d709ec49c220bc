# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# summary: a block moves away from a failing spare block: all of it that reads, and not a byte more is lost
# timeout: 90

# shellcheck source=/dev/null
. "$VM_DIR/lib.sh"
# shellcheck source=/dev/null
. "$VM_DIR/tools/meta.sh"

M=/dev/disk/main S=/dev/disk/spare D=/dev/mapper/r
OPTIONS="confirm_ms=0 storm_limit=1000000"

place() { dmsetup message r 0 lookup "$1" | cut -d' ' -f2; }
lost() { dmsetup status r | cut -d' ' -f10; }
# on_spare BLOCK SECTOR COUNT: sectors of the spare that hold this part of the block
on_spare() { range $((DATA + SPB * $(place "$1") + $2)) "$3"; }
again() { dmsetup remove r && dm_create r "$TABLE 2 $OPTIONS"; }

# start SPARE BLOCK_SIZE: eight blocks are remapped. Main has seed 1 there, the spare seed 2.
start() {
	SPB=$(($2 / 512))
	LEN=$(sectors $M)
	TABLE="0 $LEN remap $M 0 $S 0"
	dm_create r "$TABLE 4 format block_size=$2 $OPTIONS"
	pattern_write $D 0 0 1
	dmsetup message r 0 remap 0+8 >/dev/null
	pattern_write $D 0 0 2
	dmsetup suspend r
	dmsetup resume r
	read_layout $S
}

# moved TEXT BLOCK OLD PLACE
moved() { isnt "$(place "$2")" "$3" "$1: the block lives elsewhere"; }

# try_read UNIT TEXT: one sector of the spare does not read. What is lost is the logical
# block of main (UNIT sectors) around it.
try_read() {
	local unit=$1 text="$2: a bad sector is read" old at=$((SPB * 4 - 3)) errors
	old=$(place 3)
	errors=$((at - at % unit))+$unit
	null_bad spare "+$(on_spare 3 $((SPB - 3)) 1)"
	ok "$text: one logical block is lost and the rest moved" pattern_check $D 0 0 2 --errors "$errors"
	null_bad spare "-$(range $((DATA + SPB * old)) "$SPB")"
	moved "$text" 3 "$old"
	is "$(lost)" 1 "$text: so does the status say"
	again
	ok "$text: so it is after another activation" pattern_check $D 0 0 2 --errors "$errors"
	ok "$text: a write makes it good" pattern_write $D "${errors%+*}" "$unit" 2
	ok "$text: and all data is right" pattern_check $D 0 0 2
}

# try_write UNIT TEXT: a sector fails when a part of its block is written.
try_write() {
	local unit=$1 text="$2: a bad sector is written" old first=$((SPB * 5))
	old=$(place 5)
	null_bad spare "+$(on_spare 5 $((unit - 1)) 1)"
	ok "$text: the write succeeds" pattern_write $D $first "$unit" 3
	null_bad spare "-$(range $((DATA + SPB * old)) "$SPB")"
	moved "$text" 5 "$old"
	again
	ok "$text: it is there" pattern_check $D $first "$unit" 3
	ok "$text: nothing else has changed" pattern_check $D 0 $first 2
	ok "$text: nor in the rest of the block" pattern_check $D $((first + unit)) 0 2
	pattern_write $D $first "$unit" 2
}

# try_frozen UNIT TEXT: a table block goes out of use, and all its blocks move.
emptied() { says "table block 0 of the spare is out of use now"; }
try_frozen() {
	local unit=$1 text="$2: a table block cannot be written"
	null_bad spare "+$(range "$(table_block A 0)" 8)" "+$(on_spare 6 $((unit - 1)) 1)"
	log_mark
	dmsetup message r 0 remap 9 >/dev/null
	ok "$text: all its blocks move" eventually 20 emptied
	ok "$text: the one with a bad sector loses one logical block" \
		pattern_check $D 0 0 2 --errors "$((SPB * 6))+$unit"
	again
	ok "$text: so it is after another activation" \
		pattern_check $D 0 0 2 --errors "$((SPB * 6))+$unit"
}

try_all() {
	try_read "$1" "$2"
	try_write "$1" "$2"
	try_frozen "$1" "$2"
	dmsetup remove r
	remove_null_blk main
	remove_null_blk spare
}

load_core
for size in 4096 32768; do
	make_null_blk main 2 blocksize=4096
	make_null_blk spare 6
	start spare $size
	try_all 8 "logical blocks of 4096 on a spare with 512, blocks of $size"
done
make_null_blk main 2
make_null_blk spare 6
start spare 32768
try_all 1 "logical blocks of 512, blocks of 32768"

# The same where the spare says so: a medium error, which fails a whole request and speaks of
# one sector. No two reads are needed apart in time to believe it.
make_null_blk main 2
make_scsi_debug spare dev_size_mb=16
start spare 32768
PARAMETERS=/sys/module/scsi_debug/parameters
echo 1 >$PARAMETERS/medium_error_count
echo $((DATA + SPB * $(place 3) + 20)) >$PARAMETERS/medium_error_start
OLD=$(place 3)
echo 2 >/sys/bus/pseudo/drivers/scsi_debug/opts
fails "a medium error in a spare block: the spare fails there" \
	dd if=$S of=/dev/null bs=512 count=64 skip=$((DATA + SPB * OLD)) iflag=direct
ok "a medium error in a spare block: one sector is lost and 63 are not" \
	pattern_check $D 0 0 2 --bs $((SPB * 512)) --errors $((SPB * 3 + 20))+1
echo 0 >/sys/bus/pseudo/drivers/scsi_debug/opts
moved "a medium error in a spare block" 3 "$OLD"
again
ok "so it is after another activation" pattern_check $D 0 0 2 --errors $((SPB * 3 + 20))+1
ok "a write makes it good" pattern_write $D $((SPB * 3 + 20)) 1 2
ok "and all data is right" pattern_check $D 0 0 2
dmsetup remove r
done_testing
