# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# summary: discards and write-zeroes over remapped, lost and bad blocks
# timeout: 90
# disk: zmain 32M
# disk: zspare 16M

# shellcheck source=/dev/null
. "$VM_DIR/lib.sh"

S=/dev/disk/spare D=/dev/mapper/r
OPTIONS="confirm_ms=20 storm_limit=1000000"

seen() { pattern read-map $D "$1" "$2"; }
queue_of() { echo "/sys/dev/block/$(dmsetup info -c --noheadings -o major,minor "$1")/queue"; }
again() { dmsetup remove r && dm_create r "$TABLE 2 $OPTIONS"; }

load_core

#
# Discards, on a RAM disk that forgets what is discarded
#

M=/dev/disk/main
make_null_blk main 16 discard=1
make_null_blk spare 8 discard=1
LEN=$(sectors $M)
TABLE="0 $LEN remap $M 0 $S 0"

dm_create r "$TABLE 3 format $OPTIONS"
pattern_write $D 0 0 1
null_bad main +1001-1001 +8000-8015
pattern_write $D 0 0 2
null_bad main -1001-1001 -8000-8015 +5002-5003
pattern_check $D 5000 8 2 --errors 5002+2 >/dev/null
null_bad main -5002-5003
dmsetup message r 0 remap 1500 >/dev/null
STATUS_BEFORE=$(dmsetup status r)

# Remapped: 125, 1000, 1001, 1500 (sector 12000); with lost sectors: 625.
ok "all of the device is discarded" blkdiscard $D
DISCARDED="0 1000 zero
1000 8 seed:2
1008 3992 zero
5000 2 seed:2
5002 2 error:ENODATA
5004 4 seed:2
5008 2992 zero
8000 16 seed:2
8016 3984 zero
12000 8 seed:2
12008 $((LEN - 12008)) zero"
is "$(seen 0 0)" "$DISCARDED" "what is on the spare stays, what is lost stays lost, the rest is gone"
is "$(dmsetup status r)" "$STATUS_BEFORE" "the map has not changed"
ok "a discard of nothing but lost sectors succeeds" blkdiscard -o $((5002 * 512)) -l 1024 $D
is "$(seen 5000 8)" "5000 2 seed:2
5002 2 error:ENODATA
5004 4 seed:2" "and leaves them lost"
again
is "$(seen 0 0)" "$DISCARDED" "all this after another activation too"

null_bad main +10000-10007
fails "a discard that main fails" blkdiscard -o $((9984 * 512)) -l 32768 $D
is "$(dmsetup message r 0 lookup 1250)" "1250 main" "is no reason to remap"
null_bad main -10000-10007

ok "the device takes data again" pattern_write $D 0 0 3
ok "and gives it back, lost sectors included" pattern_check $D 0 0 3

#
# Zeros: this main has no command for it, so the kernel writes them
#

null_bad main +2000-2003 +5000-5001 +9000-9100
pattern_check $D 5000 8 3 >/dev/null # a remapped block does not mind
pattern_check $D 2000 8 3 --errors 2000+4 >/dev/null
ok "zeros over bad, remapped and lost blocks" blkdiscard -z $D
is "$(seen 0 0)" "0 $LEN zero" "read as zeros"
again
is "$(seen 0 0)" "0 $LEN zero" "after another activation too"
dmsetup remove r

#
# Zeros on disks that have a command for it. The part of main behind the multipath
# target fails everything once its path is gone, this command too.
#

M=/dev/mapper/m P=/dev/mapper/path
LEN=$(sectors /dev/disk/zmain)
make_main() {
	modprobe -a dm-multipath dm-round-robin
	dm_create path "0 64 multipath 2 queue_mode bio 0 1 1 round-robin 0 1 1 /dev/disk/zmain 1"
	dm_create m "0 20000 linear /dev/disk/zmain 0
		20000 64 linear $P 0
		20064 $((LEN - 20064)) linear /dev/disk/zmain 20064"
}
ok "a main device with a part that can fail" make_main
TABLE="0 $LEN remap $M 0 /dev/disk/zspare 0"
dm_create r "$TABLE 3 format $OPTIONS"
isnt "$(cat "$(queue_of r)/write_zeroes_max_bytes")" 0 "the device has the command for zeros"
pattern_write $D 0 0 1
dmsetup message r 0 remap 300+5 >/dev/null
pattern_write $D 2300 200 2
ok "zeros over healthy and remapped blocks" blkdiscard -z -o $((2304 * 512)) -l $((400 * 512)) $D
is "$(seen 2290 500)" "2290 10 seed:1
2300 4 seed:2
2304 400 zero
2704 86 seed:1" "are where they should be and nowhere else"

dmsetup message path 0 fail_path "$(dmsetup table path | grep -oE '[0-9]+:[0-9]+')"
fails "the part of main fails" dd if=$M of=/dev/null bs=512 skip=20010 count=1 iflag=direct
ok "sectors are lost there" pattern_check $D 20000 16 1 --errors 20000+16
ok "zeros over lost and failing blocks" blkdiscard -z -o $((19000 * 512)) -l $((2000 * 512)) $D
is "$(seen 18990 2020)" "18990 10 seed:1
19000 2000 zero
21000 10 seed:1" "read as zeros, and the rest is as it was"
again
is "$(seen 18990 2020)" "18990 10 seed:1
19000 2000 zero
21000 10 seed:1" "after another activation too"
dmsetup message r 0 list
ok "remove" dmsetup remove r
done_testing
