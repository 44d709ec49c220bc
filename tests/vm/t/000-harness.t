# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# summary: the harness itself: boots, fault injection, disks over a power cut
# timeout: 60
# boots: 2
# disk: main 16M
# disk: spare 8M scsi logical_block_size=4096 physical_block_size=4096

# shellcheck source=/dev/null
. "$VM_DIR/lib.sh"

first_boot() {
	is "$(uname -r)" "$VM_RELEASE" "the kernel is the one asked for"
	ok "modules load" modprobe dm-mod

	make_null_blk faulty 8
	ok "a faulty disk takes data" pattern_write /dev/disk/faulty 0 0 1
	null_bad faulty +100-107 +2000-2000
	ok "it fails exactly where told" \
		pattern_check /dev/disk/faulty 0 0 1 --errors "$(as_bad_list 100-107 2000-2000)"
	fails "which a plain check notices" pattern_check /dev/disk/faulty 0 0 1
	fails "writes fail there too" pattern_write /dev/disk/faulty 2000 1 2
	null_bad faulty -100-107
	is "$(pattern read-map /dev/disk/faulty 90 2000)" \
		"90 1910 seed:1
2000 1 error:EIO
2001 89 seed:1" "and reads again when repaired"

	dm_create line "0 8192 linear /dev/disk/faulty 8192"
	ok "dm-linear takes data" pattern_write /dev/mapper/line 0 0 2
	ok "which is where it should be" pattern_check /dev/mapper/line 0 0 2
	is "$(pattern read-map /dev/disk/faulty 8191 2)" \
		"8191 1 seed:1
8192 1 misplaced:-8192" "and misplaced when seen from below"
	dm_reload line "0 4096 linear /dev/disk/faulty 0"
	is "$(sectors /dev/mapper/line)" 4096 "a table can be changed"
	ok "and removed" dm_remove line

	is "$(sectors /dev/disk/main)" $((16 * 2048)) "disks have their size"
	is "$(blockdev --getss /dev/disk/spare)" 4096 "and their properties"
	local before
	before=$(count_flushes /dev/disk/main)
	ok "they take data" pattern_write /dev/disk/main 0 0 3 --flush
	isnt "$(count_flushes /dev/disk/main)" "$before" "and flushes are seen"
	ok "on the SCSI disk too" pattern_write /dev/disk/spare 0 0 4 --flush

	record "before the cut"
	pass "power is cut"
	power_cut
}

second_boot() {
	is "$(recorded)" "before the cut" "the record outlives the cut"
	ok "so does the data" pattern_check /dev/disk/main 0 0 3
	ok "on both disks" pattern_check /dev/disk/spare 0 0 4
	done_testing
}

case $BOOT in
1) first_boot ;;
2) second_boot ;;
esac
