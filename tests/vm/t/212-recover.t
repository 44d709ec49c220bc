# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# summary: blocks go back to the main device, at the next resume and without a wrong byte
# timeout: 180

# shellcheck source=/dev/null
. "$VM_DIR/lib.sh"
# shellcheck source=/dev/null
. "$VM_DIR/tools/meta.sh"

load_core
modprobe dm-flakey
make_null_blk base 32
make_null_blk spare 16
LEN=$(sectors /dev/disk/base)
GOOD="0 $LEN linear /dev/disk/base 0"
dm_create m "$GOOD"
M=/dev/mapper/m S=/dev/disk/spare D=/dev/mapper/r
LINE="0 $LEN remap $M 0 $S 0"
activate() { dm_create r "$LINE 1 confirm_ms=0"; }
remapped() { dmsetup status r | cut -d' ' -f9; }
recover() { dmsetup message r 0 recover "$@"; }
cycle() { dmsetup suspend r && dmsetup resume r; }
# change TABLE: of the disk below, with the remap device at work
change() {
	dmsetup reload m <<<"$1"
	dmsetup suspend --noflush --nolockfs m
	dmsetup resume m
}

ok "format" dm_create r "$LINE 2 format confirm_ms=0"
pattern_write $D 0 0 1
# Blocks 100 to 139 in one place, 5000 alone, and the last.
null_bad base +800-1119 +40000-40007 +65528-65535
ok "writes over bad places are remapped" pattern_write $D 792 400 2
ok "one by one" pattern_write $D 40000 8 2
ok "the last block too" pattern_write $D 65528 8 2
is "$(remapped)" 42 "42 blocks are remapped"

is "$(recover)" "0 waiting, 0 recovered, 0 kept" "nothing waits"
for bad in x 8192 0+8193 1+0 1+-1 1++1 18446744073709551615+2; do
	fails "recover '$bad' is refused" recover "$bad"
done
is "$(recover)" "0 waiting, 0 recovered, 0 kept" "and changes nothing"

# The disk is as bad as before.
is "$(recover 0+8192)" "8192 waiting, 0 recovered, 0 kept" "a wish is noted"
is "$(remapped)" 42 "and nothing happens before the next resume"
ok "suspend and resume" cycle
is "$(recover)" "0 waiting, 0 recovered, 42 kept" "a disk that does not take them keeps none of them"
is "$(remapped)" 42 "they are where they were"
ok "with their data" pattern_check $D 0 0 1,2

# It says yes and keeps nothing.
null_bad base -800-1119 -40000-40007 -65528-65535
change "0 $LEN flakey /dev/disk/base 0 0 60 1 drop_writes"
recover 0+8192
ok "suspend and resume" cycle
is "$(recover)" "0 waiting, 0 recovered, 84 kept" "a disk that drops writes gets none of them"
change "$GOOD"
ok "and nothing is wrong" pattern_check $D 0 0 1,2

# It takes them again.
recover 100+20
recover 5000
is "$(recover)" "21 waiting, 0 recovered, 84 kept" "two wishes"
is "$(recover cancel)" "0 waiting, 0 recovered, 84 kept" "are taken back"
ok "suspend and resume" cycle
is "$(remapped)" 42 "nothing moves then"
recover 100+20
recover 5000
ok "suspend and resume" cycle
is "$(recover)" "0 waiting, 21 recovered, 84 kept" "21 blocks are back"
is "$(remapped)" 21 "and only these"
is "$(dmsetup message r 0 lookup 100)" "100 main" "one of them is on main"
like "$(dmsetup message r 0 lookup 120)" "^120 [0-9]+ 0 write-error -$" "its neighbour is not"
ok "all reads right" pattern_check $D 0 0 1,2
ok "what is back is on the disk itself" pattern_check $M 800 160 2
ok "and so is the single one" pattern_check $M 40000 8 2
fails "the others are not" pattern_check $M 960 160 2
ok "new data goes there" pattern_write $D 800 160 3
ok "to the disk" pattern_check $M 800 160 3
null_bad base +40000-40007
ok "a block that is back can fail again" pattern_write $D 40000 8 4
is "$(remapped)" 22 "and is remapped again, on a spare block that was freed or another"
ok "all reads right" pattern_check $D 0 0 1,2,3,4
null_bad base -40000-40007

# Lost data goes nowhere.
null_bad base +16000-16001
attempt pattern_check $D 16000 8 1
like "$(dmsetup message r 0 lookup 2000)" "^2000 [0-9]+ 3 read-error rescuable$" "two sectors are lost"
null_bad base -16000-16001
recover 0+8192
dmsetup suspend r
fails "no wish is taken while the device is suspended" recover 1
dmsetup resume r
is "$(recover)" "0 waiting, 43 recovered, 85 kept" "all but the lost one are back"
is "$(remapped)" 1 "it alone is left"
ok "lost is lost" pattern_check $D 0 0 1,2,3,4 --errors 16000+2
ok "written, it is not lost any more" pattern_write $D 16000 2 5 --bs 512
recover 2000
ok "suspend and resume" cycle
is "$(remapped)" 0 "and goes back"
ok "all reads right" pattern_check $D 0 0 1,2,3,4,5
ok "and main alone has all of it" pattern_check $M 0 0 1,2,3,4,5
dm_remove r
ok "another activation" activate
ok "finds the same" pattern_check $D 0 0 1,2,3,4,5
is "$(dmsetup message r 0 list)" empty "and an empty map"

# Under load, again and again.
fio --name=load --filename=$D --rw=randrw --bs=4k --size=8m --iodepth=8 --ioengine=libaio --direct=1 \
	--verify=crc32c --verify_backlog=64 --time_based --runtime=25 --output=/tmp/recover.fio &
FIO=$!
turns=0
while kill -0 $FIO 2>/dev/null && ((turns < 40)); do
	dmsetup message r 0 remap $((turns * 50))+40 >/dev/null
	recover $((turns * 50))+25 >/dev/null
	cycle
	turns=$((turns + 1))
done
wait $FIO && fio=0 || fio=$?
is "$fio" 0 "fio finds no wrong byte while blocks come and go"
ok "in more than five turns" test $turns -gt 5
like "$(recover)" "^0 waiting, [1-9][0-9]* recovered, 0 kept$" "blocks went back all the time"
is "$(remapped)" $((turns * 15)) "and those that were not wished for are where they were"

# As many ranges as there is room for.
for i in $(seq 32); do recover "$i" >/dev/null; done
fails "a wish too many is refused" recover 40
like "$(recover)" "^32 waiting" "the others wait"
dmsetup reload r <<<"$LINE 1 confirm_ms=0"
ok "a reload" cycle
is "$(recover)" "0 waiting, 0 recovered, 0 kept" "forgets the wishes"
dm_remove r

# A part of the table loses a copy, is emptied and ignored; its old copy comes back.
ok "another activation" activate
pattern_write $D 24000 88 6
ok "ten blocks are remapped" dmsetup message r 0 remap 3000+10
null_bad spare +8-15
recover 0+8192
ok "suspend and resume, with a copy of the table that cannot be written" cycle
isnt "$(remapped)" 0 "not all blocks can go back"
ok "all of them with their data" pattern_check $D 24000 88 6
buried() { dmesg | grep -q "r: table block 0 of the spare is out of use now"; }
ok "that part of the table is emptied" eventually 20 buried
recover 0+8192
ok "suspend and resume" cycle
is "$(remapped)" 0 "all blocks go back"
pattern_write $D 24000 40 7
null_bad spare -8-15
dm_remove r
ok "another activation, the old copy being back" activate
is "$(remapped)" 0 "does not believe it"
ok "the data is that of the last writes" pattern_check $D 24000 88 6,7
ok "on main alone" pattern_check $M 24000 40 7
dm_remove r

# What fails after the wish does not go back to where it failed.
ok "another activation" activate
dmsetup message r 0 remap 3000+2
recover 0+8192
null_bad base +32000-32007
ok "a block fails after the wish" pattern_write $D 32000 8 8
null_bad base -32000-32007
ok "suspend and resume" cycle
is "$(remapped)" 1 "those that were meant go back"
like "$(dmsetup message r 0 lookup 4000)" "^4000 [0-9]+ 0 write-error" "the new one stays"
recover 4000
ok "suspend and resume" cycle
is "$(remapped)" 0 "until it is asked for"

# A device that was made smaller ends in the middle of a remapped block.
ok "the last block is remapped" dmsetup message r 0 remap 8191
pattern_write $D 65528 8 9
resize() { dmsetup reload r <<<"0 $1 remap $M 0 $S 0" && cycle; }
ok "the device is made smaller" resize $((LEN - 4))
recover 8191
ok "suspend and resume" cycle
is "$(remapped)" 1 "what is there only on the spare stays there"
ok "the device grows again" resize "$LEN"
ok "and nothing is wrong" pattern_check $D 65528 8 9
# spare_sector SECTOR: where that sector of the last block is
spare_sector() { echo $((DATA + 8 * $(dmsetup message r 0 lookup 8191 | cut -d' ' -f2) + $1 - 65528)); }
read_layout $S
ok "the device is made smaller" resize $((LEN - 4))
bad=$(spare_sector 65529)
null_bad spare "+$bad-$bad"
ok "a write fails on the spare, and the block moves" pattern_write $D 65528 4 10
ok "the device grows again" resize "$LEN"
ok "what is beyond the end has moved with it" pattern_check $D 65532 4 9
ok "and nothing is wrong" pattern_check $D 65528 4 10
# twice, by ranges that overlap
recover 8191
recover 8000+192
ok "suspend and resume" cycle
is "$(remapped)" 0 "the block goes back, once"
ok "whole" pattern_check $M 65532 4 9
ok "all of it" pattern_check $M 65528 4 10

# What is lost beyond the end stays lost.
ok "the last block is remapped" dmsetup message r 0 remap 8191
pattern_write $D 65528 8 11
bad=$(spare_sector 65532)
null_bad spare "+$bad-$((bad + 3))"
fails "half of it is lost" dd if=$D of=/dev/null bs=512 skip=65534 count=1 iflag=direct
ok "the device is made smaller" resize $((LEN - 4))
recover 8191
ok "suspend and resume" cycle
ok "the device grows again" resize "$LEN"
is "$(pattern read-map $D 65528 8)" "65528 4 seed:11
65532 4 error:ENODATA" "that half is lost, and not what main had before"
null_bad spare "-0-$(($(sectors $S) - 1))"
dm_remove r

# The spare is written by something else while the device is suspended.
dd if=$S of=/tmp/spare.old bs=1M status=none
for i in 1 2 3; do activate && dm_remove r; done
dd if=$S of=/tmp/spare.newer bs=1M status=none
dd if=/tmp/spare.old of=$S bs=1M status=none oflag=direct
ok "a start from a copy" activate
cycle
is "$(dmsetup status r | cut -d' ' -f4)" rw "a suspend and resume is nothing"
dmsetup suspend r
dd if=/tmp/spare.newer of=$S bs=1M status=none oflag=direct
dmsetup resume r
is "$(dmsetup status r | cut -d' ' -f4)" fail "after a change of the spare the device does not go on"
fails "nothing is read" dd if=$D of=/dev/null bs=4096 count=1 iflag=direct
fails "nor written" pattern_write $D 0 8 9
done_testing
