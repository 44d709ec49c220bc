# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# summary: what a drive says once, to a user's flush, concerns what we wrote as well
# timeout: 120
# disk: vmain 16M
# disk: vspare 16M

# shellcheck source=/dev/null
. "$VM_DIR/lib.sh"
# shellcheck source=/dev/null
. "$VM_DIR/tools/flush-fails.sh"
# shellcheck source=/dev/null
. "$VM_DIR/tools/meta.sh"

D=/dev/mapper/r M=/dev/mapper/m S=/dev/mapper/s

load_core
modprobe -a dm-flakey dm-delay
dm_create m "${GOOD//XXX/main}"
dm_create s "${GOOD//XXX/spare}"

# Each write to the spare takes 300 ms: twenty blocks are six seconds, then comes our flush.
dm_create slow "0 $LEN delay $S 0 0 $S 0 300"
dm_create r "0 $LEN remap $M 0 /dev/mapper/slow 0 3 format confirm_ms=20 storm_limit=1000000"
pattern_write $D 0 0 1
dmsetup message r 0 remap 100+20 &
REMAP=$!
sleep 3
change s "$FAILS_FLUSH"
fails "a user's flush is told that the spare lost something" sync -d $D
change s "$GOOD"
# That is what it lost: all that was written to its data.
read_layout /dev/disk/vspare
raw_zero /dev/disk/vspare "$DATA" $((8 * 30))
wait $REMAP || diag "the message failed, as nothing is sure to be there"
ok "the blocks are moved, then or now" dmsetup message r 0 remap 100+20
is "$(dmsetup status r | cut -d' ' -f9)" 20 "all of them"
ok "with their data: what was lost was written again" pattern_check $D 0 0 1
ok "the user's flush succeeds now" sync -d $D
dm_remove r
dm_remove slow
dm_create r "0 $LEN remap $M 0 $S 0 1 confirm_ms=20"
ok "after another activation, too" pattern_check $D 0 0 1
dm_remove r
done_testing
