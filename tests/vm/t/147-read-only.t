# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# summary: a read-only table serves remapped and lost blocks and changes nothing on either disk
# timeout: 90

# shellcheck source=/dev/null
. "$VM_DIR/lib.sh"
# shellcheck source=/dev/null
. "$VM_DIR/tools/meta.sh"

load_core
make_null_blk main 8
make_null_blk spare 4
M=/dev/disk/main S=/dev/disk/spare D=/dev/mapper/r
LEN=$(sectors $M)
TABLE="0 $LEN remap $M 0 $S 0"
dm_create r "$TABLE 2 format confirm_ms=0"
pattern_write $D 0 0 1
dmsetup message r 0 remap 0+140
pattern_write $D 0 0 2
null_bad main +8003-8003
pattern_check $D 8003 1 2 --errors 8003+1
null_bad main -8003-8003
dmsetup remove r
read_layout $S

same() { cmp $M /run/main.img && cmp $S /run/spare.img; }
right() { pattern_check $D 0 0 2 --errors 8003+1; }
freeze() {
	save $M /run/main.img
	save $S /run/spare.img
}

freeze
ok "a read-only table starts" dm_create r "$TABLE" -r
ok "remapped blocks read right and the lost sector fails" right
is "$(blockdev --getro $D)" 1 "the device is read-only"
fails "it takes no data" pattern_write $D 0 8 3
fails "no block can be moved" dmsetup message r 0 remap 300
fails "none rescued" dmsetup message r 0 retry 1000
null_bad main +9001-9001
ok "a sector that does not read is an error" pattern_check $D 9000 8 2 --errors 9001+1
null_bad main -9001-9001
ok "and nothing else" pattern_check $D 9000 8 2
dmsetup suspend r
dmsetup resume r
ok "suspend and resume change nothing" right
dmsetup remove r
ok "both disks are bit by bit as before" same

# Damage on one side is worked around and not repaired.
raw_zero $S "$TABLE_A" 8
flip $S "$SUPER_B" 200
flip $S "$(table_block B 1)" 100
freeze
ok "with damaged copies it starts" dm_create r "$TABLE" -r
ok "and reads right" right
dmsetup remove r
ok "both disks are as before" same
flip $S "$(table_block A 1)" 100
freeze
ok "with a block damaged in both copies it does not" refused \
	"both copies of table block 1 .*not started" "$TABLE" -r
flip $S "$(table_block A 1)" 100

# After a crash: the clean mark is off, and stays off.
forge $S 0 80 0
freeze
ok "after a crash it starts" dm_create r "$TABLE" -r
ok "and reads right" right
dmsetup remove r
ok "both disks are as before" same

ok "a table that may write heals the spare" dm_create r "$TABLE"
ok "all data is right" right
ok "the lost sector can be rescued now" dmsetup message r 0 retry 1000
ok "and every sector reads" pattern_check $D 0 0 2
dmsetup remove r
ok "both copies agree" copies_agree $S

# Disks that do not allow writing at all.
freeze
blockdev --setro $M
blockdev --setro $S
ok "read-only disks will do for a read-only table" dm_create r "$TABLE" -r
ok "which reads right" pattern_check $D 0 0 2
dmsetup remove r
ok "both disks are as before" same
done_testing
