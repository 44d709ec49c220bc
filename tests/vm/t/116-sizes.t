# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# summary: a device that ends within a block, and its last sectors
# timeout: 90

# shellcheck source=/dev/null
. "$VM_DIR/lib.sh"

M=/dev/disk/main S=/dev/disk/spare D=/dev/mapper/r
OPTIONS="confirm_ms=20 storm_limit=1000000"

load_core

seen() { pattern read-map $D "$1" "$2"; }

# odd_size BLOCK_SIZE REST: the last block has REST sectors, and the device begins at a
# place of the disk that no block begins at.
odd_size() {
	local spb=$(($1 / 512)) start=13
	local len=$((12288 + $2)) last=$((12288 / spb)) end=$((12288 + $2 - 1))
	local table="0 $len remap $M $start $S 0" what="$2 sectors in a last block of $1"
	# bash has 64 bits as well
	local bits=$(((spb == 64 ? -1 : (1 << spb) - 1) & ~((1 << $2) - 1)))

	make_null_blk main 8
	make_null_blk spare 8
	pattern_write $M 0 0 9
	ok "$what: format" dm_create r "$table 4 format block_size=$1 $OPTIONS"
	ok "$what: takes data" pattern_write $D 0 0 1
	null_bad main "+$((start + end))-$((start + end))" "+$start-$start"
	is "$(seen $((end - 4)) 5)" "$((end - 4)) 4 seed:1
$end 1 error:ENODATA" "$what: the last sector is lost, and only that"
	is "$(dmsetup message r 0 lookup $last | cut -d' ' -f1,3)" \
		"$last $(printf %x $((bits | 1 << ($2 - 1))))" "$what: of the last block"
	is "$(dmsetup status r | cut -d' ' -f10)" 1 "$what: what is behind the end is not counted as lost"
	null_bad main "-$((start + end))-$((start + end))"
	ok "$what: retry rescues it" dmsetup message r 0 retry $last
	is "$(seen $((end - 4)) 5)" "$((end - 4)) 5 seed:1" "$what: and it reads"
	null_bad main "+$((start + end))-$((start + end))"
	ok "$what: all of it takes data, both ends bad" pattern_write $D 0 0 2
	ok "$what: and gives it back" pattern_check $D 0 0 2
	dmsetup remove r
	dm_create r "$table 2 $OPTIONS"
	ok "$what: after another activation too" pattern_check $D 0 0 2 --bs 1536
	ok "$what: the last sector is written alone" pattern_write $D $end 1 3
	is "$(seen $((end - 4)) 5)" "$((end - 4)) 4 seed:2
$end 1 seed:3" "$what: and reads"
	fails "$what: there is no block behind the last" dmsetup message r 0 remap $((last + 1))
	fails "$what: no range reaches behind it" dmsetup message r 0 retry $last+2
	fails "$what: nor is there a sector" pattern_write $D $((end + 1)) 1 3
	dmsetup remove r
	is "$(pattern read-map $M 0 $start)" "0 $start seed:9" "$what: main is untouched before its start"
	is "$(pattern read-map $M $((start + end + 1)) 100)" "$((start + end + 1)) 100 seed:9" \
		"$what: and behind its end"

	# The last block moved whole, by hand, on a healthy disk.
	null_bad main "-$((start + end))-$((start + end))" "-$start-$start"
	dd if=/dev/zero of=$S bs=1M count=8 oflag=direct status=none
	dm_create r "$table 4 format block_size=$1 $OPTIONS"
	pattern_write $D 0 0 4
	is "$(dmsetup message r 0 remap $((last - 1))+2)" "2 remapped, 0 skipped" "$what: the last blocks are moved"
	ok "$what: with their data" pattern_check $D 0 0 4
	ok "$what: and take more" pattern_write $D $((end - 2)) 3 5
	is "$(seen $((end - 5)) 6)" "$((end - 5)) 3 seed:4
$((end - 2)) 3 seed:5" "$what: which reads"
	dmsetup remove r
	remove_null_blk main
	remove_null_blk spare
}

odd_size 4096 5
odd_size 32768 33
odd_size 4096 3

# Smaller than one block.
make_null_blk main 8
make_null_blk spare 8
ok "a device of three sectors" dm_create r "0 3 remap $M 0 $S 0 3 format $OPTIONS"
ok "takes data" pattern_write $D 0 0 1
ok "its only block is moved" dmsetup message r 0 remap 0
is "$(seen 0 0)" "0 3 seed:1" "and reads"
dmsetup remove r
ok "activation" dm_create r "0 3 remap $M 0 $S 0 2 $OPTIONS"
is "$(seen 0 0)" "0 3 seed:1" "it reads again"
dmsetup remove r
done_testing
