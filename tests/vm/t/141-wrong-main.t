# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# summary: a spare is used only with its own main device, as it left it
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
start_pair "0+20 1000+20"
uuid=$(uuid_of r)
dmsetup remove r
save $M /run/main.img
save $S /run/spare.img

ok "another UUID is refused" refused "The spare has another UUID" \
	"$TABLE 1 uuid=3d3b0b1c-5a55-4f0e-9c3c-0123456789ab"
ok "another block size is refused" refused "formatted with another block size" "$TABLE 1 block_size=8192"
ok "a shorter main device is refused" refused "main device of another size" \
	"0 $((LEN - 8)) remap $M 0 $S 0"
ok "another place of the main device is refused" refused "another place of the main device" \
	"0 $((LEN - 8)) remap $M 8 $S 0"
log_mark
ok "another place of the spare device is refused" refused \
	"The spare holds something else than a dm-remap spare" "0 $LEN remap $M 0 $S 8 1 format"
ok "and the log says where it begins" says "an area that does not begin where it was looked for, but -8 sectors from there"

make_null_blk larger 16
ok "a larger main device is refused" refused "main device of another size" \
	"0 $((2 * LEN)) remap /dev/disk/larger 0 $S 0"
make_null_blk blocks4k 8 blocksize=4096
ok "a main device with a larger logical block is refused" refused \
	"main device of another logical block size" "0 $LEN remap /dev/disk/blocks4k 0 $S 0 1 force"
make_null_blk other 8
pattern_write /dev/disk/other 0 0 5
CHANGED="The main device is another one, or was written without its spare since the last stop; 'force' accepts it"
ok "another disk of the same size is refused" refused "$CHANGED" "0 $LEN remap /dev/disk/other 0 $S 0"
make_null_blk cut 3
cp /run/spare.img /run/cut.img
head -c $((3 << 20)) /run/spare.img >/dev/disk/cut
ok "a spare that was cut off is refused" refused "The spare device is smaller than it was" \
	"0 $LEN remap $M 0 /dev/disk/cut 0"

# Sectors 160 and up are not remapped; one sector of main is written raw.
written_raw() {
	poke $M $(($2 * 512 + 7)) 99
	cp /run/main.img /run/before.img
	poke /run/main.img $(($2 * 512 + 7)) 99
	ok "$1: refused" refused "$CHANGED" "$TABLE"
	ok "$1: refused when the line has the UUID" refused "$CHANGED" "$TABLE 1 uuid=$uuid"
}
written_raw "a raw write in the first MiB" 200
ok "'force' accepts the main device as it is" dm_create r "$TABLE 1 force"
ok "what was written is there, and so is all the rest" pattern_check $D 201 0 2
ok "and the map" pattern_check $D 0 200 2
dmsetup remove r
ok "from then on it is the main device" dm_create r "$TABLE"
pattern_write $D 200 1 2
dmsetup remove r
save $S /run/spare.img
save $M /run/main.img
written_raw "a raw write in the last MiB" $((LEN - 1))
ok "'force' accepts that too" dm_create r "$TABLE 1 force"
pattern_write $D $((LEN - 8)) 8 2
ok "all data is right" pattern_check $D 0 0 2
dmsetup remove r
ok "main as it was left is accepted" dm_create r "$TABLE"
dmsetup remove r

# A file system that is only mounted and unmounted changes its superblock.
make_null_blk fsmain 16
make_null_blk fsspare 4
FS="0 $(sectors /dev/disk/fsmain) remap /dev/disk/fsmain 0 /dev/disk/fsspare 0"
mkfs.ext4 -q -F /dev/disk/fsmain
dm_create r "$FS 1 format"
dmsetup remove r
mkdir -p /run/mnt
ok "a file system that nobody touched is accepted" dm_create r "$FS"
dmsetup remove r
mount /dev/disk/fsmain /run/mnt
touch /run/mnt/file
umount /run/mnt
log_mark
fails "a main device that was mounted in between is refused" dm_create r "$FS"
ok "and the log says why" says "$CHANGED"
[[ ! -e $D ]] || dmsetup remove r

save $M /run/main.img
save $S /run/spare.img
ok "a spare with a larger logical block is refused" refused \
	"The logical block of the spare is larger than that of the main device" \
	"0 $LEN remap $M 0 /dev/disk/blocks4k 0 1 format"
if make_null_blk zoned 64 zoned=1 zone_size=4; then
	make_null_blk blank 4
	ok "a zoned main device is refused" refused "Zoned devices are not supported" \
		"0 $(sectors /dev/disk/zoned) remap /dev/disk/zoned 0 /dev/disk/blank 0 1 format"
	ok "a zoned spare is refused" refused "Zoned devices are not supported" \
		"0 $LEN remap $M 0 /dev/disk/zoned 0 1 format"
else
	skip "a zoned main device is refused" "this kernel has no zoned null_blk"
fi

# A reload is not the time to format.
make_null_blk blank2 4
dm_create r "$TABLE"
log_mark
fails "a reload never formats a spare" dmsetup reload r --table "0 $LEN remap $M 0 /dev/disk/blank2 0 1 format"
ok "and the log says so" says "A reload never formats a spare"
ok "the spare is still blank" cmp -n $((4 << 20)) /dev/disk/blank2 /dev/zero
ok "the device goes on" pattern_check $D 0 0 2
dmsetup remove r
done_testing
