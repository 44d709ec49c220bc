# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# summary: disks that fail reads until they are written, the way drives do: main, and then the spare
# timeout: 200

# shellcheck source=/dev/null
. "$VM_DIR/lib.sh"
# shellcheck source=/dev/null
. "$VM_DIR/tools/meta.sh"

modprobe -q dm-dust || true
if ! dmsetup targets | grep -q ^dust; then
	skip "dm-dust" "this kernel has none; the debug kernel does"
	done_testing
	exit 0
fi

M=/dev/mapper/main S=/dev/mapper/spare D=/dev/mapper/r
load_core
# small: dm-dust cuts all I/O into single sectors
make_null_blk rawmain 7
make_null_blk rawspare 8
LEN=$(sectors /dev/disk/rawmain)
dm_create main "0 $LEN dust /dev/disk/rawmain 0 512"
dm_create spare "0 $(sectors /dev/disk/rawspare) dust /dev/disk/rawspare 0 512"
TABLE="0 $LEN remap $M 0 $S 0 2 confirm_ms=5 storm_limit=1000000"

# add DISK SECTOR...: bad until written; SECTOR:N fails so many writes first (255 at most)
add() {
	local disk=$1 sector
	shift
	for sector in "$@"; do
		# shellcheck disable=SC2086 # words on purpose
		dmsetup message "$disk" 0 addbadblock ${sector/:/ }
	done
}

bad_sectors() { dmsetup message "$1" 0 countbadblocks | grep -oE '[0-9]+'; }
again() { dmsetup remove r && dm_create r "$TABLE"; }
field_of() { dmsetup status r | cut -d' ' -f"$1"; }
place() { dmsetup message r 0 lookup "$1" | cut -d' ' -f2; }
seen() { pattern read-map $D "$1" "$2"; }

dm_create r "${TABLE/2 confirm/3 format confirm}"
pattern_write $D 0 0 1
dmsetup message main 0 enable
dmsetup message spare 0 enable

#
# Reads
#

LAST=$((LEN - 1))
add main 1000 1001 5000 $LAST
ok "exactly the bad sectors cannot be read" pattern_check $D 0 0 1 --errors 1000+2,5000+1,$LAST+1
is "$(bad_sectors main)" 4 "they are as bad as before: nothing was written to main"
is "$(field_of 10)" 4 "and counted as lost"
ok "two are written and read" bash -e -c "'$VM_PATTERN' write $D 1000 2 2; '$VM_PATTERN' check $D 1000 2 2"
is "$(bad_sectors main)" 4 "on the spare: main is still not written"
dmsetup message main 0 disable
ok "they come back on main, with old data" pattern_check $M 0 0 1
ok "which nobody is given" pattern_check $D 0 0 1,2 --errors 5000+1,$LAST+1
is "$(dmsetup message r 0 retry 0+$((LEN / 8)) | cut -d, -f1)" "2 rescued" "but what was lost is rescued"
ok "all is there" pattern_check $D 0 0 1,2
is "$(seen 999 4)" "999 1 seed:1
1000 2 seed:2
1002 1 seed:1" "the newest data everywhere"
dmsetup message main 0 enable
again
ok "after another activation too" pattern_check $D 0 0 1,2

#
# Writes
#

add main 8000 9003
ok "a write to a bad sector that nobody has read yet" pattern_write $D 8000 1 2
is "$(place 1000)" main "heals it: the block stays on main"
ok "and reads" pattern_check $D 8000 1 2
ok "a write beside one" pattern_write $D 9000 2 2
is "$(seen 9000 5)" "9000 2 seed:2
9002 1 seed:1
9003 1 error:ENODATA
9004 1 seed:1" "leaves it alone"

UNCONFIRMED=$(field_of 15)
add main 10000:3 11000:255
ok "a write that fails three times and then does not" pattern_write $D 10000 1 2
is "$(place 1250)" main "costs no spare block"
is "$(field_of 15)" $((UNCONFIRMED + 1)) "and is counted as unconfirmed"
ok "one that goes on failing" pattern_write $D 11000 1 2
isnt "$(place 1375)" main "does"
is "$(seen 10999 3)" "10999 1 seed:1
11000 1 seed:2
11001 1 seed:1" "and loses nothing around it"

dmsetup message r 0 auto_remap 0
add main 12000
USED=$(field_of 7)
is "$(seen 12000 1)" "12000 1 error:EIO" "without automatic remapping the disk's error comes up"
ok "a write heals the sector" pattern_write $D 12000 1 2
ok "and it reads" pattern_check $D 12000 1 2
is "$(field_of 7)" "$USED" "with no spare block used"
dmsetup message r 0 auto_remap 1

#
# Many: half of them are written before anybody reads
#

RANDOM=815
LOST=''
for ((at = 12288; at < LEN - 64; at += 60 + RANDOM % 90)); do
	add main $at
	if ((RANDOM % 2)); then
		pattern_write $D $((at - RANDOM % 4)) 5 2
	else
		LOST+="$at+1,"
	fi
done
ok "the written ones read, and exactly the others do not" pattern_check $D 12288 0 1,2 --errors "$LOST$LAST+0"
again
ok "after another activation too" pattern_check $D 12288 0 1,2 --errors "$LOST$LAST+0"
ok "everything is written" pattern_write $D 0 0 3
ok "and reads" pattern_check $D 0 0 3
is "$(field_of 4-5,10)" "rw normal 0" "nothing is lost any more"

#
# The spare
#

MAP=$(dmsetup message r 0 list | cut -d' ' -f1-4)
dmsetup remove r
read_layout $S
log_mark
add spare 0 "$TABLE_A" "$((TABLE_A + 3))" "$HEALTH_A"
ok "one copy of everything on the spare cannot be read: it starts" dm_create r "$TABLE"
like "$(log_since)" "superblock was healed|superblock of the spare was healed" "the superblock is healed"
like "$(log_since)" "table blocks of the spare were healed" "so is the table"
is "$(dmsetup message r 0 list | cut -d' ' -f1-4)" "$MAP" "the map is the same"
again
is "$(bad_sectors spare)" 0 "and every bad sector was written over"

BLOCK=1375
SLOT=$(place $BLOCK)
add spare $((DATA + 8 * SLOT + 2))
is "$(seen 11000 8)" "11000 2 seed:3
11002 1 error:ENODATA
11003 5 seed:3" "what the spare cannot read is lost, just that"
isnt "$(place $BLOCK)" "$SLOT" "the rest has moved on"
ok "it is written again" pattern_write $D 11002 1 4
ok "and reads" pattern_check $D 11000 8 3,4
like "$(dmsetup message r 0 retry $BLOCK)" "^0 rescued" "main's old data is not brought back"
is "$(bad_sectors spare)" 1 "the bad spare block is left alone"
again
ok "after another activation all is there" pattern_check $D 0 0 3,4
dm_remove r spare main
done_testing
