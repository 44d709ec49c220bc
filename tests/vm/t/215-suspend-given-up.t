# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# summary: a suspend that is given up: the device goes on, and failures are repaired as before
# timeout: 120

# shellcheck source=/dev/null
. "$VM_DIR/lib.sh"

load_core
modprobe dm-delay
make_null_blk base 32
make_null_blk spare 16
LEN=$(sectors /dev/disk/base)
M=/dev/mapper/m S=/dev/disk/spare D=/dev/mapper/r
dm_create m "0 $LEN delay /dev/disk/base 0 0 /dev/disk/base 0 3000"
dm_create r "0 $LEN remap $M 0 $S 0 2 format confirm_ms=0"
remapped() { dmsetup status r | cut -d' ' -f9; }
suspended() { dmsetup info -c --noheadings -o suspended r; }

# A write takes three seconds; who suspends waits for it, and is killed meanwhile. give_up SECTOR SEED [OPTION...]
give_up() {
	local suspend write
	pattern_write $D "$1" 8 "$2" &
	write=$!
	sleep 1
	dmsetup suspend --nolockfs "${@:3}" r &
	suspend=$!
	sleep 1
	kill $suspend
	! wait $suspend || fail "the suspend was not given up"
	wait $write
}

ok "a suspend is given up while a write is under way" give_up 8 1
is "$(suspended)" Active "the device is not suspended"
null_bad base +4000-4007
ok "a write that fails is remapped as before" pattern_write $D 4000 8 1
is "$(remapped)" 1 "one block"
ok "the message works" dmsetup message r 0 remap 1000
ok "a suspend is given up that leaves I/O waiting" give_up 16 1 --noflush
is "$(suspended)" Active "the device is not suspended"

null_bad base +12000-12007
ok "a write fails while somebody suspends and gives up" give_up 12000 2
is "$(remapped)" 3 "it is remapped"
ok "the data is as it was written" pattern_check $D 8 16 1
ok "where it was remapped, too" pattern_check $D 12000 8 2
ok "a suspend that comes to its end" dmsetup suspend r
ok "and resume" dmsetup resume r
null_bad base -4000-4007 -12000-12007
dm_reload m "0 $LEN linear /dev/disk/base 0" --noflush --nolockfs
dmsetup message r 0 recover 0+4096 >/dev/null
ok "suspend and resume" sh -c 'dmsetup suspend r && dmsetup resume r'
is "$(remapped)" 0 "all goes back to main"
ok "whole" pattern_check $D 12000 8 2
dm_remove r
done_testing
