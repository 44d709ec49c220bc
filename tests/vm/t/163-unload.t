# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# summary: forced removal under I/O, unloading, and coming and going fifty times
# timeout: 180

# shellcheck source=/dev/null
. "$VM_DIR/lib.sh"

load_core
make_null_blk main 16
make_null_blk spare 8
M=/dev/disk/main S=/dev/disk/spare D=/dev/mapper/r
LEN=$(sectors $M)
# within COMMAND...: a hang is told from a machine that is merely slow
within() { timeout -k 1 60 "$@"; }

TABLE="0 $LEN remap $M 0 $S 0"
dm_create r "$TABLE 2 format confirm_ms=10"
for ((at = 1000; at < LEN - 8; at += 700)); do null_bad main "+$at-$at"; done
pattern_write $D 0 0 2

# Removed by force while it is written. Its table is exchanged for one that fails all I/O, and
# it is removed when nobody has it open any more.
while pattern_write $D 0 0 3 --bs 4096; do :; done >/run/forced &
WRITER=$!
writer_ended() { ! kill -0 $WRITER 2>/dev/null; }
sleep 0.5
if within dmsetup remove --force r 2>/run/force; then
	diag "removed at once"
else
	diag "removed by force, status $?, while somebody had it open: $(</run/force)"
fi
ok "what is written while the device is removed by force does not hang" eventually 60 writer_ended
wait $WRITER || true
ok "but fails" grep -q error:EIO /run/forced
[[ ! -e $D ]] || within dmsetup remove --retry r
dm_create r "$TABLE"
ok "the data survives that" pattern_check $D 0 0 2,3
dm_remove r
ok "the module unloads" rmmod dm-remap-core
ok "and loads again" load_core
ok "with the device as before" dm_create r "$TABLE"
ok "and its data" pattern_check $D 0 0 2,3
dm_remove r

for time in {10..50..10}; do
	START=${EPOCHREALTIME/./}
	ok "the device comes and goes, to the ${time}th time" within bash -e -c "for i in {1..10}; do
		dmsetup create r <<<'$TABLE'; dmsetup remove r; done"
	diag "ten times in $(((${EPOCHREALTIME/./} - START) / 1000)) ms"
done
dm_create r "$TABLE"
ok "and is none the worse" pattern_check $D 0 0 2,3
like "$(dmsetup status r)" ' rw normal ' "with a whole map"
done_testing
