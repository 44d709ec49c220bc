# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# summary: remapsetup open and close: the right main device, and nobody else on it
# timeout: 240
# disk: main 16M
# disk: other 16M

# shellcheck source=/dev/null
. "$VM_DIR/lib.sh"
# shellcheck source=/dev/null
. "$VM_DIR/tools/meta.sh"
# shellcheck source=/dev/null
. "$VM_DIR/tools/remapsetup.sh"

M=/dev/disk/main O=/dev/disk/other S=/dev/disk/spare D=/dev/mapper/r
load_core
make_null_blk spare 8
make_null_blk blank 8
pattern_write $M 0 0 1
UUID=$(rs format $S --data-device $M -q | sed -n 's/^UUID: //p')

ok "open finds the main device" rs open $S r
is "$OUTPUT" "" "and has nothing to say"
is "$(dmsetup info -c --noheadings -o uuid r)" "REMAP-${UUID//-/}-r" "the device has a UUID of ours"
is "$(dmsetup table r)" "0 32768 remap $(stat -Lc %Hr:%Lr $M) 0 $(stat -Lc %Hr:%Lr $S) 0 2 uuid=$UUID identity=serial:main" \
	"the table names both, and by what they are known"
ok "the data is there" pattern_check $D 0 0 1
pattern_write $D 0 0 2
dmsetup message r 0 remap 7
refuses 5 'there is a device r already' "a name that is taken is refused" rs open $S r
refuses 5 'is a part of /dev/mapper/r' "a spare in use is refused" rs open $S q
refuses 5 'is a part of /dev/mapper/r' "so is a main device in use" \
	bash -c "$(declare -f rs); REMAPSETUP=$REMAPSETUP; rs format /dev/disk/blank --data-device $O -q &&
		rs open /dev/disk/blank q --data-device $M --force"
exec 8<$D
refuses 5 'r is in use \(opened 1 times\)' "close of a device in use is refused" rs close r
ok "it is still there" pattern_check $D 0 0 2
ok "a deferred close waits" rs close r --deferred
ok "the device is there" test -e $D
ok "it can be taken back" rs close r --cancel-deferred
exec 8<&-
ok "so the device stays" pattern_check $D 0 0 2
refuses 1 'no deferred close' "there is nothing more to take back" rs close r --cancel-deferred
exec 8<$D
ok "deferred once more" rs close r --deferred
exec 8<&-
ok "the device goes with its last user" eventually 5 bash -c '! dmsetup info r'
refuses 4 'r is not active' "close of what is not there" rs close r

ok "open by UUID" rs open "UUID=$UUID" r
ok "all data is there, on both" pattern_check $D 0 0 2
ok "close" rs close r
is "$OUTPUT" "" "without a word"
fails "the device is gone" test -e $D
ok "open read-only" rs open $S r --readonly
is "$OUTPUT" "" "is no reason to warn"
fails "a write fails" pattern_write $D 0 8 3
ok "the data is as it was" pattern_check $D 0 0 2
rs close r

# The wrong one
refuses 4 '/dev/disk/other is not the main device of /dev/disk/spare: it is serial:other, and not serial:main' \
	"another main device is refused" rs open $S r --data-device $O
fails "no device is made" test -e $D
make_null_blk same 16
refuses 4 'has no identity here, and should be serial:main' "one without identity, too" \
	rs open $S r --data-device /dev/disk/same
cp $M /dev/disk/same
ok "--force accepts a copy" rs open $S r --data-device /dev/disk/same --force
ok "all data is there" pattern_check $D 0 0 2
rs close r
make_null_blk short 8
refuses 4 'too small' "a shorter one is refused, forced or not" rs open $S r --data-device /dev/disk/short --force
make_null_blk coarse 16 blocksize=4096
refuses 4 'logical blocks of 4096 bytes' "one with other blocks, too" \
	rs open $S r --data-device /dev/disk/coarse --force

# Written without its spare: the kernel notices, and its words are passed on.
poke $M $((300 * 512)) 99
refuses 4 "the kernel says: The main device is another one, or was written without its spare" \
	"a main device that was written meanwhile is refused" rs open $S r
like "$OUTPUT" '--force' "and it is said what to do"
fails "no device is left behind" dmsetup info r
ok "--force accepts it" rs open $S r --force
rs close r

# Somebody else is on it.
mkfs.ext4 -q -F $M
mkdir -p /run/mnt
mount $M /run/mnt
refuses 5 'main is mounted|/dev/vd[a-z] is mounted on /run/mnt' "a mounted main device is refused" rs open $S r --force
umount /run/mnt
mkswap -q $M
swapon $M
refuses 5 'in use as swap' "swap is refused" rs open $S r --force
swapoff $M
dm_create l "0 100 linear $M 0"
refuses 5 'is a part of /dev/mapper/l' "a main device that another table uses is refused" rs open $S r --force
dm_remove l
sfdisk -q $M <<<'label: dos
2048,8192
,' || true
PART=$(readlink -f $M)1
mkfs.ext4 -q -F "$PART"
mount "$PART" /run/mnt
refuses 5 "$PART is mounted on /run/mnt" "a partition of it that is mounted is refused" rs open $S r --force
umount /run/mnt
dm_create l "0 100 linear $PART 0"
refuses 5 "$PART is a part of /dev/mapper/l" "one that another table uses, too" rs open $S r --force
dm_remove l
ok "with nobody on it" rs open $S r --force
like "$OUTPUT" 'has partitions of its own, which bypass' "the partitions are warned of"
rs close r

# A partition as the main device
ok "a partition has an identity, too" rs format /dev/disk/blank --data-device "$PART" -q --force
ok "it is found" rs open /dev/disk/blank r
is "$(dmsetup table r | cut -d' ' -f2,4)" "8192 $(stat -c %Hr:%Lr "$PART")" "and is the right one"
rs close r

# Names and spares that are none
for name in a/b . .. control "$(printf 'x%.0s' {1..128})" ''; do
	refuses 1 'cannot be the name' "the name '${name:0:10}' is refused" rs open $S "$name"
done
refuses 4 'not a spare of dm-remap' "what is no spare is refused" rs open $M r
make_null_blk empty 8
refuses 4 'is blank and not a spare' "so is a blank device" rs open /dev/disk/empty r
refuses 4 'is not here. Blocks that were moved to it' "a UUID that nobody has" rs open UUID=3d3b0b1c-5a55-4f0e-9c3c-0123456789ab r
refuses 1 'is no UUID' "what is no UUID" rs open UUID=1 r
cp $S /dev/disk/empty
refuses 4 'more than once' "a spare that is there twice" rs open "UUID=$UUID" r
refuses 1 'wrong number of arguments' "no name" rs open $S
done_testing
