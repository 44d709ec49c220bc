# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# summary: what keeps blocks from going back to the main device is named, and they stay whole
# timeout: 120

# shellcheck source=/dev/null
. "$VM_DIR/lib.sh"

load_core
modprobe dm-delay
modprobe dm-flakey
make_null_blk base 64 cache_size=8
make_null_blk spare 16
LEN=$(sectors /dev/disk/base) S_LEN=$(sectors /dev/disk/spare)
M_GOOD="0 $LEN linear /dev/disk/base 0" S_GOOD="0 $S_LEN linear /dev/disk/spare 0"
M=/dev/mapper/m S=/dev/mapper/s D=/dev/mapper/r
dm_create m "$M_GOOD"
dm_create s "$S_GOOD"
LINE="0 $LEN remap $M 0 $S 0"
activate() { dm_create r "$LINE 1 confirm_ms=0"; }
remapped() { dmsetup status r | cut -d' ' -f9; }
recover() { dmsetup message r 0 recover "$@"; }
cycle() { dmsetup suspend r && dmsetup resume r; }
# change DISK TABLE: with the remap device at work
change() { dm_reload "$1" "$2" --noflush --nolockfs; }
# stays BLOCKS WHY: nothing went back, that is why, and all is whole
stays() {
	is "$(remapped)" "$1" "they stay"
	like "$(log_since)" "r: (block [0-9]+ stays on the spare device|nothing goes back to the main device): $2" "it says why"
	ok "with their data" pattern_check $D 792 104 2
}

ok "format" dm_create r "$LINE 2 format confirm_ms=0"
pattern_write $D 0 0 1
null_bad base +800-879
ok "ten blocks are remapped" pattern_write $D 792 104 2
null_bad base -800-879
is "$(remapped)" 10 "ten"

# A flush of main takes three seconds; I/O stands still for one, and for reading back a second one at most.
change m "0 $LEN delay /dev/disk/base 0 0 /dev/disk/base 0 0 /dev/disk/base 0 3000"
recover 0+16384 >/dev/null
log_mark
ok "suspend and resume over a slow disk" cycle
change m "$M_GOOD"
stays 10 "the main device is too slow to read it back"

# It goes away, and that is known.
change m "0 $LEN error"
fails "a write to a disk that is away" pattern_write $D 20000 8 3
like "$(dmsetup status r)" " unreachable " "it is known to be away"
recover 0+16384 >/dev/null
log_mark
ok "suspend and resume meanwhile" cycle
change m "$M_GOOD"
ok "it is back" dm_wait r ' rw normal ' 60
stays 10 "the main device takes no writes"

# It is read, and takes no write.
change m "0 $LEN flakey /dev/disk/base 0 0 3600 1 error_writes"
for place in 4096 45056 86016 126976; do
	for next in 0 80 160; do
		pattern_write $D $((place + next)) 8 3 >/dev/null || true
	done
done
like "$(dmsetup status r)" " write-dead " "a disk that takes no write is known for it"
N=$(remapped)
recover 0+16384 >/dev/null
log_mark
ok "suspend and resume meanwhile" cycle
like "$(dmsetup status r)" " write-dead " "it is still known"
change m "$M_GOOD"
stays "$N" "the main device takes no writes"
ok "a write there succeeds" pattern_write $D 20000 8 4
ok "it takes writes" dm_wait r ' rw normal ' 60

# Between the wish and the resume the spare goes away.
recover 0+16384 >/dev/null
dmsetup suspend r
change s "0 $S_LEN error"
log_mark
ok "resume without the spare" dmsetup resume r
is "$(mode)" ro-map "the map is constant"
fails "a wish is refused now" recover 0+16384
change s "$S_GOOD"
stays "$N" "the map cannot change any more"
dm_remove r
ok "another activation" activate

# Main is asked, and all is well.
recover 0+16384 >/dev/null
ok "suspend and resume" cycle
is "$(remapped)" 0 "all go back"
ok "with their data" pattern_check $D 792 104 2
ok "to main alone" pattern_check $M 792 104 2
ok "what was never remapped is as it was" pattern_check $D 1000 3000 1
dm_remove r
done_testing
