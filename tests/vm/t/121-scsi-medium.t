# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# summary: a SCSI disk that reports medium errors when it reads
# timeout: 90

# shellcheck source=/dev/null
. "$VM_DIR/lib.sh"

M=/dev/disk/main S=/dev/disk/spare D=/dev/mapper/r
OPTIONS=/sys/bus/pseudo/drivers/scsi_debug/opts

load_core
make_scsi_debug main medium_error_start=5005 medium_error_count=7
make_null_blk spare 8
LEN=32768
TABLE="0 $LEN remap $M 0 $S 0"

errors_on() { echo 2 >$OPTIONS; }
errors_off() { echo 0 >$OPTIONS; }
seen() { pattern read-map $D "$1" "$2"; }

dm_create r "$TABLE 1 format"
pattern_write $D 0 0 1
errors_on
fails "the disk itself fails there" pattern_check $M 5000 20 1
ok "exactly the bad sectors fail" pattern_check $D 0 0 1 --errors 5005+7
is "$(dmsetup message r 0 list | cut -d' ' -f1,3-)" "625 e0 read-error rescuable
626 f read-error rescuable" "and just their two blocks were remapped"
errors_off
ok "the disk itself reads again" pattern_check $M 0 $LEN 1
ok "but what was lost stays lost" pattern_check $D 0 0 1 --errors 5005+7
dmsetup remove r
dm_create r "$TABLE"
ok "after another activation too" pattern_check $D 0 0 1 --errors 5005+7
errors_on
is "$(dmsetup message r 0 retry 625+2 | cut -d, -f1)" "0 rescued" "nothing is rescued while it fails"
ok "one lost sector is written" pattern_write $D 5006 1 2
is "$(seen 5000 16)" "5000 5 seed:1
5005 1 error:ENODATA
5006 1 seed:2
5007 5 error:ENODATA
5012 4 seed:1" "and reads, the others do not"
errors_off
is "$(dmsetup message r 0 retry 625+2 | cut -d, -f1)" "6 rescued" "the others are rescued"
is "$(seen 5000 16)" "5000 6 seed:1
5006 1 seed:2
5007 9 seed:1" "with their last data"
dmsetup remove r

# This disk takes writes where it does not read: a write needs no remapping.
dd if=/dev/zero of=$S bs=1M count=8 oflag=direct status=none
dm_create r "$TABLE 1 format"
pattern_write $D 0 0 1
errors_on
ok "a write succeeds where reads fail" pattern_write $D 5006 2 2
is "$(dmsetup message r 0 list)" empty "and remaps nothing"
read_in_parallel() {
	local job jobs=()
	for job in 1 2 3 4 5 6; do
		pattern_check $D 4096 4096 1 --errors-ok 5005+7 --bs $((job * 8192)) &
		jobs+=($!)
	done
	for job in "${jobs[@]}"; do
		wait "$job"
	done
}
ok "reads of many threads at once lose the same sectors" read_in_parallel
is "$(dmsetup message r 0 list | cut -d' ' -f1,3)" "625 e0
626 f" "and no other"
errors_off
ok "a relocated block keeps its data" bash -c "dmsetup message r 0 remap 700+3 &&
	$VM_PATTERN check $D 5600 24 1"
ok "remove" dmsetup remove r
done_testing
