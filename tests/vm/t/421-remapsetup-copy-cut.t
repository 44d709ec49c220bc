# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# summary: remapsetup repair --output to a device, failed half way, leaves no spare
# timeout: 240

# shellcheck source=/dev/null
. "$VM_DIR/lib.sh"
# shellcheck source=/dev/null
. "$VM_DIR/tools/meta.sh"
# shellcheck source=/dev/null
. "$VM_DIR/tools/remapsetup.sh"

M=/dev/disk/main S=/dev/disk/spare C=/dev/disk/copy D=/dev/mapper/r
load_core
make_null_blk main 16
make_null_blk spare 8
make_null_blk copy 8
make_null_blk large 12
LEN=$(sectors $M)
dm_create r "0 $LEN remap $M 0 $S 0 2 format confirm_ms=0"
pattern_write $D 0 0 1
dmsetup message r 0 remap 0+1000
pattern_write $D 0 0 2
dm_remove r
read_layout $S
save $M /run/main.img
save $S /run/sound.img
# the last block that was moved, in the fourth MiB
LAST=$((DATA + 999 * 8))

# no_spare DISK: for nobody
no_spare() {
	exits 4 "$1: is no spare" rs isRemap "$1"
	refuses 4 'is blank and not a spare|is not a spare' "$1: is not opened" rs open "$1" r --data-device $M
	log_mark
	fails "$1: the kernel refuses it" dmsetup create r --table "0 $LEN remap $M 0 $1 0"
	dmsetup remove r 2>/dev/null || true
	ok "$1: for it has no superblock" says 'no superblock'
}

null_bad spare "+$LAST-$LAST"
refuses 4 "cannot be read at sector $LAST, where data of a remapped block is" "data that cannot be read" \
	rs repair -q --output $C $S
no_spare $C
# over a spare, of which one superblock is at the end of its device
pattern_write $C 0 0 3
null_bad spare "-$LAST-$LAST"
ok "a whole copy" rs repair -q --output $C $S
rs format /dev/disk/large --data-device $M -q
null_bad spare "+$LAST-$LAST"
for target in $C /dev/disk/large; do
	exits 4 "once more, over a spare" rs repair -q --output "$target" $S
	no_spare "$target"
done
null_bad spare "-$LAST-$LAST"

# A stretch that fails slowly, sector by sector: the unused end.
modprobe dm-delay
dm_create bad "0 2048 error"
dm_create late "0 2048 delay /dev/mapper/bad 0 50"
N=$(sectors $S)
GOOD=$((N - 4096))
((GOOD > LAST)) || bail "the map has blocks in what is to fail"
dm_create slow "0 $GOOD linear $S 0
	$GOOD 2048 linear /dev/mapper/late 0
	$((GOOD + 2048)) 2048 linear $S $((GOOD + 2048))"
pattern_write $C $((GOOD - 2048)) 2048 3
"$REMAPSETUP" repair -q --output $C /dev/mapper/slow >/run/out 2>&1 &
copying=$!
# The last MiB that reads is there; the next takes more than a minute.
is_there() { cmp -s -n $((2048 * 512)) -i $(((GOOD - 2048) * 512)) $S $C; }
EVERY=0.1 eventually 30 is_there
sleep 2
START=$SECONDS
kill -TERM $copying
code=0
wait $copying || code=$?
is "$code" 1 "it is interrupted where sectors fail slowly"
TOOK=$((SECONDS - START))
ok "at once" test $TOOK -lt 20
like "$(cat /run/out)" "interrupted: $C is no spare" "and says so"
no_spare $C
dm_remove slow
dm_remove late
dm_remove bad

# A target that fails where the second superblock is: what is there is whole.
null_bad copy "+$SUPER_B-$SUPER_B"
exits 4 "a target that takes no superblock B" rs repair -q --output $C $S
null_bad copy "-$SUPER_B-$SUPER_B"
ok "the spare is as it was" cmp $S /run/sound.img
ok "a copy to a longer device" rs repair -q --output /dev/disk/large $S
ok "opens" rs open /dev/disk/large r --data-device $M
ok "with all data" pattern_check $D 0 0 2
rs close r
done_testing
