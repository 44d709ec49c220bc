# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# summary: remapsetup check --data-device: the right main device, and not changed without its spare
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
make_null_blk small 8
rs format $S --data-device $M -q --data-start 8 --data-length 32001
rs open $S r
pattern_write $D 0 0 1
rs remap r 3+2
rs remap r 4000 # the last one, which is not whole
ok "while it is in use" rs check $S --data-device $M
like "$OUTPUT" 'not stopped cleanly, or is in use' "nothing can be known of changes"
rs close r

ok "its own main device" rs check $S --data-device $M --json
is "$(json '[.result, (.findings | length)] | @json' | tail -n 1)" '["clean",0]' "is as it was"
exits 7 "another disk" rs check $S --data-device /dev/disk/other
like "$OUTPUT" "is serial:other, the main device is serial:main" "is told by its identity"
like "$OUTPUT" 'other was changed since' "and by its content"
exits 7 "one that is too small" rs check $S --data-device /dev/disk/small
like "$OUTPUT" 'has no identity, the main device has serial:main' "and has no identity"
like "$OUTPUT" 'has 16384 sectors, and 32001 are mapped from sector 8 on' "is told so"
refuses 4 'cannot be opened' "none" rs check $S --data-device /dev/disk/none

# Blocks that were moved may say what they like; all others count.
dd if=/dev/urandom of=$M bs=512 seek=$((8 + 24)) count=16 oflag=direct conv=notrunc
ok "what lies in the place of moved blocks" rs check $S --data-device $M
unlike "$OUTPUT" 'was changed' "does not count"
cp --sparse=never $M /run/main.img
exits 0 "an image of it" rs check $S --data-device /run/main.img
like "$OUTPUT" 'note: /run/main.img has no identity' "has no identity, and is the same"
# The last block is block 4000, which was moved; the one before it is the last that counts.
for sector in 8 $((8 + 40)) $((8 + 32000 - 8)); do
	cp --sparse=never /run/main.img /run/changed.img
	printf X | dd of=/run/changed.img bs=512 seek="$sector" conv=notrunc
	exits 7 "a change at sector $sector" rs check $S --data-device /run/changed.img
	like "$OUTPUT" 'was changed since the last clean stop' "is noticed"
done
ok "the kernel thinks so, too" rs open $S r
rs close r
printf X | dd of=$M bs=512 seek=8 conv=notrunc
sync
exits 7 "a change of the disk itself" rs check $S --data-device $M
refuses 4 'not opened' "open refuses it" rs open $S r
done_testing
