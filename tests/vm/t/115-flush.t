# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# summary: flushes and FUA reach both disks, and the spare only when it is in use
# timeout: 90
# disk: vmain 16M
# disk: vspare 16M

# shellcheck source=/dev/null
. "$VM_DIR/lib.sh"

D=/dev/mapper/r
OPTIONS="confirm_ms=20"

# use MAIN SPARE
use() {
	M=/dev/disk/$1 S=/dev/disk/$2
	MAIN_STAT=/sys/block/$(block "$M")/stat
	SPARE_STAT=/sys/block/$(block "$S")/stat
}

# flushed COMMAND...: the flushes that main and the spare see while it runs. As
# count_flushes, without a process for each number.
flushed() {
	local main_before spare_before main_after spare_after
	read -ra main_before <"$MAIN_STAT"
	read -ra spare_before <"$SPARE_STAT"
	"$@" >&2
	read -ra main_after <"$MAIN_STAT"
	read -ra spare_after <"$SPARE_STAT"
	echo "$((main_after[15] - main_before[15])) $((spare_after[15] - spare_before[15]))"
}

# The flush of one fdatasync, and nothing but that.
sync_device() { sync -d $D; }

# flush_counts KIND: on disks with volatile caches
flush_counts() {
	local table

	table="0 $(sectors "$M") remap $M 0 $S 0"
	ok "$1: format" dm_create r "$table 2 format $OPTIONS"
	is "$(cat "/sys/dev/block/$(dmsetup info -c --noheadings -o major,minor r)/queue/write_cache")" \
		"write back" "$1: the device says it has a cache"
	is "$(flushed sync_device)" "1 0" "$1: with an empty map a flush goes to main only"
	is "$(flushed pattern_write $D 0 512 1 --bs 262144)" "0 0" "$1: a plain write flushes nothing"

	ok "$1: a block is remapped" dmsetup message r 0 remap 10
	is "$(flushed sync_device)" "1 1" "$1: now a flush goes to both"
	is "$(flushed pattern_write $D 0 512 1 --bs 262144)" "0 0" "$1: a plain write still flushes nothing"
	is "$(flushed pattern_write $D 800 8 1)" "0 0" "$1: elsewhere neither"
	dmsetup suspend r
	dmsetup resume r
	is "$(flushed sync_device)" "1 1" "$1: after suspend and resume too"
	dmsetup remove r
	dm_create r "$table 1 $OPTIONS"
	is "$(flushed sync_device)" "1 1" "$1: and after another activation"
	ok "$1: the data is there" pattern_check $D 0 512 1
}

load_core

use vmain vspare
flush_counts virtio
# A synchronous write is one with FUA and a flush after it. These disks have no FUA: the
# kernel sends a flush for that as well.
is "$(flushed pattern_write $D 0 8 2 --fua)" "2 1" "virtio: a FUA write to main flushes main"
is "$(flushed pattern_write $D 80 8 2 --fua)" "1 2" "virtio: one to a remapped block the spare"
# The block layer may serve the two parts on main with one flush.
like "$(flushed pattern_write $D 72 24 2 --fua --bs 12288)" "^[23] 2$" \
	"virtio: one to a range with a remapped block in the middle both"
ok "virtio: with the right data" pattern_check $D 72 24 2
# Durable before it is acknowledged: the data, one copy of the map, the other copy.
read -r MAIN_FLUSHES SPARE_FLUSHES < <(flushed dmsetup message r 0 remap 500)
is "$MAIN_FLUSHES" 0 "virtio: a relocation does not flush main"
ok "virtio: and the spare at least three times" test "$SPARE_FLUSHES" -ge 3
dmsetup remove r

# FUA of a write that is repaired: null_blk fails, and has a cache as well.
make_null_blk main 16 cache_size=4
make_null_blk spare 16 cache_size=4
use main spare
flush_counts null_blk
null_bad main +4000-4001
read -r MAIN_FLUSHES SPARE_FLUSHES < <(flushed pattern_write $D 4000 2 3 --bs 512 --fua)
ok "null_blk: a write over bad sectors flushes the spare before it is done" \
	test "$SPARE_FLUSHES" -ge 3
ok "null_blk: a flush after it succeeds" sync_device
ok "null_blk: the data is there" pattern_check $D 4000 2 3
ok "remove" dmsetup remove r
done_testing
