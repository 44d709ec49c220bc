# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# summary: remapsetup open --degraded: without the spare, from a backup of the map
# timeout: 240
# disk: main 16M
# disk: other 16M

# shellcheck source=/dev/null
. "$VM_DIR/lib.sh"
# shellcheck source=/dev/null
. "$VM_DIR/tools/remapsetup.sh"

M=/dev/disk/main S=/dev/disk/spare D=/dev/mapper/r
load_core
make_null_blk spare 8
UUID=$(rs format $S --data-device $M --data-start 64 --data-length 32000 -q | sed -n 's/^UUID: //p')
rs open $S r
pattern_write $D 0 0 1
rs remap r 100+2
rs remap r 3999
rs remap r 102
pattern_write $D 0 0 2 # what was moved is on the spare only, old data is on main
cd /run || exit
ok "a backup" rs backup $S map.backup
rs close r

refuses 4 'the spare is here: /dev/' "while the spare is there it is better" rs open map.backup r --degraded -q
remove_null_blk spare
refuses 1 'no terminal to ask' "without a terminal nobody says yes" rs open map.backup r --degraded
like "$OUTPUT" 'nothing was done' "and it stays so"
refuses 4 'is not the main device of map.backup' "another disk" rs open map.backup r --degraded -q --data-device /dev/disk/other
sed 's/^entry 0 mapped 100/entry 0 mapped 200/' map.backup >wrong
refuses 1 'checksum is wrong' "a backup that was changed" rs open wrong r --degraded -q
refuses 1 'batch-mode is for --degraded only' "no -q without it" rs open UUID="$UUID" r -q
refuses 4 'is not here' "without --degraded there is no device" rs open UUID="$UUID" r
fails "there is none yet" test -e $D
mkdir -p mnt
mke2fs -q -F /dev/disk/other
mount /dev/disk/other mnt
refuses 5 'mounted on' "a disk that is in use" rs open map.backup r --degraded -q --data-device /dev/disk/other
umount mnt

ok "the device" rs open map.backup r --degraded -q
like "$OUTPUT" 'r is open without its spare: read-only, and 4 blocks read as errors' "and what it is worth"
is "$(dmsetup info -c --noheadings -o uuid r)" "REMAP-${UUID//-/}-r" "its UUID is as ever"
ok "all data is there but for what was moved" pattern_check $D 0 0 2 --errors 800+24,31992+8
is "$(sectors $D)" 32000 "it is as long as ever"
is "$(blockdev --getro $D)" 1 "it is read-only"
fails "and takes no writes" pattern_write $D 0 8 3
refuses 4 'open without its spare' "status says what it is" rs status r
refuses 4 'open without its spare' "remap cannot be" rs remap r 5
ok "it is none of those with a spare" rs status
is "$OUTPUT" "" "in the list neither"
refuses 5 'there is a device r already' "once is enough" rs open map.backup r --degraded -q
ok "it closes" rs close r
fails "and is gone" test -e $D
ok "a copy of the disk" dd if=$M of=/dev/disk/other bs=1M
ok "with --force" rs open map.backup r --degraded -q --data-device /dev/disk/other --force
ok "has the same" pattern_check $D 0 0 2 --errors 800+24,31992+8
ok "it closes" rs close r

# An area that neither begins at the start nor ends at the end, as on a disk that has grown, shows neither superblock from sector 0 on.
make_null_blk spare 8
dm_create small "0 12288 linear $S 0"
UUID=$(rs format /dev/mapper/small --data-device $M --spare-start 2048 -q | sed -n 's/^UUID: //p')
dm_remove small
refuses 4 'is not here.*its area begins elsewhere: --spare-start' "a spare that begins elsewhere" rs open UUID="$UUID" r
ok "with --spare-start" rs open UUID="$UUID" r --spare-start 2048
rs remap r 100+2
rs close r
ok "a backup" rs backup $S later.backup --spare-start 2048
refuses 1 'spare-start needs a number' "a start that is none" rs open later.backup r --degraded -q --spare-start x
refuses 4 'the spare is here: /dev/' "that one is there, too" rs open later.backup r --degraded -q --spare-start 2048
ok "not told where, it is not noticed" rs open later.backup r --degraded -q
ok "it closes" rs close r
done_testing
