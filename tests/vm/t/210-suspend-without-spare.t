# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# summary: suspend and resume while the spare is away: a good main device goes on being written
# timeout: 120

# shellcheck source=/dev/null
. "$VM_DIR/lib.sh"

load_core
make_null_blk main 32
make_null_blk spare 16
S_LEN=$(sectors /dev/disk/spare)
dm_create spare "0 $S_LEN linear /dev/disk/spare 0"
M=/dev/disk/main S=/dev/mapper/spare D=/dev/mapper/r
activate() { dm_create r "0 $(sectors $M) remap $M 0 $S 0 ${1:-0}"; }
spare_is_away() { dm_reload spare "0 $S_LEN error" && ! dd if=$S of=/dev/null count=8 iflag=direct; }
spare_is_back() { dm_reload spare "0 $S_LEN linear /dev/disk/spare 0"; }
# the main device changes where its fingerprint is taken
write_main() { pattern_write $D 0 2048 "$1"; }

ok "format" activate "2 format confirm_ms=0"
write_main 1

ok "the spare goes away" spare_is_away
dmsetup suspend r
ok "resume, the spare being away since before the suspend" dmsetup resume r
is "$(mode)" rw "nothing has to be told to the spare, so nothing is given up"
ok "main is written" write_main 2
spare_is_back
ok "and a block is remapped" dmsetup message r 0 remap 1000+1
dm_remove r
ok "a start after a stop without trouble" activate "1 confirm_ms=0"
ok "the data is there" pattern_check $D 0 2048 2

dmsetup suspend r
ok "the spare goes away" spare_is_away
ok "resume, the spare being away since the suspend" dmsetup resume r
is "$(mode)" ro-map "the map is constant"
ok "main is written" pattern_write $D 16 2032 3
spare_is_back
log_wait() { dmesg | grep -q "r: the spare knows again that the device runs"; }
ok "the spare is told that the device runs" eventually 30 log_wait
dm_remove r
ok "so the next start is not refused" activate "1 confirm_ms=0"
ok "the data is there" pattern_check $D 16 2032 3

dmsetup suspend r
ok "the spare goes away" spare_is_away
dmsetup resume r
ok "main is written, and the spare is not back before the end" pattern_write $D 16 2032 4
dm_remove r
spare_is_back
fails "the next start asks what happened to main" activate "1 confirm_ms=0"
ok "and starts with force" activate "2 force confirm_ms=0"
ok "the data is there" pattern_check $D 16 2032 4
done_testing
