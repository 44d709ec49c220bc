# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# summary: a copy of the metadata that cannot be read, or not be written, when the device starts
# timeout: 180

# shellcheck source=/dev/null
. "$VM_DIR/lib.sh"
# shellcheck source=/dev/null
. "$VM_DIR/tools/meta.sh"
# shellcheck source=/dev/null
. "$VM_DIR/tools/pair.sh"

M=/dev/disk/main S=/dev/disk/spare D=/dev/mapper/r

load_core
make_pair
start_pair "0+60 700+80"
dmsetup remove r
read_layout $S
save $S /run/whole.img
save $M /run/main.img

right() { pattern_check $D 0 0 2; }
# restart: the data is right after another stop and start.
restart() {
	dmsetup remove r
	dmsetup create r <<<"$TABLE" && right
}
disowned_are() {
	read_layout $S "$1"
	[[ $DISOWNED == "$2" ]] || { echo "superblock at $1: $DISOWNED disowned" && return 1; }
}
# Not in one pass with right(): the worker empties the block in the background.
buried() { says "table block $1 of the spare is out of use now"; }
lists_none_of_block_0() { dmsetup message r 0 list | awk '$2 < 126 { bad = 1; print } END { exit bad }'; }

for copy in A B; do
	bad=$(range "$(table_block $copy 0)" 8)
	null_bad spare "+$bad"
	log_mark
	ok "copy $copy of a table block cannot be read or written: the device starts" dm_create r "$TABLE"
	ok "and all data is right" right
	ok "that copy is ignored from now on, and the log says so" \
		says "copy $copy of table block 0 of the spare is ignored from now on"
	ok "its blocks are moved, and it is given up" eventually 10 buried 0
	ok "nothing lies in its spare blocks any more" lists_none_of_block_0
	ok "all data is still right" right
	ok "also after the next start" restart
	is "$(mode)" rw "and the map can change"
	ok "a block can be moved to the spare" dmsetup message r 0 remap 1500
	pattern_write $D 0 0 3
	pattern_write $D 0 0 2
	dmsetup remove r
	ok "superblock A knows that the block is out of use" disowned_are 0 1
	ok "so does superblock B" disowned_are "$SUPER_B" 1
	null_bad spare "-$bad"
	ok "when that copy reads again, with its old content, the data is right" dm_create r "$TABLE"
	ok "and after another start" restart
	dmsetup remove r
	restore $S /run/whole.img
	restore $M /run/main.img
done

bad=$(range "$TABLE_A" $((8 * TABLE_BLOCKS)))
null_bad spare "+$bad"
ok "copy A of the whole table cannot be read or written: the device starts" dm_create r "$TABLE"
ok "and all data is right" right
dmsetup message r 0 confirm_ms 0
null_bad main +12000-12000
fails "there is no table block left to record a new remap in: the error goes up" \
	pattern_write $D 12000 1 2
null_bad main -12000-12000
ok "the rest works" pattern_write $D 0 0 3
ok "and reads" pattern_check $D 0 0 3
pattern_write $D 0 0 2
dmsetup remove r
ok "every block of copy A is on record as ignored" disowned_are 0 "$TABLE_BLOCKS"
null_bad spare "-$bad"
bad=$(range "$TABLE_B" $((8 * TABLE_BLOCKS)))
null_bad spare "+$bad"
log_mark
fails "A reads again and B does not: A is old news, so the device does not start" dm_create r "$TABLE"
[[ ! -e $D ]] || dmsetup remove r
ok "and the log says what to do" says "both copies of table block 0 .*not started .*remapsetup repair"
null_bad spare "-$bad"
log_mark
ok "both read again: it starts" dm_create r "$TABLE"
ok "and all data is right" right
ok "copy A was healed" says "$TABLE_BLOCKS table blocks of the spare were healed"
ok "and the map can change again" dmsetup message r 0 remap 1501
dmsetup remove r
ok "both copies agree" copies_agree $S
ok "nothing is ignored any more" disowned_are 0 0
restore $S /run/whole.img

for copy in A B; do
	[[ $copy == A ]] && sector=0 || sector=$SUPER_B
	bad=$(range "$sector" 8)
	null_bad spare "+$bad"
	log_mark
	ok "superblock $copy cannot be read or written: the device starts" dm_create r "$TABLE"
	is "$(mode)" ro-map "but its map cannot change"
	ok "the log says so" says "mode is now ro-map: the superblocks of the spare cannot be written"
	ok "all data is right" right
	fails "a block cannot be moved to the spare" dmsetup message r 0 remap 1500
	ok "remapped and other blocks take data" pattern_write $D 0 0 3
	ok "and give it back" pattern_check $D 0 0 3
	pattern_write $D 0 0 2
	null_bad main +12000-12000
	fails "a bad block is an error as on the bare disk" pattern_write $D 12000 1 2
	null_bad main -12000-12000
	dmsetup remove r
	null_bad spare "-$bad"
	ok "when it can be written again: the device starts" dm_create r "$TABLE"
	is "$(mode)" rw "and its map can change"
	ok "all data is right" right
	dmsetup remove r
	ok "both superblocks agree" copies_agree $S
done

# Neither healed nor recorded: what is written now might not be found later.
null_bad spare "+$(range "$(table_block A 0)" 8)" "+$(range "$SUPER_B" 8)"
log_mark
ok "a table block and a superblock cannot be written: the device starts" dm_create r "$TABLE"
is "$(mode)" read-only "for reading only"
ok "the log says so" says "mode is now read-only: .*neither used nor rewritten"
ok "all data is right" right
fails "a write to a remapped block fails" pattern_write $D 0 8 3
fails "a write to any block fails" pattern_write $D 9000 8 3
ok "and changed nothing" right
dmsetup remove r
null_bad spare "-$(range "$(table_block A 0)" 8)" "-$(range "$SUPER_B" 8)"
ok "when both work again: the device starts" dm_create r "$TABLE"
is "$(mode)" rw "and its map can change"
ok "all data is right" right
dmsetup remove r
done_testing
