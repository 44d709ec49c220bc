# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# summary: remapsetup guard: the raw main device is recognised as nothing, and no data is touched
# timeout: 240

# shellcheck source=/dev/null
. "$VM_DIR/lib.sh"
# shellcheck source=/dev/null
. "$VM_DIR/tools/remapsetup.sh"

load_core
M=/dev/disk/main S=/dev/disk/spare D=/dev/mapper/r
make_null_blk main 64
make_null_blk spare 16
mkdir -p /run/mnt
remapped() { dmsetup status r | cut -d' ' -f9; }
# what the raw disk is taken for, and what a copy of the device is
seen() { blockdev --flushbufs "$1" && { wipefs --noheadings -O TYPE "$1" | sort | tr '\n' ' '; }; }
alone() { seen $M; }

rs format $S --data-device $M -q
rs open $S r --data-device $M
dmsetup message r 0 confirm_ms 0

refuses 1 'is none of on, off and status' "what is none" rs guard r maybe
refuses 4 'there is nothing to guard' "an empty disk" rs guard r on
is "$(remapped)" 0 "nothing was changed"
ok "guard off of what is not guarded" rs guard r off
like "$OUTPUT" "is not guarded" "is said"

# ext4
mkfs.ext4 -q $D
mount $D /run/mnt
cp /bin/bash /run/mnt/
sha256sum /run/mnt/bash >/run/bash.sum
is "$(alone)" "ext4 " "the raw disk is ext4"
ok "guard on, with the file system mounted" rs guard r on
like "$OUTPUT" "alone is recognised as nothing now: 1 blocks were marked" "says so"
is "$(alone)" "" "the raw disk is nothing"
is "$(seen $D)" "ext4 " "the device is ext4"
like "$(dd if=$M bs=4k count=1 status=none iflag=direct | tr -d '\0')" \
	"^dm-remap guard 1.*remapsetup open UUID=.*block 0.*guard <name> off" "the disk itself says what it is"
ok "status" rs guard r status
is "$OUTPUT" "guard of r: on, 1 blocks marked" "is on"
ok "guard on again" rs guard r on
is "$(remapped)" 1 "changes nothing"
umount /run/mnt
mount $D /run/mnt
ok "the files are there" sha256sum -c /run/bash.sum
umount /run/mnt
fails "the raw disk cannot be mounted" mount $M /run/mnt
dmsetup message r 0 remap 100+10
ok "recover leaves it alone" rs recover r 0+200
like "$OUTPUT" "10 blocks are back on the main device.*1 blocks stay on the spare because 'guard' keeps them" "and says so"
ok "evacuate, too" rs evacuate r
like "$OUTPUT" "1 blocks are still on the spare" "and says so"
is "$(alone)" "" "the guard is there"
ok "close" rs close r
ok "and open, the checks of which it does not disturb" rs open $S r --data-device $M
is "$(seen $D)" "ext4 " "the device is ext4"
ok "off" rs guard r off
is "$(alone) $(remapped)" "ext4  0" "all is as it was"
ok "the file system is whole" e2fsck -fn $M
ok "on once more" rs guard r on
ok "evacuate --guard-too" rs evacuate r --guard-too
is "$(alone) $(remapped)" "ext4  0" "takes it back as well"

# A disk that does not take the mark, or not the block
ok "on" rs guard r on
null_bad main +0-7
refuses 4 'does not read at the places of 1 blocks that are on the spare' "off, on a disk that fails" rs guard r off
is "$(seen $D)" "ext4 " "the device is ext4"
null_bad main -0-7
ok "off" rs guard r off
dmsetup message r 0 remap 0 >/dev/null
null_bad main +0-7
fails "on, on a disk that fails" rs guard r on
is "$(seen $D)" "ext4 " "the device is ext4"
null_bad main -0-7
ok "recover" rs recover r 0
is "$(alone)" "ext4 " "it was never marked"

# The data of a block that is lost is not hidden behind a mark.
null_bad main +2-3
attempt dd if=$D of=/dev/null bs=512 skip=2 count=2 iflag=direct
is "$(remapped)" 1 "the superblock is lost"
null_bad main -2-3
refuses 4 'cannot be searched for what it holds' "it is not guarded" rs guard r on
is "$(alone)" "ext4 " "it may be rescued"
ok "rescue" dmsetup message r 0 retry 0
rs recover r 0

# Two copies of a partition table, and a protective one
wipefs -qa $D
sfdisk -q $D <<<$'label: gpt\n2048,8192\n,' || true
is "$(alone)" "PMBR gpt gpt " "the raw disk has a table with its copy"
ok "guard on" rs guard r on
is "$(alone)" "" "the raw disk is nothing"
is "$(seen $D)" "PMBR gpt gpt " "the device has all"
ok "status" rs guard r status
like "$OUTPUT" "guard of r: on, [23] blocks marked" "tells"
dd if=/dev/zero of=/run/disk.img bs=1M count=64 status=none
dd if=$D of=/run/disk.img bs=1M conv=notrunc status=none
ok "off" rs guard r off
blockdev --flushbufs $M
ok "main alone has it, byte for byte" cmp $M /run/disk.img

# Nothing that must not be hidden
wipefs -qa $D
{ printf 'LUKS\xba\xbe\0\1' && head -c 4088 /dev/zero; } | dd of=$D bs=4k iflag=fullblock conv=notrunc status=none
like "$(alone)" LUKS "the raw disk is LUKS"
refuses 4 'holds a LUKS header, which is not guarded' "LUKS is refused" rs guard r on
is "$(remapped)" 0 "nothing was changed"

# Other blocks, and a device that ends inside one
rs close r
for size in 512 32768; do
	LEN=$((131072 - 8))
	rs format $S --data-device $M -q --force --block-size $size --data-length $LEN
	rs open $S r --data-device $M --force
	wipefs -qa $D
	pattern_write $D 0 0 1
	mkswap -q $D
	dd if=$D of=/run/disk.img bs=4k count=$((LEN / 8)) status=none
	ok "blocks of $size bytes: guard on" rs guard r on
	is "$(alone)" "" "the raw disk is nothing"
	ok "the device has all" cmp $D /run/disk.img
	ok "off" rs guard r off
	is "$(alone)" "swap " "the raw disk is swap"
	ok "byte for byte" cmp -n $((LEN * 512)) $M /run/disk.img
	rs close r
done
done_testing
