# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# summary: disks that fail only writes that may not stay in their cache (FUA)
# timeout: 90

# Such a write has to end where the map says, or fail. Sent again without FUA it would
# succeed, be acknowledged, and be gone with the power.

# shellcheck source=/dev/null
. "$VM_DIR/lib.sh"
# shellcheck source=/dev/null
. "$VM_DIR/tools/picky.sh"

M=/dev/mapper/m S=/dev/mapper/s D=/dev/mapper/r
OPTIONS="confirm_ms=20 storm_limit=1000000"
MB=8 LEN=$((8 * 2048))

place() { dmsetup message r 0 lookup "$1" | cut -d' ' -f2; }
used() { dmsetup status r | cut -d' ' -f7 | cut -d/ -f1; }
refuse() { picky "$1" refuse fua "$2" "$3"; }
pass_all() { picky "$1" pass fua; }

load_core
picky_load
make_null_blk main $MB
make_null_blk spare $MB
# One sector of block 300 does not read; that part of the disk takes no FUA either way.
dm_create under "0 2400 linear /dev/disk/main 0
	2400 1 error
	2401 $((LEN - 2401)) linear /dev/disk/main 2401"
dm_create m "0 $LEN picky /dev/mapper/under 0"
dm_create s "0 $LEN picky /dev/disk/spare 0"
TABLE="0 $LEN remap $M 0 $S 0"
dm_create r "$TABLE 3 format $OPTIONS"
pattern_write $D 0 2400 1
pattern_write $D 2408 0 1

# On main
refuse m 800 8
fails "the disk fails FUA writes" pattern_write $M 800 8 1 --fua
ok "and no others" pattern_write $M 800 8 1
ok "a FUA write that the disk fails is done" pattern_write $D 800 8 2 --fua
isnt "$(place 100)" main "on the spare"
ok "and never went to the disk without FUA" pattern_check $M 800 8 1
ok "the data is there" pattern_check $D 800 8 2
ok "and nothing else has changed" pattern_check $D 0 800 1
ok "behind it neither" pattern_check $D 808 1592 1

refuse m 1600 800
ok "where nobody asks for FUA" pattern_write $D 1600 800 3
is "$(place 200) $(place 299)" "main main" "the disk is believed, and nothing is remapped"
refuse m 1624 8
BEFORE=$(picky_met m fua)
ok "a large FUA write of which the disk fails a part is done" \
	pattern_write $D 1600 64 4 --fua --bs 32768
is "$(place 202) $(place 204)" "main main" "healthy blocks of it stay"
isnt "$(place 203)" main "the one that fails moves"
ok "it was tried with FUA" test "$(picky_met m fua)" -gt "$BEFORE"
ok "the data is right" pattern_check $D 1600 64 4
ok "behind it too" pattern_check $D 1664 736 3

# Where nothing may be remapped the error is the user's.
refuse m 4000 8
dmsetup message r 0 auto_remap 0
fails "without automatic remapping it fails" pattern_write $D 4000 8 5 --fua
is "$(place 500)" main "nothing was remapped"
ok "and nothing was written" pattern_check $D 4000 8 1
dmsetup message r 0 auto_remap 1

# On the spare: the block moves to another one.
pass_all m
BEFORE=$(used)
OLD=$(place 100)
dmsetup suspend r
dmsetup resume r
refuse s 0 $LEN
fails "the spare fails FUA writes" dd if=/dev/zero of=$S bs=512 seek=$((LEN - 1)) count=1 oflag=direct,sync
MET=$(picky_met s fua)
ok "a FUA write to a remapped block is done" pattern_write $D 800 8 6 --fua
ok "it was sent with FUA" test "$(picky_met s fua)" -gt "$MET"
isnt "$(place 100)" "$OLD" "and is on another spare block now"
ok "without FUA" pattern_write $D 1624 8 4
is "$(used)" $((BEFORE + 1)) "nothing moves"
ok "the data is right" pattern_check $D 800 8 6

# One that had to wait for a repair is still a FUA write when it goes on.
dmsetup message r 0 confirm_ms 3000
(pattern_check $D 2400 8 1 || true) >/run/repair.log &
sleep 1
MET=$(picky_met s fua)
pattern_write $D 2401 7 7 --fua &
WRITER=$!
sleep 0.5
ok "a FUA write waits for a repair" kill -0 $WRITER
dmsetup message r 0 confirm_ms 20
STATUS=0
wait $WRITER || STATUS=$?
is $STATUS 0 "it is done after it"
ok "it reached the spare as a FUA write" test "$(picky_met s fua)" -gt "$MET"
wait
ok "the data is right" pattern_check $D 2401 7 7

pass_all s
dmsetup remove r
dm_create r "$TABLE 2 $OPTIONS"
ok "after another activation: the first" pattern_check $D 800 8 6
ok "the large one" pattern_check $D 1600 64 4
ok "the one that waited" pattern_check $D 2401 7 7
ok "the rest" pattern_check $D 1664 736 3
dmsetup remove r
done_testing
