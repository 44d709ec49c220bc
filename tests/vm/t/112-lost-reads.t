# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# summary: what cannot be read is lost: just that, until it is written or rescued
# timeout: 90

# shellcheck source=/dev/null
. "$VM_DIR/lib.sh"

M=/dev/disk/main S=/dev/disk/spare D=/dev/mapper/r
OPTIONS="confirm_ms=20 storm_limit=1000000"

load_core
make_null_blk main 16
make_null_blk spare 8
LEN=$(sectors $M)
TABLE="0 $LEN remap $M 0 $S 0"

# The first and last sector of the device; one; two in one block; a whole block;
# both sides of a border between blocks; many.
BAD=(0-0 "$((LEN - 1))-$((LEN - 1))" 1001-1001 2000-2000 2003-2003 3000-3007 4007-4008 5001-5050)
ERRORS=$(as_bad_list "${BAD[@]}")

again() { dmsetup remove r && dm_create r "$TABLE 2 $OPTIONS"; }
seen() { pattern read-map $D "$1" "$2"; }

ok "format" dm_create r "$TABLE 3 format $OPTIONS"
pattern_write $D 0 0 1
MAIN_BEFORE=$(sha256sum <$M)

null_bad main "${BAD[@]/#/+}"
ok "exactly the bad sectors fail" pattern_check $D 0 0 1 --errors "$ERRORS"
ok "the second time too" pattern_check $D 0 0 1 --errors "$ERRORS" --bs 4096
LIST=$(dmsetup message r 0 list | sort -n | cut -d' ' -f1,3-)
is "$LIST" "0 1 read-error rescuable
125 2 read-error rescuable
250 9 read-error rescuable
375 ff read-error rescuable
500 80 read-error rescuable
501 1 read-error rescuable
625 fe read-error rescuable
626 ff read-error rescuable
627 ff read-error rescuable
628 ff read-error rescuable
629 ff read-error rescuable
630 ff read-error rescuable
631 7 read-error rescuable
$((LEN / 8 - 1)) 80 read-error rescuable" "the map says so, block by block"
is "$(dmsetup message r 0 retry 0+$((LEN / 8)) | cut -d, -f1)" "0 rescued" \
	"a retry while main does not read rescues nothing"
ok "and leaves all as it was" pattern_check $D 0 0 1 --errors "$ERRORS"

null_bad main "${BAD[@]/#/-}"
ok "they fail although main reads again" pattern_check $D 0 0 1 --errors "$ERRORS"
is "$(sha256sum <$M)" "$MAIN_BEFORE" "nothing was written to main"
again
ok "after another activation too" pattern_check $D 0 0 1 --errors "$ERRORS"
is "$(dmsetup message r 0 list | sort -n | cut -d' ' -f1,3-)" "$LIST" "the map is the same"

# Writing makes readable what is written, no more and no less.
ok "one lost sector of two is written" pattern_write $D 2000 1 2
is "$(seen 1999 6)" "1999 1 seed:1
2000 1 seed:2
2001 2 seed:1
2003 1 error:ENODATA
2004 1 seed:1" "it reads, the other one does not"
ok "a part of a wholly lost block is written" pattern_write $D 3002 3 2
ok "a good sector of a block with a lost one is written" pattern_write $D 1002 1 2
ok "a long write begins and ends in lost blocks" pattern_write $D 5030 18 2
AFTER_WRITES="0 1 error:ENODATA
1 1000 seed:1
1001 1 error:ENODATA
1002 1 seed:2
1003 997 seed:1
2000 1 seed:2
2001 2 seed:1
2003 1 error:ENODATA
2004 996 seed:1
3000 2 error:ENODATA
3002 3 seed:2
3005 3 error:ENODATA
3008 999 seed:1
4007 2 error:ENODATA
4009 992 seed:1
5001 29 error:ENODATA
5030 18 seed:2
5048 3 error:ENODATA
5051 $((LEN - 5052)) seed:1
$((LEN - 1)) 1 error:ENODATA"
is "$(seen 0 0)" "$AFTER_WRITES" "each write cleared what it covered and nothing else"
again
is "$(seen 0 0)" "$AFTER_WRITES" "so it is after another activation"

is "$(dmsetup message r 0 retry 250 | cut -d, -f1)" "1 rescued" "one sector is rescued"
is "$(seen 1999 6)" "1999 1 seed:1
2000 1 seed:2
2001 4 seed:1" "with its last data, and what was written stays"
is "$(dmsetup message r 0 retry 0+$((LEN / 8)) | cut -d, -f1)" "42 rescued" "so are all others"
ALL_RIGHT="0 1002 seed:1
1002 1 seed:2
1003 997 seed:1
2000 1 seed:2
2001 1001 seed:1
3002 3 seed:2
3005 2025 seed:1
5030 18 seed:2
5048 $((LEN - 5048)) seed:1"
is "$(seen 0 0)" "$ALL_RIGHT" "and everything reads, the newest data everywhere"
again
is "$(seen 0 0)" "$ALL_RIGHT" "after another activation too"

# A write into a block that reads as badly as it writes: the payload counts, the rest is lost.
null_bad main +9000-9003
ok "a write into a bad stretch" pattern_write $D 9001 1 3
is "$(seen 8999 6)" "8999 1 seed:1
9000 1 error:ENODATA
9001 1 seed:3
9002 2 error:ENODATA
9004 1 seed:1" "is all that is left of it"
null_bad main -9000-9003
is "$(seen 8999 6)" "8999 1 seed:1
9000 1 error:ENODATA
9001 1 seed:3
9002 2 error:ENODATA
9004 1 seed:1" "also when main reads again, with older data"
ok "the block is rescued" dmsetup message r 0 retry 1125
is "$(seen 8999 6)" "8999 2 seed:1
9001 1 seed:3
9002 3 seed:1" "around what was written"

# With automatic remapping off, the disk's own errors come through and nothing changes.
dmsetup message r 0 auto_remap 0
null_bad main +12000-12000
is "$(seen 11999 3)" "11999 1 seed:1
12000 1 error:EIO
12001 1 seed:1" "without automatic remapping the disk's own error comes up"
is "$(dmsetup message r 0 lookup 1500)" "1500 main" "and nothing is remapped"
null_bad main -12000-12000
is "$(seen 11999 3)" "11999 3 seed:1" "so it reads again when the disk does"
ok "remove" dmsetup remove r
done_testing
