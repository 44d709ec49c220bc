#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What systemd's generator makes of /etc/remaptab, and how udev's helper answers
# where there is no disk.

# shellcheck source=tests/tool/lib.sh
. "$(dirname "$0")/lib.sh"

BOOT=$(dirname "$TOOL")/boot
UNITS=$BOOT/systemd
export DM_REMAP_TAB=$WORK/remaptab

# generate: what the generator says and writes; OUT has the units.
generate() {
	OUT=$WORK/out
	rm -rf "$OUT" && mkdir "$OUT"
	try "$BOOT/dm-remap-generator" "$OUT" "$OUT" "$OUT"
}

tree() { (cd "$OUT" && find . ! -type d | sort | paste -sd ' '); }

exits 1 "the generator needs a directory" "$BOOT/dm-remap-generator"
generate
is "$STATUS $(tree)" "0 " "no file: nothing to do"
echo '# nothing' >remaptab
generate
is "$STATUS $(tree)" "0 " "an empty one: neither"

printf 'a-b\tUUID=1 - spare-timeout=1min\n' >remaptab
generate
is "$STATUS" 0 "a line"
is "$(tree)" "./dev-mapper-a\\x2db.device.requires/remap@a\\x2db.service ./remap.target.wants/remap@a\\x2db.service ./remap@a\\x2db.service.d/remaptab.conf ./sysinit.target.wants/remap.target" \
	"... becomes a unit that boot and its device want"
like "$(readlink "$OUT/remap.target.wants/remap@a\\x2db.service")" '^/.*/remap@\.service$' "... of the template"
conf=$(cat "$OUT/remap@a\\x2db.service.d/remaptab.conf")
like "$conf" $'\nSourcePath='"$DM_REMAP_TAB"$'\n' "... that says where it comes from"
like "$conf" $'\nBefore=remap.target\n' "... that boot waits for"
like "$conf" $'\nConflicts=umount.target\nBefore=umount.target\n' "... that is closed at the end"
like "$conf" $'\nTimeoutStartSec=360$' "... and has its time"

echo 'a UUID=1 - nofail' >remaptab
generate
is "$(tree | grep -c wants/remap@a.service)" 1 "with nofail it is opened"
is "$(grep -c Before=remap.target "$OUT/remap@a.service.d/remaptab.conf")" 0 "... and nothing waits"
echo 'a UUID=1 - noauto' >remaptab
generate
is "$(tree)" "./remap@a.service.d/remaptab.conf" "with noauto nothing wants it"
echo 'a UUID=1 - x-initrd.attach' >remaptab
generate
is "$(grep -c umount.target "$OUT/remap@a.service.d/remaptab.conf")" 0 "what the root is on is not closed"
is "$(grep -c '^ExecStop=$' "$OUT/remap@a.service.d/remaptab.conf")" 1 "... by nobody"

printf 'a UUID=1\nbad LABEL=1\n../../x UUID=3\na UUID=4\nb UUID=5\n' >remaptab
generate
is "$STATUS $(find "$OUT/remap.target.wants" -type l -printf "%f\n" | sort | paste -sd ' ')" "0 remap@a.service remap@b.service" "bad lines are left out"
mkdir tab.d
DM_REMAP_TAB=tab.d generate
is "$STATUS $(tree)" "1 " "what is no file is an error"
rm -rf "$OUT"
try "$BOOT/dm-remap-generator" "$OUT/none"
is "$STATUS" 1 "no place to write is an error"

# systemd's own opinion, of units whose programs exist.
if command -v systemd-analyze >/dev/null; then
	printf '%s\n' 'a-b UUID=1' 'c UUID=2 - nofail' 'd UUID=3 - x-initrd.attach' >remaptab
	generate
	mkdir units
	for unit in "$UNITS"/*; do
		sed 's#@SBINDIR@/remapsetup#/bin/true#; s#^Documentation=.*##; s#/sbin/modprobe#/bin/true#' \
			"$unit" >"units/${unit##*/}"
	done
	find "$OUT" -type l | while read -r link; do
		ln -sfn "$WORK/units/$(basename "$(readlink "$link")")" "$link"
	done
	try env SYSTEMD_UNIT_PATH="$OUT:$WORK/units:" systemd-analyze verify 'remap@a\x2db.service' \
		remap@c.service remap@d.service remap.target remap-scan@c.service remap-scan@c.timer
	is "$STATUS $OUTPUT" "0 " "systemd has nothing to say about the units"
fi

is "$(cat "$UNITS"/remap*.service | grep -c 'remapsetup .*%I' || true)" \
	"$(cat "$UNITS"/remap*.service | grep -c 'remapsetup .*-- .*%I' || true)" "no name is taken for an option"

# The disks of an array are looked at again by rules of mdadm; those that assemble come after that.
rules=$(cd "$BOOT/udev" && echo *.rules)
is "$(printf '%s\n' "$rules" 63-md-raid-arrays.rules 64-md-raid-assembly.rules 64-btrfs.rules | LC_ALL=C sort | paste -sd ' ')" \
	"63-md-raid-arrays.rules $rules 64-btrfs.rules 64-md-raid-assembly.rules" "udev's rules come at the right time"

# The scripts of the initramfs, in a system that has nothing but them. blkid finds the root as soon as
# somebody has made it.
if busybox=$(command -v busybox) && unshare -r true 2>/dev/null; then
	mkdir -p root/bin root/conf root/cryptroot root/scripts/local-block root/etc root/dev/mapper
	cp "$busybox" root/bin/busybox
	for name in sh cat echo mkdir mv true; do ln -s busybox "root/bin/$name"; done
	ln -s true root/bin/sleep
	cp "$BOOT/initramfs-tools/local-premount" "$BOOT/initramfs-tools/local-top" root/
	cp "$BOOT/initramfs-tools/functions" root/scripts/dm-remap
	cat >root/bin/blkid <<-'EOF'
		#!/bin/sh
		echo asked >>/asked
		case $* in
		*UUID=main*) echo /dev/main ;;
		*LABEL=inner*) echo /dev/main1 ;;
		*UUID=plain*) echo /dev/plain ;;
		*UUID=1*) [ -e /dev-root ] && cat /dev-root ;;
		esac
	EOF
	# A main device with a partition in it, and a partition that is a main device.
	cat >root/bin/udevadm <<-'EOF'
		#!/bin/sh
		case $* in
		*--name=/dev/main | *--path=/sys/devices/main) echo DEVTYPE=disk; echo DM_REMAP_MAIN=a ;;
		*--name=/dev/main1) echo DEVTYPE=partition; echo DEVPATH=/devices/main/main1; echo PARTN=1; echo DM_REMAP_MAIN=a ;;
		*--name=/dev/part3) echo DEVTYPE=partition; echo DEVPATH=/devices/disk/part3; echo PARTN=3; echo DM_REMAP_MAIN=b ;;
		*--name=*) echo DEVTYPE=disk ;;
		esac
	EOF
	# shellcheck disable=SC2016 # the script's own
	printf '#!/bin/sh\necho "$1" >>/called\necho /dev/vg/root >/dev-root\n' >root/scripts/local-block/lvm
	# shellcheck disable=SC2016 # the script's own
	echo '/scripts/local-block/lvm "$@"' >root/scripts/local-block/ORDER
	printf '#!/bin/sh\necho tried >>/tried\n[ ! -e /opens ] || cat /opens >/dev/mapper/a\n' >root/scripts/local-block/dm-remap
	echo 'panic() { echo "$@" >/panicked; exit 1; }' >root/scripts/functions
	chmod +x root/bin/blkid root/bin/udevadm root/scripts/local-block/*
	# shellcheck disable=SC2317 # called by exits
	initramfs() {
		timeout 60 unshare -r chroot root /bin/busybox env -i PATH=/bin ROOT="${2:-UUID=1}" /bin/sh "/$1"
	}
	# shellcheck disable=SC2317 # called by exits
	premount() { initramfs local-premount "${1:-}"; }
	# root_for ROOT: what it becomes
	root_for() {
		rm -f root/conf/*
		SAID=$(premount "$1" 2>&1)
		cat root/conf/param.conf 2>/dev/null
	}
	exits 0 "in an initramfs without remaptab" premount
	exits 0 "... no disk is asked for" test ! -e root/asked
	echo 'a UUID=1 ID=2' >root/etc/remaptab
	echo a >root/conf/dm-remap
	exits 0 "with one" premount
	exits 0 "... LVM has to wait for our devices" test ! -e root/called
	touch root/dev/mapper/a
	exits 0 "... and comes after them" premount
	is "$(cat root/called 2>/dev/null)" "UUID=1" "... a root on LVM is not waited for in vain"
	rm root/dev/mapper/a
	touch root/dev/main root/dev/main1 root/dev/part3 root/dev/plain
	is "$(root_for UUID=main)" ROOT=/dev/mapper/a "a root on a main device, by UUID, is the mapped one"
	is "$(cat root/conf/dm-remap)" a "... which local-block opens"
	is "$(root_for /dev/main)" ROOT=/dev/mapper/a "the same by the disk's name"
	root_for /dev/main >/dev/null
	is "$SAID" "dm-remap: /dev/main is the main device of a; used is /dev/mapper/a" "... and this is told"
	is "$(root_for /dev/part3)" ROOT=/dev/mapper/b "a partition that is a main device"
	is "$(root_for /dev/main1)" ROOT=/dev/mapper/a-part1 "a partition on one is no root, but what kpartx makes of it"
	root_for LABEL=inner >/dev/null
	like "$SAID" "a partition of the main device of a; used is /dev/mapper/a-part1," "... also by label, and this is told"
	is "$(root_for /dev/plain)$(root_for UUID=plain)" "" "any other root stays"

	echo UUID=main >root/conf/dm-remap.usr
	exits 1 "a /usr on a main device that cannot be opened stops the boot" premount /dev/plain
	like "$(cat root/panicked)" "/dev/mapper/a cannot be opened" "... and this is told"
	rm root/panicked
	touch root/opens
	exits 0 "one that can be opened does not" premount /dev/plain
	exits 0 "... it is open then" test -e root/dev/mapper/a
	rm root/opens root/dev/mapper/a root/conf/*

	printf '%s\n' 'one UUID=main none luks' 'two UUID=plain /key luks,discard' 'three UUID=late none' 'four /dev/part3 none' \
		'five LABEL=late none' 'six UUID=a/../b none' >root/cryptroot/crypttab
	rm root/tried
	exits 0 "what cryptsetup opens in the initramfs" initramfs local-top
	is "$(paste -sd: root/cryptroot/crypttab)" \
		"one /dev/mapper/a none luks:two UUID=plain /key luks,discard:three /dev/disk/by-uuid/late none:four /dev/mapper/b none:five LABEL=late none:six UUID=a/../b none" \
		"... is on mapped devices, or has udev's link"
	is "$(paste -sd: root/conf/dm-remap)" "a:b" "... which are opened"
	is "$(grep -c . root/tried)" 5 "... or tried, as long as cryptsetup's script waits there"

	# Disks as the kernel and udev have them; udev is not through with the last.
	# disk NAME NUMBER [LINE OF UDEV]
	disk() {
		mkdir -p "root/sys/class/block/${1//\//!}" root/run/udev/data
		printf '%s\n' "MAJOR=${2%:*}" "MINOR=${2#*:}" "DEVNAME=$1" DEVTYPE=disk >"root/sys/class/block/${1//\//!}/uevent"
		(($# < 3)) || printf '%s\n' I:1 "E:$3" G:systemd >"root/run/udev/data/b$2"
	}
	# for_md: what mdadm may look at
	for_md() { paste -sd: root/etc/mdadm/mdadm.conf.d/dm-remap.conf; }
	cp "$BOOT/initramfs-tools/local-block" root/
	rm -r root/conf/*
	disk main 8:0 DM_REMAP_MAIN=a
	disk dm-1 254:1 DM_NAME=a
	disk cciss/c0d0 104:0 DM_REMAP_MAIN=
	disk late 8:16
	exits 0 "without mdadm" initramfs local-block
	exits 0 "... it is told nothing" test ! -e root/etc/mdadm
	mkdir root/etc/mdadm
	echo '#DEVICE partitions containers' >root/etc/mdadm/mdadm.conf
	for script in local-top local-block; do
		rm -rf root/etc/mdadm/mdadm.conf.d
		exits 0 "with mdadm, $script" initramfs $script
		is "$(for_md)" "DEVICE containers:DEVICE /dev/cciss/c0d0:DEVICE /dev/dm-1" "... names all disks but main devices, and what udev is not through with"
	done
	disk late 8:16 ID_FS_TYPE=linux_raid_member
	exits 0 "once it is" initramfs local-block
	is "$(for_md)" "DEVICE containers:DEVICE /dev/cciss/c0d0:DEVICE /dev/dm-1:DEVICE /dev/late" "... that one is named, too"
	rm -r root/sys/class/block/{late,dm-1,cciss*}
	exits 0 "with a main device alone" initramfs local-block
	is "$(for_md)" "DEVICE containers" "... there is a line all the same, without which it were all"
	rm -r root/etc/mdadm/mdadm.conf.d
	# as "mdadm --detail --scan --verbose" has it
	printf '%s\n' 'ARRAY /dev/md0 level=raid1 num-devices=2 UUID=1:2:3:4' '   devices=/dev/sda1,/dev/sdb1' >>root/etc/mdadm/mdadm.conf
	exits 0 "where the devices of an array are told" initramfs local-block
	is "$(for_md)" "DEVICE containers" "... that is no list of the administrator"
	rm -r root/etc/mdadm/mdadm.conf.d
	printf ' device /dev/sdx' >>root/etc/mdadm/mdadm.conf
	exits 0 "where the administrator has named some" initramfs local-block
	exits 0 "... they count" test ! -e root/etc/mdadm/mdadm.conf.d
else
	pass "# SKIP without busybox, or user namespaces"
fi
is "$(sh "$BOOT/initramfs-tools/local-top" prereqs)" "iscsi multipath nbd" "the scripts that bring disks are known by name"

exits 2 "udev's helper needs a question" "$BOOT/dm-remap-udev"
exits 2 "... and a known one" "$BOOT/dm-remap-udev" which /dev/null
exits 1 "... about a disk" "$BOOT/dm-remap-udev" spare /dev/null
exits 1 "... that exists" "$BOOT/dm-remap-udev" main /dev/none disk/by-id/x
done_testing
