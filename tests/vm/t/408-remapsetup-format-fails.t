# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# summary: a spare that fails while it is formatted is never taken for one
# timeout: 240
# disk: main 16M

# shellcheck source=/dev/null
. "$VM_DIR/lib.sh"
# shellcheck source=/dev/null
. "$VM_DIR/tools/meta.sh"
# shellcheck source=/dev/null
. "$VM_DIR/tools/remapsetup.sh"

M=/dev/disk/main
load_core
modprobe dm-flakey
make_null_blk model 8
make_null_blk under 8
rs format /dev/disk/model --data-device $M -q
read_layout /dev/disk/model
pattern_write $M 0 0 1
END=$(sectors /dev/disk/under)

# refuses_writes SECTOR: a spare of which these 8 sectors read as zeros and take nothing.
refuses_writes() {
	local at=$1 table=''
	dd if=/dev/zero of=/dev/disk/under bs=1M count=8 oflag=direct status=none
	((at == 0)) || table="0 $at linear /dev/disk/under 0"$'\n'
	table+="$at 8 flakey /dev/disk/under $at 0 1 1 error_writes"
	((at + 8 == END)) || table+=$'\n'"$((at + 8)) $((END - at - 8)) linear /dev/disk/under $((at + 8))"
	dm_create weak "$table"
}

for place in "0 superblock A" "$SUPER_B superblock B" "$(table_block A 3) a block of table A" \
	"$(table_block B 15) the last block of table B" "$HEALTH_A health A" "$HEALTH_B health B"; do
	refuses_writes "${place%% *}"
	refuses 4 'could not be formatted \(Input/output error\) and is no spare; nothing was written to /dev/disk/main' \
		"${place#* } cannot be written" rs format /dev/mapper/weak --data-device $M -q
	dm_remove weak
	# Superblock A comes first: without it nothing was written at all.
	if [[ $place == "0 "* ]]; then
		ok "the device is blank" cmp -n $((8 << 20)) /dev/disk/under /dev/zero
	else
		refuses 4 'formatting was interrupted' "what is there is no spare" rs open /dev/disk/under r
	fi
	ok "a good disk in its place is one" rs format /dev/disk/under --data-device $M -q
	ok "main is unharmed" pattern_check $M 0 0 1
done

null_bad under +0-0
refuses 4 'cannot be read to see what it holds' "a spare that does not read" \
	rs format /dev/disk/under --data-device $M -q --force
null_bad under -0-0
dd if=/dev/zero of=/dev/disk/under bs=1M count=8 oflag=direct status=none
null_bad under "+$((TABLE_B + 17))-$((TABLE_B + 17))"
refuses 4 'cannot be read near sector [0-9]+ \(Input/output error\), where the map would be' "one whose map would lie in a bad place" \
	rs format /dev/disk/under --data-device $M -q --force
# What a disk calls a medium error reaches programs by a number of its own.
make_scsi_debug medium medium_error_start=100 medium_error_count=8
echo 2 >/sys/bus/pseudo/drivers/scsi_debug/opts
refuses 4 'cannot be read near sector [0-9]+ \(No data available\)' "one with a medium error" \
	rs format /dev/disk/medium --data-device $M -q --force
done_testing
