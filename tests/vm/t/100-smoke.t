# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# summary: one of each: format, remap on a failing write, lost reads, persistence
# timeout: 90

# shellcheck source=/dev/null
. "$VM_DIR/lib.sh"

load_core
make_null_blk main 64
make_null_blk spare 16
M=/dev/disk/main S=/dev/disk/spare D=/dev/mapper/r
LEN=$(sectors $M)
TABLE="0 $LEN remap $M 0 $S 0"

fails "a blank spare is refused without 'format'" dm_create r "$TABLE"
dmsetup remove r 2>/dev/null || true
ok "and formatted with it" dm_create r "$TABLE 1 format"
dmsetup status r; dmsetup table r
ok "the device takes data" pattern_write $D 0 0 1
ok "and gives it back" pattern_check $D 0 0 1
ok "which is all on main" pattern_check $M 0 0 1

null_bad main +1000-1003 +5000-5000
ok "writes over bad sectors succeed" pattern_write $D 0 0 2
dmsetup status r; dmsetup message r 0 list
ok "and read back" pattern_check $D 0 0 2
ok "after a reload too" bash -c "dmsetup suspend r && dmsetup resume r && dmsetup status r"
ok "the data is there" pattern_check $D 0 0 2

null_bad main +20001-20001
ok "a sector that does not read fails, and only that" \
	pattern_check $D 0 0 2 --errors "20001+1"
null_bad main -20001-20001
ok "and goes on to fail although main reads again" \
	pattern_check $D 0 0 2 --errors "20001+1"
dmsetup remove r
ok "activation" dm_create r "$TABLE"
ok "the lost sector is still lost" pattern_check $D 0 0 2 --errors "20001+1"
dmsetup message r 0 list
ok "retry rescues it" dmsetup message r 0 retry 2500
ok "everything reads now" pattern_check $D 0 0 2
dmsetup status r
ok "remove" dmsetup remove r
ok "unload" rmmod dm-remap-core
done_testing
