# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# summary: what is not blank is never formatted, and what is not a spare never used
# timeout: 180

# shellcheck source=/dev/null
. "$VM_DIR/lib.sh"
# shellcheck source=/dev/null
. "$VM_DIR/tools/meta.sh"

load_core
make_null_blk main 4
make_null_blk spare 4
M=/dev/disk/main S=/dev/disk/spare D=/dev/mapper/r
LEN=$(sectors $M)
TABLE="0 $LEN remap $M 0 $S 0"
pattern_write $M 0 0 1
save $M /run/main.img
save $S /run/spare.img

ok "a blank spare without 'format' is refused" refused \
	"There is no superblock on the spare: say 'format' to make it one, or give the right one" "$TABLE"
ok "nor does 'force' format it" refused "no superblock on the spare: say 'format'" "$TABLE 1 force"
ok "a blank spare is not the one with a UUID" refused \
	"The spare is blank and not the one asked for" \
	"$TABLE 1 uuid=3d3b0b1c-5a55-4f0e-9c3c-0123456789ab"
ok "a read-only table formats nothing" refused "A read-only table cannot format" "$TABLE 1 format" -r

# The size of what changed, as the disks counted it: cheap on large ones.
written() { awk '{ print $5, $7, $12, $14 }' "/sys/block/$(block "$1")/stat"; }

holds() {
	local what=$1 device=/dev/disk/$2 before words regexp
	sync
	before=$(written "$device")
	for words in "" "1 format" "1 force" "2 format force"; do
		log_mark
		if dmsetup create r <<<"0 $LEN remap $M 0 $device 0 $words"; then
			fail "a spare that holds $what is refused${words:+ with ${words#* }}"
			dmsetup remove r
			continue
		fi
		# Without 'format' only the places of the superblocks are looked at.
		regexp="holds something"
		[[ $words == *format* ]] || regexp+="|say 'format'"
		ok "a spare that holds $what is refused${words:+ with ${words#* }}" says "$regexp"
	done
	is "$(written "$device")" "$before" "nothing was written to it"
}

make_null_blk ext4 64
mkfs.ext4 -q /dev/disk/ext4
holds "an ext4" ext4
make_null_blk btrfs 128
mkfs.btrfs -q /dev/disk/btrfs
holds "a btrfs" btrfs
make_null_blk xfs 320
mkfs.xfs -q -K /dev/disk/xfs
holds "an xfs" xfs
make_null_blk swap 16
mkswap -q /dev/disk/swap
holds "swap space" swap
make_null_blk pv 64
pvcreate -qq /dev/disk/pv
holds "an LVM physical volume" pv

# Not even one byte, wherever metadata would go or somebody else's could be.
one_byte() {
	poke $S "$2" 1
	cp /run/spare.img /run/blank.img
	poke /run/spare.img "$2" 1
	ok "$1" refused "The spare holds something" "$TABLE 2 format force"
	mv /run/blank.img /run/spare.img
	poke $S "$2" 0
}
one_byte "a byte at 4 KiB is not blank" 4096
one_byte "a byte at the end of the first MiB is not blank" 1048575
one_byte "a byte at the beginning of the last MiB is not blank" 3145728
one_byte "the last byte is not blank" 4194303

# A spare whose start is unreadable may hold anything.
null_bad spare +100-100
log_mark
fails "a spare that cannot be read is not formatted" dm_create r "$TABLE 1 format"
ok "and the log says so" says "The spare cannot be read"
null_bad spare -100-100

ok "blank again, it is formatted" dm_create r "$TABLE 1 format"
ok "the data of main is there" pattern_check $D 0 0 1
dmsetup message r 0 remap 10+20
pattern_write $D 0 0 2
list=$(dmsetup message r 0 list) uuid=$(uuid_of r)
dmsetup remove r
ok "'format' does nothing to a formatted spare" dm_create r "$TABLE 1 format"
is "$(dmsetup message r 0 list)" "$list" "its map is the same"
is "$(uuid_of r)" "$uuid" "its UUID is the same"
ok "the data is right" pattern_check $D 0 0 2
dmsetup remove r
save $S /run/spare.img
save $M /run/main.img
ok "'format' for a spare with a UUID contradicts itself" refused "format and uuid= exclude each other" \
	"$TABLE 2 format uuid=$uuid"

# A format that was interrupted left both superblocks in the state "formatting", and
# perhaps some of the tables.
read_layout $S
for sector in 0 "$SUPER_B"; do
	forge $S "$sector" 76 1
done
save $S /run/spare.img
ok "with data in its blocks it cannot be one that was interrupted" refused "holds something" \
	"$TABLE 1 format"
raw_zero $S "$DATA" $((HEALTH_B - DATA))
raw_zero $S "$TABLE_B" 24
save $S /run/spare.img
ok "an interrupted format is not a spare" refused \
	"Formatting of the spare was interrupted: say 'format' to do it again" "$TABLE"
ok "'format' does it again" dm_create r "$TABLE 1 format"
[[ -e $D ]] || bail "no device"
is "$(dmsetup message r 0 list)" "empty" "with an empty map"
dmsetup remove r
ok "both copies agree" copies_agree $S
forge $S 0 76 4
forge $S "$SUPER_B" 76 4
save $S /run/spare.img
ok "a spare that was replaced is refused" refused "not the active one: it was replaced" "$TABLE 1 force"
done_testing
