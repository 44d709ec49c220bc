# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# summary: ext4 on top, with sectors going bad while files are written
# timeout: 150

# shellcheck source=/dev/null
. "$VM_DIR/lib.sh"

# 174 and 175 source this for the others.
FS=${FS:-ext4}
MB=320
LEN=$((MB * 2048))

load_core
make_null_blk base $MB
modprobe "$FS"

# What is written: files of all sizes.
mkdir -p /run/src/sub /run/mnt
RANDOM=7
dd if=/dev/urandom of=/run/src/big bs=64k count=64 status=none
for ((i = 0; i < 16; i++)); do
	tail -c $((RANDOM * (1 + RANDOM % 10) + 1)) /run/src/big >"/run/src/sub/file$i"
done

# Two kinds of faults. From the start, sectors that neither read nor write,
# and that nobody has data on. Later, and more at each step, sectors that still read and take
# no writes: what is on them is moved without loss. PLACES is in file system blocks.
PLACES=()
for ((i = 0; i < 240; i++)); do
	# more of them where every file system begins to write
	((i % 2)) && PLACES+=($((RANDOM % 8192))) || PLACES+=($(((RANDOM * 32768 + RANDOM) % (LEN / 8))))
done
mapfile -t SORTED < <(printf '%s\n' "${PLACES[@]}" | sort -nu)

# faulty_table STEP
faulty_table() {
	local at=0 i block kind
	for i in "${!SORTED[@]}"; do
		block=${SORTED[i]}
		((block * 8 >= at)) || continue
		case $((i % 5)) in
		0) kind=error ;;
		[1-3]) ((i % 5 <= $1)) || continue && kind="flakey /dev/disk/base $((block * 8)) 0 3600 1 error_writes" ;;
		*) continue ;;
		esac
		((block * 8 == at)) || echo "$at $((block * 8 - at)) linear /dev/disk/base $at"
		echo "$((block * 8)) 8 $kind"
		at=$((block * 8 + 8))
	done
	((at == LEN)) || echo "$at $((LEN - at)) linear /dev/disk/base $at"
}
for step in 0 1 2 3; do faulty_table $step >/run/table$step; done

next_faults() {
	dmsetup reload m </run/table"$1"
	dmsetup resume --noflush m
}

copy_and_change() {
	cp -r /run/src "/run/mnt/copy$1"
	# in place, in part, over what may be on faulty sectors by now
	dd if=/run/src/sub/file1 of="/run/mnt/copy1/big" bs=3000 seek="$1" conv=notrunc status=none
	dd if=/run/src/sub/file1 of=/run/want/copy1/big bs=3000 seek="$1" conv=notrunc status=none
	sync -f /run/mnt
}

same_files() {
	diff -r /run/want/copy1 /run/mnt/copy1
	diff -r /run/src /run/mnt/copy2
	diff -r /run/src /run/mnt/copy3
}

run() {
	local fs=$1 make=$2 check=$3 table dm step
	make_null_blk "spare-$fs" 8
	dm_create m "$(</run/table0)"
	table="0 $LEN remap /dev/mapper/m 0 /dev/disk/spare-$fs 0"
	dm_create r "$table 1 format"
	dm=dm-$((0x$(stat -c %T /dev/mapper/r)))
	mkdir -p /run/want && cp -r /run/src /run/want/copy1
	ok "$fs: mkfs" bash -c "$make /dev/mapper/r"
	# which has looked for other file systems on sectors that never held data
	log_mark
	ok "$fs: mount" mount -t "$fs" /dev/mapper/r /run/mnt
	for step in 1 2 3; do
		copy_and_change $step &
		sleep 0.3
		next_faults $step
		STATUS=0
		wait $! || STATUS=$?
		is $STATUS 0 "$fs: files are written while faults arrive (step $step)"
	done
	ok "$fs: umount" umount /run/mnt
	ok "$fs: the file system is clean" bash -c "$check /dev/mapper/r"
	ok "$fs: mount again" mount -t "$fs" /dev/mapper/r /run/mnt
	ok "$fs: all files are right" same_files
	umount /run/mnt
	dm_remove r
	dm_create r "$table"
	mount -t "$fs" -o ro /dev/mapper/r /run/mnt
	ok "$fs: and after another activation" same_files
	umount /run/mnt
	diag "$fs: $(dmsetup status r)"
	isnt "$(dmsetup status r | cut -d' ' -f9)" 0 "$fs: blocks were remapped"
	is "$(log_since | grep -m 5 -E "error.*(dev|device) $dm|$dm.*[Ee]rror" || true)" "" \
		"$fs: no error of the device has reached the file system"
	dm_remove r
	dm_remove m
	rm -r /run/want
}

case $FS in
ext4) run ext4 "mkfs.ext4 -q -b 4096 -E nodiscard" "e2fsck -fn" ;;
# it writes and reads single sectors otherwise, also next to bad ones
xfs) run xfs "mkfs.xfs -q -K -s size=4096" "xfs_repair -n" ;;
btrfs) run btrfs "mkfs.btrfs -q -K" "btrfs check --readonly" ;;
esac
done_testing
