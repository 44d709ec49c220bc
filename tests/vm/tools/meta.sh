# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Sourced by tests after lib.sh: the metadata of a spare, read and damaged from
# outside while no remap device uses it. include/dm-remap/format.h has the
# layout. Everything goes past the page cache; sectors are multiples of 8.

# raw_read DEV SECTOR SECTORS: to standard output.
raw_read() { dd if="$1" bs=4096 skip=$(($2 / 8)) count=$(($3 / 8)) iflag=direct status=none; }

# raw_write DEV SECTOR: standard input, whole blocks of 4 KiB.
raw_write() { dd of="$1" bs=4096 seek=$(($2 / 8)) iflag=fullblock oflag=direct conv=notrunc status=none; }

raw_zero() { dd if=/dev/zero of="$1" bs=4096 seek=$(($2 / 8)) count=$(($3 / 8)) oflag=direct status=none; }

# save DEV FILE; restore DEV FILE: the whole device.
save() { dd if="$1" of="$2" bs=1M iflag=direct status=none; }
restore() { dd if="$2" of="$1" bs=1M oflag=direct status=none; }

# read_layout DEV [SECTOR]: what the superblock there says, in variables.
# shellcheck disable=SC2034 # they are for the caller
read_layout() {
	local -a w
	read -ra w < <(raw_read "$1" "${2:-0}" 8 | od -An -v -tu8 -w4096)
	GENERATION=${w[4]}
	SPARE_BLOCKS=$((w[11] >> 32))
	TABLE_BLOCKS=$((w[15] & 0xffffffff))
	TABLE_A=${w[16]} HEALTH_A=${w[17]} DATA=${w[18]}
	HEALTH_B=${w[19]} TABLE_B=${w[20]} SUPER_B=${w[21]}
	DISOWNED=$((w[47] & 0xffffffff))
}

# table_block A|B BLOCK: its sector.
table_block() {
	local start=TABLE_$1
	echo $((${!start} + 8 * $2))
}

# range SECTOR SECTORS: FIRST-LAST, as null_bad takes it.
range() { echo "$1-$(($1 + $2 - 1))"; }

# twins DEV SECTOR SECTOR SECTORS: equal but for the copy number and the checksum.
twins() {
	local differences status=0
	differences=$(cmp -l -i $(($2 * 512)):$(($3 * 512)) -n $(($4 * 512)) "$1" "$1" 2>&1) || status=$?
	((status < 2)) && only_copy_and_crc <<<"$differences"
}

only_copy_and_crc() {
	awk '{ at = ($1 - 1) % 4096 }
		NF && !(at >= 8 && at < 12 || at >= 44 && at < 48) { print "differ at", $1 - 1; bad = 1 }
		END { exit bad }'
}

# copies_agree DEV: both superblocks, and both tables.
copies_agree() {
	twins "$1" 0 "$SUPER_B" 8 && twins "$1" "$TABLE_A" "$TABLE_B" $((8 * TABLE_BLOCKS))
}

# flip DEV SECTOR BYTE: one bit of a metadata block.
flip() {
	local at=$(($2 * 512 + $3)) byte
	byte=$(od -An -tu1 -j $at -N 1 "$1")
	poke "$1" $at $((byte ^ 1))
}

# tear DEV SECTOR OLD BYTES: its first bytes are again what the file OLD holds.
tear() {
	raw_read "$1" "$2" 8 | tail -c +$(($4 + 1)) >/run/torn.rest
	head -c "$4" "$3" | cat - /run/torn.rest | raw_write "$1" "$2"
}

# poke FILE OFFSET BYTE...
poke() {
	local file=$1 offset=$2 text=
	shift 2
	printf -v text '\\x%x' "$@"
	printf '%b' "$text" | dd of="$file" bs=1 seek="$offset" conv=notrunc status=none
}

# bytes_of NUMBER COUNT: little-endian.
bytes_of() {
	local i
	for ((i = 0; i < $2; i++)); do
		echo $((($1 >> (8 * i)) & 255))
	done
}

CRC_TABLE=()
make_crc_table() {
	local i bit crc
	for ((i = 0; i < 256; i++)); do
		for ((crc = i, bit = 0; bit < 8; bit++)); do
			((crc = crc & 1 ? (crc >> 1) ^ 0x82f63b78 : crc >> 1, 1))
		done
		CRC_TABLE[i]=$crc
	done
}

# seal FILE: gives a metadata block the checksum that its content asks for.
seal() {
	local -a bytes
	local crc=$((0xffffffff)) byte
	((${#CRC_TABLE[@]})) || make_crc_table
	poke "$1" 8 0 0 0 0
	read -ra bytes < <(od -An -v -tu1 -w4096 "$1")
	for byte in "${bytes[@]}"; do
		((crc = (crc >> 8) ^ CRC_TABLE[(crc ^ byte) & 255], 1))
	done
	# shellcheck disable=SC2046 # several words
	poke "$1" 8 $(bytes_of $((crc ^ 0xffffffff)) 4)
}

# forge DEV SECTOR OFFSET BYTE...: a change that comes with a good checksum.
forge() {
	raw_read "$1" "$2" 8 >/run/forged
	poke /run/forged "${@:3}"
	seal /run/forged
	raw_write "$1" "$2" </run/forged
}

# says REGEXP: device-mapper does, in a line of the kernel log since the mark.
says() {
	local log line
	log=$(log_since)
	while IFS= read -r line; do
		[[ $line =~ device-mapper:\ (remap|table):\ .*($1) ]] && return
	done <<<"$log"
	echo "the log does not say '$1', but: $log"
	return 1
}

# refused REGEXP TABLE [dmsetup option...]: the device does not start, the
# kernel log says why, and /dev/disk/main and /dev/disk/spare are as saved in
# /run/main.img and /run/spare.img.
refused() {
	local regexp=$1 table=$2
	shift 2
	log_mark
	if dmsetup create r "$@" <<<"$table"; then
		dmsetup remove r
		echo "it was not refused"
		return 1
	fi
	[[ ! -e /dev/mapper/r ]] || dmsetup remove r || true
	says "$regexp" && cmp /dev/disk/main /run/main.img && cmp /dev/disk/spare /run/spare.img
}

# uuid_of NAME: of the spare; dm_remap_dir NAME: its directory in sysfs.
uuid_of() { dmsetup table "$1" | sed -En 's/.* uuid=([^ ]*).*/\1/p'; }
dm_remap_dir() { echo "/sys/block/dm-$(dmsetup info -c --noheadings -o minor "$1")/dm_remap"; }
