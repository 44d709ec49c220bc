# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# summary: with both copies damaged the device is refused; it never starts with an empty map
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
start_pair 0+200
UUID=$(uuid_of r)
dmsetup remove r
read_layout $S
save $S /run/whole.img
save $M /run/main.img

# damaged TEXT REGEXP: refused and untouched.
damaged() {
	save $S /run/spare.img
	ok "$1: refused" refused "$2" "$TABLE"
	restore $S /run/whole.img
}

# stubbornly_damaged TEXT REGEXP: refused whatever the table line says.
starts_with_any() {
	local words
	for words in "1 format" "1 force" "2 format force" "1 uuid=$UUID"; do
		! dmsetup create r <<<"$TABLE $words" || return 0
		[[ ! -e /dev/mapper/r ]] || dmsetup remove r
	done
	return 1
}

stubbornly_damaged() {
	save $S /run/spare.img
	fails "$1: no word in the table line starts it" starts_with_any
	ok "$1: nor was it written to" cmp $S /run/spare.img
	damaged "$@"
}

area=$((8 * TABLE_BLOCKS))
for k in 0 $((TABLE_BLOCKS - 1)); do
	raw_zero $S "$(table_block A "$k")" 8
	flip $S "$(table_block B "$k")" 2000
	damaged "both copies of table block $k damaged" \
		"both copies of table block $k .*not started .*remapsetup repair"
done
raw_zero $S "$TABLE_A" $area
raw_zero $S "$TABLE_B" $area
stubbornly_damaged "the table zeroed in both copies" \
	"both copies of table block 0 .*not started .*remapsetup repair"

flip $S 0 100
flip $S "$SUPER_B" 100
stubbornly_damaged "both superblocks damaged" "Both superblocks of the spare are damaged: see remapsetup repair"
raw_zero $S 0 8
raw_zero $S "$SUPER_B" 8
stubbornly_damaged "both superblocks zeroed" "There is no superblock on the spare: say 'format' to make it one, or give the right one"

# The first copy of everything gone: what a stray dd or a new partition table does.
raw_zero $S 0 $((DATA + 64))
ok "the first copies of all gone: starts from the second ones" dm_create r "$TABLE"
ok "and the data is right where the spare was not touched" \
	pattern_check $D 64 0 2
dmsetup remove r
restore $S /run/whole.img

# Checksums are good and the content says what cannot be. First the change of
# a lost mask, which is nothing wrong, to see that such a forgery is believed.
forge $S "$(table_block A 0)" 80 1
forge $S "$(table_block B 0)" 80 1
dm_create r "$TABLE 1 force"
ok "a forged entry with a good checksum counts" pattern_check $D 0 0 2 --errors 0+1
dmsetup remove r
restore $S /run/whole.img

forge $S "$(table_block B 0)" 80 1
damaged "two valid copies of equal generation that differ" "contradict each other"

# generation of the whole block raised, so that both entries are older than it
entry() { echo $((64 + 32 * $1)); }
for copy in A B; do
	forge $S "$(table_block $copy 0)" "$(entry 1)" 0 0 0 0 0 0 0 0
	raw_read $S "$(table_block $copy 0)" 8 >/run/block
	dd if=/run/block of=/run/block bs=1 skip=72 seek=104 count=8 conv=notrunc status=none
	seal /run/block
	raw_write $S "$(table_block $copy 0)" </run/block
done
damaged "two entries of one generation that claim one block" "contradicts itself"

for copy in A B; do
	forge $S "$(table_block $copy 0)" "$(entry 0)" 0 0 0 0 1 0 0 0
done
damaged "an entry for a block beyond the end of the device" "impossible content"
for copy in A B; do
	forge $S "$(table_block $copy 0)" $(($(entry 0) + 24)) 9
done
damaged "an entry in a state that does not exist" "impossible content"
for sector in 0 "$SUPER_B"; do
	forge $S "$sector" 72 1
done
damaged "a spare with an incompatible feature of the future" "newer version: upgrade dm-remap"
for sector in 0 "$SUPER_B"; do
	forge $S "$sector" 12 2
done
damaged "a spare in a format of the future" "newer version: upgrade dm-remap"
forge $S "$SUPER_B" 12 2
damaged "one superblock in a format of the future" "newer version: upgrade dm-remap"
for sector in 0 "$SUPER_B"; do
	forge $S "$sector" 64 1
done
ok "a compatible feature of the future is no obstacle" dm_create r "$TABLE"
ok "and the data is right" pattern_check $D 0 0 2
dmsetup remove r
restore $S /run/whole.img
for sector in 0 "$SUPER_B"; do
	forge $S "$sector" 128 0 0 0 0 1 0 0 0
done
damaged "superblocks that place the table beyond the end" "Both superblocks of the spare are damaged"
forge $S "$SUPER_B" 96 8
damaged "two superblocks of one generation that differ" "contradict each other"

ok "whole again, it starts" dm_create r "$TABLE"
ok "with all data right" pattern_check $D 0 0 2
dmsetup remove r
done_testing
