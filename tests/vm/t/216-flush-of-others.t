# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# summary: what a drive says once, to a user's flush, concerns what we wrote as well
# timeout: 120
# disk: vmain 16M
# disk: vspare 16M

# shellcheck source=/dev/null
. "$VM_DIR/lib.sh"
# shellcheck source=/dev/null
. "$VM_DIR/tools/meta.sh"
# shellcheck source=/dev/null
. "$VM_DIR/tools/picky.sh"

D=/dev/mapper/r M=/dev/disk/vmain S=/dev/mapper/s
load_core
picky_load
LEN=$(sectors $M)
dm_create s "0 $(sectors /dev/disk/vspare) picky /dev/disk/vspare 0"
dm_create r "0 $LEN remap $M 0 $S 0 3 format confirm_ms=20 storm_limit=1000000"
pattern_write $D 0 0 1
read_layout /dev/disk/vspare

# Twenty blocks are written one after the other, then comes our flush. The eleventh is held.
picky s hold write $((DATA + 8 * 10)) 8
dmsetup message r 0 remap 100+20 &
REMAP=$!
ok "ten blocks are written" eventually 30 picky_met_more s write 0
picky s refuse flush 0 0
fails "a user's flush is told that the spare lost something" sync -d $D
picky s pass flush
# That is what it lost: all that was written to its data.
raw_zero /dev/disk/vspare "$DATA" $((8 * 10))
picky s pass write
wait $REMAP || diag "the message failed, as nothing is sure to be there"
ok "the blocks are moved, then or now" dmsetup message r 0 remap 100+20
is "$(dmsetup status r | cut -d' ' -f9)" 20 "all of them"
ok "with their data: what was lost was written again" pattern_check $D 0 0 1
ok "the user's flush succeeds now" sync -d $D
dm_remove r
dm_create r "0 $LEN remap $M 0 $S 0 1 confirm_ms=20"
ok "after another activation, too" pattern_check $D 0 0 1
dm_remove r
done_testing
