# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# summary: remapsetup open, ended while the device is made, leaves none without a table; and what is said of one
# timeout: 240
# disk: main 16M

# shellcheck source=/dev/null
. "$VM_DIR/lib.sh"
# shellcheck source=/dev/null
. "$VM_DIR/tools/remapsetup.sh"

M=/dev/disk/main S=/dev/disk/spare
load_core
make_null_blk spare 8
UUID=$(rs format $S --data-device $M -q | sed -n 's/^UUID: //p')
rs open $S r
rs remap r 7
rs close r

# A spare that reads slowly: the superblocks are read while the table is loaded.
modprobe dm-delay
dm_create slow "0 $(sectors $S) delay $S 0 3000"
tables() { dmsetup info r | sed -n 's/^Tables present: *//p'; }
no_table() { [[ $(tables) == None ]]; }
"$REMAPSETUP" open /dev/mapper/slow r >/run/out 2>&1 &
opening=$!
EVERY=0.02 eventually 100 no_table
kill -TERM $opening
pass "the device has no table yet"
code=0
wait $opening || code=$?
is "$code" 143 "SIGTERM ends the tool"
is "$(tables)" LIVE "but the device is complete"
ok "and works" rs status r
rs close r
dm_remove slow

# What one leaves that is killed
dmsetup create r --notable --uuid "REMAP-${UUID//-/}-r"
dmsetup load r --table "0 $(sectors $M) error"
refuses 5 'there is a device r already' "the name is taken" rs open $S r
refuses 4 "r has no table, and takes no I/O.*'remapsetup close r' clears it away" "status says what it is" rs status r
ok "in the list there is none" rs status
is "$OUTPUT" "" "not a word of it"
ok "close clears it away" rs close r
fails "it is gone" dmsetup info r
dmsetup create r --notable
refuses 4 "r has no table.* 'dmsetup remove r'" "one of somebody else" rs status r
refuses 4 "r has no table" "is not closed" rs close r
dmsetup remove r
ok "open" rs open $S r
done_testing
