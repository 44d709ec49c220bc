# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# summary: remapsetup format: sizes and places, and what it refuses
# timeout: 240
# disk: main 16M
# disk: other 16M

# shellcheck source=/dev/null
. "$VM_DIR/lib.sh"
# shellcheck source=/dev/null
. "$VM_DIR/tools/remapsetup.sh"

M=/dev/disk/main S=/dev/disk/spare
load_core
make_null_blk spare 8
make_null_blk part 8
LEN=$(sectors $M)

# Sizes
ok "block size and number" rs format $S --data-device $M -q --force --block-size 8192 --spare-blocks 100
like "$OUTPUT" ': 100 blocks of 8192 bytes' "are as asked for"
ok "the tail of the same disk" rs format /dev/disk/other --data-device /dev/disk/other \
	--data-length 16384 --spare-start 16384 -q
ok "works" dm_create r "0 16384 remap /dev/disk/other 0 /dev/disk/other 16384"
dm_remove r

# Bad input
bad() { refuses "$1" "$2" "refused: $3" rs format "${@:4}"; }
before=$(sum_of $S)
bad 1 'data-device is missing' "no main device" $S
bad 1 'wrong number of arguments' "no spare" --data-device $M
bad 4 'cannot be opened: No such file' "a spare that does not exist" /dev/disk/none --data-device $M -q
bad 4 'cannot be opened: No such file' "a main device that does not exist" /dev/disk/part --data-device /dev/none -q --force
bad 4 'not a block device' "a file" /etc/passwd --data-device $M -q
bad 4 'overlap' "main as its own spare" /dev/disk/other --data-device /dev/disk/other -q --force
for size in 0 256 1000 65536 4096x -1 ''; do
	bad 1 'block-size needs' "--block-size '$size'" $S --data-device $M -q --force --block-size "$size"
done
for number in 0 16777217 +5 1e3; do
	bad 1 'spare-blocks needs a number' "--spare-blocks $number" $S --data-device $M -q --force --spare-blocks $number
done
bad 1 'uuid needs a UUID' "no UUID" $S --data-device $M -q --force --uuid 1234
bad 4 'too small' "more than main has" $S --data-device $M -q --force --data-length $((LEN + 8))
bad 1 'multiple of 8' "a crooked start" $S --data-device $M -q --force --spare-start 4
bad 1 'no option --frobnicate' "an unknown option" $S --frobnicate
make_null_blk tiny 8 blocksize=4096
bad 4 'has smaller ones' "a spare with larger logical blocks" /dev/disk/tiny --data-device $M -q
is "$(sum_of $S)" "$before" "none of this wrote anything"
done_testing
