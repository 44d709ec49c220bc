# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# summary: a disk whose spare begins behind its front, on which nothing else is to be seen, is not free
# timeout: 240
# disk: main 16M
# disk: x 32M

# shellcheck source=/dev/null
. "$VM_DIR/lib.sh"
# shellcheck source=/dev/null
. "$VM_DIR/tools/remapsetup.sh"

X=/dev/disk/x S=/dev/disk/spare M=/dev/disk/main
FRONT=32768
IT="a spare of dm-remap that begins at its sector $FRONT"
load_core
make_null_blk spare 16
make_null_blk other 16

# The front and the tail of one disk are a device, which is closed: raw data, and blocks that moved.
QUUID=$(rs format $X --data-device $X --data-length $FRONT --spare-start $FRONT -q | sed -n 's/^UUID: //p')
own() { rs open UUID="$QUUID" q --spare-start $FRONT; }
ok "a device on one disk" own
pattern_write /dev/mapper/q 0 0 1
for block in 7 100 4000; do
	dmsetup message q 0 remap $block
done
pattern_write /dev/mapper/q 56 8 2
rs close q
is "$(blkid -p $X || true)" "" "nothing else is seen on the disk"
SUM=$(sum_of $X)

# Another device, which could use such a disk.
UUID=$(rs format $S --data-device $M -q | sed -n 's/^UUID: //p')
ok "another device" rs open UUID="$UUID" r
pattern_write /dev/mapper/r 0 0 3
refuses 4 "$IT" "evacuate --to" rs evacuate r --to $X -q
ok "the other device goes on" pattern_check /dev/mapper/r 0 0 3
refuses 4 "$IT" "replace-spare" rs replace-spare r $X -q
rs close r
refuses 4 "$IT.*mapped as if it were data" "format, as the main device" rs format /dev/disk/other --data-device $X -q
refuses 4 "$IT" "format, as the spare" rs format $X --data-device $M -q
refuses 4 "$IT.*--spare-start" "open" rs open $X q --data-device $X
refuses 4 "$IT.*--spare-start" "erase" rs erase $X -q
exits 0 "isRemap" rs isRemap $X
is "$(sum_of $X)" "$SUM" "the disk is unharmed"
exits 0 "format, as the main device that ends before it" rs format /dev/disk/other --data-device $X --data-length $FRONT -q
is "$(sum_of $X)" "$SUM" "the disk is unharmed"
rs erase /dev/disk/other -q

# Nor does one on the front grow into it.
HALF=$((FRONT / 2))
rs format /dev/disk/other --data-device $X --data-length $HALF -q
ok "a device on the front" rs open /dev/disk/other o --data-device $X
refuses 4 "$IT.*room for $FRONT sectors only.*--spare-start" "grow into it" rs grow o --data-length $((FRONT + 8))
is "$(sectors /dev/mapper/o)" $HALF "it has not grown"
exits 0 "grow, up to it" rs grow o
like "$OUTPUT" "$IT: o ends before that" "it says so"
is "$(sectors /dev/mapper/o)" $FRONT "it ends there"
exits 0 "grow, with nothing left" rs grow o
is "$(sectors /dev/mapper/o)" $FRONT "it ends there"
rs close o
rs erase /dev/disk/other -q
# Where the device has become larger, that spare has no superblock at its end any more.
make_null_blk more 4
dm_create l "0 65536 linear $X 0
65536 8192 linear /dev/disk/more 0"
rs format /dev/disk/other --data-device /dev/mapper/l --data-length $FRONT -q
ok "a device on the front of a larger one" rs open /dev/disk/other o --data-device /dev/mapper/l
refuses 4 "$IT.*room for $FRONT sectors only" "grow into it" rs grow o --data-length $((FRONT + 8))
exits 0 "grow, with nothing left" rs grow o
is "$(sectors /dev/mapper/o)" $FRONT "it ends there"
rs close o
dm_remove l
is "$(sum_of $X)" "$SUM" "the disk is unharmed"

ok "the device opens" own
ok "with all data" pattern_check /dev/mapper/q 0 0 1,2
ok "what moved is where it was" [ "$(dmsetup message q 0 lookup 7 | cut -d' ' -f1)" != main ]
rs close q

# By force it is taken.
ok "the other device opens" rs open UUID="$UUID" r
exits 0 "evacuate --to by force" rs evacuate r --to $X -q --force
ok "with all data" pattern_check /dev/mapper/r 0 0 3

# One that another has taken the place of is room again.
make_null_blk y 32
make_null_blk next 16
rs format /dev/disk/y --data-device /dev/disk/y --data-length $FRONT --spare-start $FRONT -q
rs open /dev/disk/y p --spare-start $FRONT --data-device /dev/disk/y
pattern_write /dev/mapper/p 0 0 4
exits 0 "another spare" rs replace-spare p /dev/disk/next -q
exits 0 "grow" rs grow p
is "$(sectors /dev/mapper/p)" 65536 "over the old one"
ok "with all data" pattern_check /dev/mapper/p 0 $FRONT 4
done_testing
