# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# summary: main and spare on one disk: what the drive loses for one of them it may have lost for the other
# timeout: 180
# disk: vdisk 16M

# shellcheck source=/dev/null
. "$VM_DIR/lib.sh"
# shellcheck source=/dev/null
. "$VM_DIR/tools/meta.sh"

# Above the disk is p, which can fail one kind of command, and above that slow, whose writes take DELAY seconds and
# whose flushes do not. The spare begins at SPARE_START.
D=/dev/mapper/r S=/dev/mapper/spare
SIZE=32768 SPARE_START=16384
DELAY=10
delayed() { echo "0 $SIZE delay /dev/mapper/p 0 0 /dev/mapper/p 0 $1 /dev/mapper/p 0 0"; }
delay() { dm_reload slow "$(delayed $(($1 * 1000)))" --noflush --nolockfs; }
picky() { dmsetup message p 0 "$@"; }
seen() { pattern read-map $D $(($1 * 8)) 8; }
on_its_way() { (($(dmsetup status slow | cut -d' ' -f5) == $1)); }
fua_has_failed() { (($(dmsetup status p | cut -d' ' -f6) > 0)); }

load_core
insmod "$VM_MODULES/tests/client/picky-disk.ko"
modprobe dm-delay
dm_create p "0 $SIZE picky /dev/disk/vdisk 0"
dm_create slow "$(delayed 0)"
dm_create spare "0 $((SIZE - SPARE_START)) linear /dev/disk/vdisk $SPARE_START"
dm_create r "0 $SPARE_START remap /dev/mapper/slow 0 /dev/mapper/slow $SPARE_START 3 format confirm_ms=3000 storm_limit=1000000"
pattern_write $D 0 0 1

# A lost block: what is written to it goes to its place on the spare, and our flush follows.
picky refuse read 800 8
seen 100 >/run/seen || true
picky pass read
is "$(seen 100)" "800 8 error:ENODATA" "a block is lost"
PLACE=$(dmsetup message r 0 lookup 100 | cut -d' ' -f2)
read_layout $S

picky refuse fua 1600 8
delay $DELAY
pattern_write $D 1600 8 3 --fua &
FUA=$!
ok "a write with FUA to main is on its way" eventually 5 on_its_way 1
sleep $((DELAY / 2))
pattern_write $D 800 8 2 &
WRITE=$!
ok "and one to the spare" eventually 5 on_its_way 2
START=$SECONDS
ok "that to main fails" eventually $DELAY fua_has_failed
picky pass fua
ok "all in time" [ $SECONDS -lt $((START + DELAY - 1)) ]
# What had reached the drive's cache by the time of our flush is what it has lost.
sleep $((START + DELAY + 2 - SECONDS))
raw_zero $S $((DATA + 8 * PLACE)) 8
succeeds $WRITE "the write to the spare succeeds"
is "$(seen 100)" "800 8 seed:2" "its data was written again"
delay 0
succeeds $FUA "the one to main succeeds as well"
is "$(seen 200)" "1600 8 seed:3" "and was written"
dm_remove r
done_testing
