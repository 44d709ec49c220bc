# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# summary: a block that is to be moved is moved, also when it is just being looked at for an error that was none
# timeout: 120

# shellcheck source=/dev/null
. "$VM_DIR/lib.sh"
# shellcheck source=/dev/null
. "$VM_DIR/tools/picky.sh"

D=/dev/mapper/r
load_core
picky_load
make_null_blk main 16
make_null_blk spare 16
LEN=$(sectors /dev/disk/main)
dm_create p "0 $LEN picky /dev/disk/main 0"
dm_create r "0 $LEN remap /dev/mapper/p 0 /dev/disk/spare 0 2 format confirm_ms=15000"
pattern_write $D 0 0 1
read_block() { exec dd if=$D of=/dev/null bs=4096 skip="$1" count=1 iflag=direct status=none; }

# While block 100 is looked at, 200 fails as well, and is asked for: both come in the batch after that.
picky p refuse read 800 808
read_block 100 &
FIRST=$!
ok "a read fails" eventually 3 picky_met_more p read 0
sleep 1
MET=$(picky_met p read)
read_block 200 &
SECOND=$!
ok "and another" eventually 2 picky_met_more p read "$MET"
dmsetup message r 0 remap 200 >/run/answer &
REMAP=$!
sleep 3 # for the message to come
# The first one is well again, and the other one only after it was taken up.
picky p refuse read 1600 8
succeeds $FIRST "the first read succeeds after all"
sleep 2
picky p pass read
succeeds $SECOND "the other as well"
succeeds $REMAP "the message"
is "$(</run/answer)" "1 remapped, 0 skipped" "has moved the block"
like "$(dmsetup message r 0 lookup 200)" "^200 [0-9]+ 0 manual" "which is on the spare"
is "$(dmsetup message r 0 lookup 100 | cut -d' ' -f2)" main "the other one stays"
ok "all data is right" pattern_check $D 0 0 1
done_testing
