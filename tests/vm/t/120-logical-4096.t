# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# summary: disks with logical blocks of 4096 bytes, and spares with smaller ones
# timeout: 90

# shellcheck source=/dev/null
. "$VM_DIR/lib.sh"

M=/dev/disk/main S=/dev/disk/spare D=/dev/mapper/r
OPTIONS="confirm_ms=20 storm_limit=1000000"
LEN=$((12 * 2048))

# In sectors of 512 bytes; each makes the 4096 bytes around it bad.
BAD=(3-3 4100-4101 4126-4130 9001-9003 15000-15130 20007-20007 "$((LEN - 1))-$((LEN - 1))")
LOST=(2048-2055 2104-2111 6160-6167 11000-11015)

load_core

run_fio() {
	fio --name=verify --filename=$D --ioengine=libaio --direct=1 --iodepth=32 --rw=randwrite \
		--bssplit=4k/40:12k/30:36k/20:256k/10 --verify=crc32c --verify_fatal=1 --verify_dump=0 \
		"$@"
}

# try_sizes SPARE'S LOGICAL BLOCK, BLOCK SIZE
try_sizes() {
	local table="0 $LEN remap $M 0 $S 0" what="spare with $1, blocks of $2 bytes"
	local spb=$(($2 / 512))

	make_null_blk main 12 blocksize=4096
	make_null_blk spare 16 blocksize="$1"
	null_bad main "${BAD[@]/#/+}"
	ok "$what: format" dm_create r "$table 4 format block_size=$2 $OPTIONS"
	is "$(blockdev --getss $D)" 4096 "$what: logical blocks are those of main"
	ok "$what: fio writes and verifies every byte" run_fio
	ok "$what: every sector takes its pattern" pattern_write $D 0 0 1
	ok "$what: and gives it back" pattern_check $D 0 0 1
	null_bad main "${LOST[@]/#/+}"
	ok "$what: exactly the bad logical blocks are lost" \
		pattern_check $D 0 0 1 --errors "$(as_bad_list "${LOST[@]}")"
	null_bad main "${LOST[@]/#/-}"
	dmsetup remove r
	ok "$what: activation" dm_create r "$table 2 $OPTIONS"
	ok "$what: the same are lost" \
		pattern_check $D 0 0 1 --errors "$(as_bad_list "${LOST[@]}")"
	ok "$what: one is written" pattern_write $D 2048 8 2
	is "$(pattern read-map $D 2040 80 --bs 4096)" "2040 8 seed:1
2048 8 seed:2
2056 48 seed:1
2104 8 error:$LOST_ERROR
2112 8 seed:1" "$what: which finds just that one again"
	ok "$what: retry rescues the others" dmsetup message r 0 retry "0+$((LEN / spb))"
	is "$(pattern read-map $D 0 0 --bs 4096)" "0 2048 seed:1
2048 8 seed:2
2056 $((LEN - 2056)) seed:1" "$what: all data is right"
	dmsetup remove r
	remove_null_blk main
	remove_null_blk spare
}

# BLK_STS_MEDIUM in user space
LOST_ERROR=ENODATA

try_sizes 4096 4096
try_sizes 4096 32768
try_sizes 512 4096

make_null_blk main 12
make_null_blk spare 16 blocksize=4096
fails "a spare with larger logical blocks is refused" \
	dm_create r "0 $LEN remap $M 0 $S 0 1 format"
ok "and not written" cmp -n $((16 << 20)) $S /dev/zero
done_testing
