# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# summary: a device that is shorter than a physical block of its disk
# timeout: 90

# shellcheck source=/dev/null
. "$VM_DIR/lib.sh"

load_core
make_scsi_debug disk physblk_exp=3
make_null_blk spare 8
is "$(blockdev --getpbsz /dev/disk/disk)" 4096 "the disk has physical blocks of 4096 bytes"
M=/dev/mapper/m S=/dev/disk/spare D=/dev/mapper/r
dm_create m "0 4 linear /dev/disk/disk 0"
dm_create r "0 4 remap $M 0 $S 0 2 format confirm_ms=20"
ok "it takes data" pattern_write $D 0 4 1
dm_reload m "0 4 error" --noflush --nolockfs
fails "the disk goes away" pattern_write $D 0 4 2
ok "it is known to be away" dm_wait r ' unreachable '
dm_reload m "0 4 linear /dev/disk/disk 0" --noflush --nolockfs
ok "and back" dm_wait r ' rw normal ' 60
ok "with its data" pattern_check $D 0 4 1
ok "it takes data" pattern_write $D 0 4 3
dm_remove r
done_testing
