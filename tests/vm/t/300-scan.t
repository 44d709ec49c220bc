# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# summary: a pass finds every bad block, on main and spare, and nothing is lost that could be read
# timeout: 240
# icount: shift=2

# shellcheck source=/dev/null
. "$VM_DIR/lib.sh"
# shellcheck source=/dev/null
. "$VM_DIR/tools/scan.sh"
# shellcheck source=/dev/null
. "$VM_DIR/tools/meta.sh"

M=/dev/disk/main S=/dev/disk/spare D=/dev/mapper/r
field() { dmsetup status r | cut -d' ' -f"$1"; }
# megabytes: areas of a MiB, and a page behind it, that the scanner has
megabytes() { grep -c ' 1052672 .*\[dm_remap_scanner\]' /proc/vmallocinfo || true; }
place() { dmsetup message r 0 lookup "$1" | cut -d' ' -f2; }

load_core
ok "the scanner loads" load_scanner
make_null_blk main 40
make_null_blk spare 24
LEN=$(sectors $M)
dm_create r "0 $LEN remap $M 0 $S 0 4 format confirm_ms=0 spare_blocks=2048 storm_limit=100000"
read_layout $S
ok "there is a directory in sysfs" test -d "$(scan_dir r)"
pattern_write $D 0 0 1
is "$(scan_get r state)" waiting "a pass will begin by itself, later"
is "$(scan_get r passes) $(scan_get r progress) $(scan_get r eta_seconds)" "0 0 unknown" "nothing was scanned yet"
is "$(scan_get r health_score)" 100 "nothing is known against the disk"

# a device that is being resumed may be the one that memory could be written to
is "$(megabytes)" 0 "a scanner that has read nothing takes no memory for that"
ok "a pass over a good disk ends" scan_pass r 3600
is "$(megabytes)" 1 "now it has"
is "$(scan_get r io_errors) $(scan_get r slow_sectors) $(field 9)" "0 0 0" "and finds nothing"
METADATA=$((DATA + 2048 * 8 + SUPER_B + 8 - HEALTH_B))
is "$(scan_get r sectors_scanned)" $((LEN + METADATA)) "it read main, the metadata and all spare blocks"
is "$(scan_get r state)" waiting "then it waits for the next"
like "$(scan_message r history)" ' score 100$' "the pass is in the history"
like "$(scan_message r)" "passes: 1" "the summary tells"

# sectors: one block whole, one sector, one over the edge of two, the first and the last of the device
null_bad main +80-87 +20003-20003 +40007-40008 +0-0 +$((LEN - 1))-$((LEN - 1))
dmsetup message r 0 auto_remap 0
log_mark
ok "auto_remap 0: a pass over a disk with bad sectors ends" scan_pass r 3600
is "$(field 9)" 0 "auto_remap 0: no block is remapped"
is "$(scan_get r unread_blocks)" 6 "auto_remap 0: six are unread"
like "$(log_since)" "could not be remapped .*auto_remap is 0" "auto_remap 0: the log says why they stay"
dmsetup message r 0 auto_remap 1
ok "a pass over a disk with bad sectors ends" scan_pass r 3600
is "$(field 9)" 6 "six blocks are remapped"
is "$(scan_get r io_errors) $(scan_get r unread_blocks)" "12 0" "and counted"
BAD=80+8,20003+1,40007+2,0+1,$((LEN - 1))+1
ok "what could be read is there, the rest is an error" pattern_check $D 0 0 1 --errors "$BAD"
isnt "$(scan_get r health_score)" 100 "the score has gone down"
ok "writes make it good" pattern_write $D 0 0 2

# where a block lives now, a free spare block, and the metadata
OLD=$(place 10)
null_bad spare "+$(range $((DATA + OLD * 8 + 2)) 1)" "+$(range $((DATA + 2000 * 8)) 8)" +8-8
ok "a pass over a spare with bad sectors ends" scan_pass r 3600
isnt "$(place 10)" "$OLD" "the block has moved away from the bad spare block"
is "$(scan_get r io_errors)" 15 "that, the free spare block and the metadata are counted"
is "$(scan_get r unread_blocks)" 2 "the latter two remain"
ok "its data is there but for the bad sector" pattern_check $D 0 0 2 --errors 82+1
dm_remove r
ok "the device starts again" dm_create r "0 $LEN remap $M 0 $S 0 0"
is "$(megabytes)" 0 "without memory to read into"
is "$(scan_get r passes)" 4 "and remembers"
like "$(scan_message r history | wc -l)" '^4$' "all passes"
done_testing
