# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# summary: a spare device without space, a thin volume: remapping stops until the next resume, and nothing is acknowledged
# timeout: 60

# shellcheck source=/dev/null
. "$VM_DIR/lib.sh"
# shellcheck source=/dev/null
. "$VM_DIR/tools/meta.sh"
# shellcheck source=/dev/null
. "$VM_DIR/tools/picky.sh"

D=/dev/mapper/r
place() { dmsetup message r 0 lookup "$1" | cut -d' ' -f2; }
used() { dmsetup status r | cut -d' ' -f7 | cut -d/ -f1; }
events() { dmsetup info -c --noheadings -o events r; }

load_core
picky_load
make_null_blk main 16
make_null_blk spare 8
LEN=$(sectors /dev/disk/main)
dm_create m "0 $LEN picky /dev/disk/main 0"
dm_create s "0 $(sectors /dev/disk/spare) picky /dev/disk/spare 0"
TABLE="0 $LEN remap /dev/mapper/m 0 /dev/mapper/s 0"
dm_create r "$TABLE 3 format confirm_ms=5 spare_blocks=512"
read_layout /dev/disk/spare
pattern_write $D 0 0 1
dmsetup message r 0 remap 50 >/dev/null
isnt "$(place 50)" main "a block lives on the spare"

picky s full write $((DATA + 8)) $((8 * (SPARE_BLOCKS - 1)))
picky m refuse write 800 8
BEFORE=$(events)
log_mark
fails "a write that main refuses, and for which the spare has no space, fails" pattern_write $D 800 8 2
ok "the old data is there" pattern_check $D 0 0 1
is "$(place 100) $(used)" "main 1" "nothing was remapped"
like "$(log_since)" "the spare device itself is out of space" "the log says why"
isnt "$(events)" "$BEFORE" "and an event that there is something to see"

MET=$(picky_met s write)
fails "another one fails" pattern_write $D 800 8 3
picky m refuse read 1600 8
fails "and a read that fails is not remapped" pattern_check $D 1600 8 1
is "$(picky_met s write) $(used)" "$MET 1" "without a word to the spare"
ok "what lives there is read and written" bash -ec "'$VM_PATTERN' write $D 400 8 2; '$VM_PATTERN' check $D 400 8 2"
fails "nor by hand" dmsetup message r 0 remap 60

picky s pass write
fails "there is space again, but nobody has said so" pattern_write $D 800 8 3
is "$(picky_met s write)" "$MET" "the spare is not asked"
dmsetup suspend r
dmsetup resume r
ok "after a resume the write is done" pattern_write $D 800 8 4
isnt "$(place 100)" main "on the spare"
picky m pass read
ok "all data is right" pattern_check $D 0 0 1,2,4
ok "each where it belongs" bash -ec "'$VM_PATTERN' check $D 400 8 2; '$VM_PATTERN' check $D 800 8 4"
dm_reload r "$TABLE 1 confirm_ms=5"
ok "after another activation, too" pattern_check $D 0 0 1,2,4
done_testing
