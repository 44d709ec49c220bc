# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# summary: remapsetup dumps, checks, repairs, saves and restores a spare that the kernel has used
# timeout: 240

# shellcheck source=/dev/null
. "$VM_DIR/lib.sh"
# shellcheck source=/dev/null
. "$VM_DIR/tools/meta.sh"

TOOL=$VM_DIR/../../tools/remapsetup
load_core
make_null_blk main 8
make_null_blk spare 4
M=/dev/disk/main S=/dev/disk/spare D=/dev/mapper/r
LEN=$(sectors $M)
TABLE="0 $LEN remap $M 0 $S 0"

# exits CODE TEXT ARGUMENT...: of remapsetup
exits() {
	local code=$1 text=$2
	shift 2
	attempt "$TOOL" "$@"
	if ((STATUS == code)); then
		pass "$text"
	else
		fail "$text"
		diag "remapsetup $*: exit code $STATUS, not $code"
		diag_output
	fi
}

json() { "$TOOL" dump --json "$1" 2>/dev/null | sed -n "s/^  \"$2\": \([^,]*\),*\$/\1/p"; }
state() { dmsetup status r | awk '{ print $4 }'; }

# Remapped blocks in two table blocks; main has old data in their place, and the good data of
# the one sector that is lost.
LOST=12003
dm_create r "$TABLE 2 format confirm_ms=0"
pattern_write $D 0 0 1
dmsetup message r 0 remap 0+100
dmsetup message r 0 remap 700+60
pattern_write $D 0 0 2
null_bad main "+$LOST-$LOST"
pattern_check $D $LOST 1 2 --errors "$LOST+1"
null_bad main "-$LOST-$LOST"
right() { pattern_check $D 0 0 2 --errors "$LOST+1"; }

#
# While it is in use: reading is allowed, and nothing else
#

exits 0 "a spare in use is checked" check $S
like "$OUTPUT" 'in use by /dev/mapper/r' "which it says"
exits 0 "and dumped" dump $S
exits 0 "and saved" backup $S /run/used.backup
save $S /run/before.img
exits 5 "a spare in use is not repaired" repair --in-place $S
exits 5 "nor copied" repair --output /dev/shm/copy.img $S
exits 5 "nor erased" erase -q $S
exits 5 "nor restored" restore -q --force /run/used.backup $S
save $S /run/after.img
ok "and not a byte of it has changed" cmp /run/before.img /run/after.img
used=$(<"$(dm_remap_dir r)/remapped")
is "$(json $S remapped)" "$used" "dump counts what the kernel counts: remapped blocks"
is "$(json $S lost)" "$(<"$(dm_remap_dir r)/lost")" "... and lost sectors"
is "\"$(<"$(dm_remap_dir r)/uuid")\"" "$(json $S uuid)" "... and the UUID is the same"
dm_remove r

exits 0 "all is well after a clean stop" check $S
exits 0 "it is a spare" isRemap $S
exits 4 "main is none" isRemap $M
exits 4 "nor is anything wrong with it" check $M
exits 0 "saved once more" backup $S /run/stopped.backup
grep '^entry' /run/used.backup >/run/a
grep '^entry' /run/stopped.backup >/run/b
ok "the map was the same while it was in use" cmp /run/a /run/b
read_layout $S
save $S /run/sound.img
save $M /run/main.img

# healed_already: it starts, there is nothing to heal any more, and all data is right
healed_already() {
	log_mark
	dmsetup create r <<<"$TABLE"
	right || return
	[[ $(state) == rw ]] || return
	dmsetup remove r
	! says 'healed' >/dev/null
}

# round TEXT: damaged in one copy; checked, repaired, started
round() {
	exits 6 "$1: check says that it heals" check $S
	save $S /run/damaged.img
	exits 0 "$1: into a copy" repair --output /dev/shm/copy.img $S
	save $S /run/after.img
	ok "$1: the spare is as it was" cmp /run/damaged.img /run/after.img
	exits 0 "$1: repaired" repair --in-place $S
	exits 0 "$1: checked again" check $S
	ok "$1: both copies agree" copies_agree $S
	ok "$1: the kernel finds all data, and nothing to heal" healed_already
	restore $S /dev/shm/copy.img
	rm /dev/shm/copy.img
	ok "$1: with the copy, too" healed_already
}

raw_zero $S "$TABLE_A" $((8 * TABLE_BLOCKS))
round "table A is gone"
flip $S "$(table_block B 0)" 100
flip $S "$(table_block A 1)" 3000
round "a bit in each"
raw_zero $S 0 8
flip $S "$HEALTH_B" 200
round "superblock A is gone"
flip $S "$SUPER_B" 100
round "a bit in superblock B"

#
# What cannot be proved is refused, and a backup brings it back
#

raw_zero $S "$(table_block A 0)" 8
raw_zero $S "$(table_block B 0)" 8
save $S /run/spare.img
save $M /run/main.img
exits 7 "both copies are gone: check" check $S
like "$OUTPUT" 'table block 0: copy A is blank.*copy B is blank' "which it says"
exits 7 "both copies are gone: repair refuses" repair --in-place $S
exits 4 "both copies are gone: there is nothing to save" backup $S /run/none.backup
ok "so does the kernel; nothing was changed" refused 'both copies of table block 0' "$TABLE"
exits 0 "both copies are gone: restored" restore -q /run/stopped.backup $S
exits 0 "and all is well" check $S
ok "the kernel finds all data" healed_already

save $M /run/main.img
exits 0 "erased" erase -q $S
save $S /run/spare.img
exits 4 "it is no spare any more" isRemap $S
ok "for the kernel neither" refused 'no superblock' "$TABLE"
exits 0 "restored" restore -q /run/stopped.backup $S
ok "the kernel finds all data" healed_already

# Another block moves: from then on the backup is old.
dm_create r "$TABLE"
dmsetup message r 0 remap 900
dm_remove r
exits 4 "a backup that is older than the map" restore -q /run/stopped.backup $S
like "$OUTPUT" 'its map is newer than the backup' "which it says"
ok "the kernel finds all data" healed_already

#
# An image in use through a loop device
#

cp /run/sound.img /dev/shm/image.img
modprobe loop
L=$(losetup -f --show /dev/shm/image.img)
dm_create l "0 $LEN remap $M 0 $L 0"
exits 5 "an image that a loop device stands on is not erased" erase -q /dev/shm/image.img
exits 0 "but read" check /dev/shm/image.img
exits 5 "the loop device neither" erase -q "$L"
dm_remove l
losetup -d "$L"
done_testing
