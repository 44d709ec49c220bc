# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# summary: block sizes of 512 bytes, 8 KiB and 32 KiB over 512-byte sectors
# timeout: 90

# shellcheck source=/dev/null
. "$VM_DIR/lib.sh"

M=/dev/disk/main S=/dev/disk/spare D=/dev/mapper/r
OPTIONS="confirm_ms=20 storm_limit=1000000"
MB=12 LEN=$((12 * 2048))

# In blocks of 64 sectors: the first and the last of one, both sides of a border.
BAD=(0-0 63-64 4096-4096 4159-4159 9001-9003 9063-9070 15000-15130 20000-20000
	"$((LEN - 1))-$((LEN - 1))")
# Lost later by reading: first and last sector of a block of 32 KiB, and two borders.
LOST=(2048-2048 2111-2111 6160-6160 6175-6176 11000-11001)

load_core

listed() { dmsetup message r 0 list | sort -n | cut -d' ' -f1,3; }

# What `list` shall show, of blocks that hold $1 sectors: block and lost mask.
expected() {
	local -A mask=()
	local range sector block
	for range in "${BAD[@]}"; do
		for ((sector = ${range%-*}; sector <= ${range#*-}; sector++)); do
			mask[$((sector / $1))]=0
		done
	done
	for range in "${LOST[@]}"; do
		for ((sector = ${range%-*}; sector <= ${range#*-}; sector++)); do
			block=$((sector / $1))
			mask[$block]=$((${mask[$block]:-0} | 1 << sector % $1))
		done
	done
	for block in "${!mask[@]}"; do
		printf '%d %x\n' "$block" "${mask[$block]}"
	done | sort -n
}

run_fio() {
	fio --name=verify --filename=$D --ioengine=libaio --direct=1 --iodepth=32 --rw=randwrite \
		--bssplit=512/20:4k/30:6656/20:33k/20:256k/10 --size=4M --offset_increment=8M \
		--numjobs=2 --verify=crc32c --verify_fatal=1 --verify_dump=0 --group_reporting "$@"
}

try_block_size() {
	local size=$1 table="0 $LEN remap $M 0 $S 0" kib="$1-byte blocks"

	make_null_blk main $MB
	make_null_blk spare 16
	null_bad main "${BAD[@]/#/+}"
	ok "$kib: format" dm_create r "$table 4 format block_size=$size $OPTIONS"
	is "$(dmsetup status r | cut -d" " -f6)" "$size" "$kib: that is the block size"
	ok "$kib: fio writes and verifies every byte" run_fio
	ok "$kib: every sector takes its pattern" pattern_write $D 0 0 1
	ok "$kib: and gives it back" pattern_check $D 0 0 1

	null_bad main "${LOST[@]/#/+}"
	ok "$kib: exactly the bad sectors are lost" \
		pattern_check $D 0 0 1 --errors "$(as_bad_list "${LOST[@]}")"
	is "$(listed)" "$(expected $((size / 512)))" "$kib: the map says so, block by block"
	null_bad main "${LOST[@]/#/-}"
	dmsetup remove r
	fails "$kib: another block size is refused" dm_create r "$table 1 block_size=4096"
	dmsetup remove r 2>/dev/null || true
	ok "$kib: activation" dm_create r "$table 2 $OPTIONS"
	ok "$kib: the same sectors are lost" \
		pattern_check $D 0 0 1 --errors "$(as_bad_list "${LOST[@]}")"
	is "$(listed)" "$(expected $((size / 512)))" "$kib: the map is the same"
	ok "$kib: retry rescues them" dmsetup message r 0 retry "0+$((LEN * 512 / size))"
	ok "$kib: every sector reads" pattern_check $D 0 0 1
	ok "$kib: a block can be moved by hand" dmsetup message r 0 remap 3+5
	ok "$kib: and all data stays" pattern_check $D 0 0 1
	dmsetup remove r
	remove_null_blk main
	remove_null_blk spare
}

try_block_size 512
try_block_size 8192
try_block_size 32768
done_testing
