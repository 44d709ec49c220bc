# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# summary: LVM on top: volumes, a snapshot and pvmove while sectors go bad
# timeout: 120

# shellcheck source=/dev/null
. "$VM_DIR/lib.sh"

load_core
modprobe -a dm-snapshot dm-mirror
make_null_blk main 64
make_null_blk spare 16
make_null_blk other 64
D=/dev/mapper/r
LEN=$(sectors /dev/disk/main)
TABLE="0 $LEN remap /dev/disk/main 0 /dev/disk/spare 0"

# LVM may see the remap device and the other disk, never the main device.
OTHER=$(readlink -f /dev/disk/other)
lvm_do() {
	lvm "$1" --config "devices { filter = [ \"a|^$D\$|\", \"a|^$OTHER\$|\", \"r|.*|\" ] }" \
		-qq --yes "${@:2}"
}

# go_bad FIRST LAST COUNT: scattered in what holds no data yet, as a disk
# would have it; where something is written next
RANDOM=31
go_bad() {
	local i at
	for ((i = 0; i < $3; i++)); do
		at=$(($1 + (RANDOM * 32768 + RANDOM) % ($2 - $1 - 8)))
		null_bad main "+$at-$((at + RANDOM % 3))"
	done
}
remapped() { dmsetup status r | cut -d' ' -f9; }

dm_create r "$TABLE 1 format"
ok "pvcreate" lvm_do pvcreate $D "$OTHER"
ok "vgcreate" lvm_do vgcreate -s 1m vg $D "$OTHER"
go_bad 4096 "$LEN" 60
ok "lvcreate on the device" lvm_do lvcreate -Zn -Wn -n lv -l 24 vg $D
LV=/dev/mapper/vg-lv
ok "the volume takes data" pattern_write $LV 0 0 1 --flush
ok "and gives it back" pattern_check $LV 0 0 1
isnt "$(remapped)" 0 "over bad sectors"

ok "a snapshot" lvm_do lvcreate -s -n snap -l 30 vg/lv $D
ok "the origin is written" pattern_write $LV 0 30000 2 --bs 24576
ok "the snapshot has what was there before" pattern_check /dev/mapper/vg-snap 0 0 1
ok "the origin has the new data" pattern_check $LV 0 30000 2
ok "and the old where nothing was written" pattern_check $LV 30000 0 1
ok "the snapshot is removed" lvm_do lvremove vg/snap

BEFORE=$(remapped)
# What the snapshot had is free now.
go_bad 60000 "$LEN" 60
pattern_write $LV 0 0 3 --bs 4096 >/run/write.log &
WRITER=$!
ok "pvmove away, while it is written" lvm_do pvmove -i 1 -n lv $D "$OTHER"
wait $WRITER
ok "the data has moved" pattern_check $LV 0 0 3
# Nothing but LVM's own is on the device now.
go_bad 4096 "$LEN" 100
pattern_write $LV 0 0 4 --bs 4096 >/run/write.log &
WRITER=$!
ok "pvmove back, to where sectors have gone bad" lvm_do pvmove -i 1 -n lv "$OTHER" $D
wait $WRITER
ok "the data has moved back" pattern_check $LV 0 0 4
ok "more blocks are remapped" test "$(remapped)" -gt "$BEFORE"
ok "the volume grows" lvm_do lvextend -l +10 vg/lv $D
ok "and takes data there" pattern_write $LV 0 0 5
ok "all is right" pattern_check $LV 0 0 5

ok "the group is deactivated" lvm_do vgchange -an vg
dm_remove r
dm_create r "$TABLE"
ok "and activated on a device that was activated again" lvm_do vgchange -ay vg
ok "with all of its data" pattern_check $LV 0 0 5
ok "nothing was lost" dm_status_is r ' rw normal [0-9]+ [0-9/]+ 0 [0-9]+ 0 '
lvm_do vgchange -an vg
ok "remove" dm_remove r
done_testing
