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

# The script of the initramfs, in a system that has nothing but it. blkid finds the root as soon as
# somebody has made it.
if busybox=$(command -v busybox) && unshare -r true 2>/dev/null; then
	mkdir -p root/bin root/conf root/scripts/local-block root/etc root/dev/mapper
	cp "$busybox" root/bin/busybox
	for name in sh cat echo true; do ln -s busybox "root/bin/$name"; done
	ln -s true root/bin/sleep
	cp "$BOOT/initramfs-tools/local-premount" root/
	printf '#!/bin/sh\necho asked >>/asked\n[ -e /dev-root ] && cat /dev-root\n' >root/bin/blkid
	printf '#!/bin/sh\nexit 0\n' >root/bin/udevadm
	# shellcheck disable=SC2016 # the script's own
	printf '#!/bin/sh\necho "$1" >>/called\necho /dev/vg/root >/dev-root\n' >root/scripts/local-block/lvm
	# shellcheck disable=SC2016 # the script's own
	echo '/scripts/local-block/lvm "$@"' >root/scripts/local-block/ORDER
	printf '#!/bin/sh\nexit 0\n' >root/scripts/local-block/dm-remap
	chmod +x root/bin/blkid root/bin/udevadm root/scripts/local-block/*
	# shellcheck disable=SC2317 # called by exits
	premount() {
		timeout 60 unshare -r chroot root /bin/busybox env -i PATH=/bin ROOT=UUID=1 \
			/bin/sh /local-premount
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
else
	pass "# SKIP without busybox, or user namespaces"
fi

exits 2 "udev's helper needs a question" "$BOOT/dm-remap-udev"
exits 2 "... and a known one" "$BOOT/dm-remap-udev" which /dev/null
exits 1 "... about a disk" "$BOOT/dm-remap-udev" spare /dev/null
exits 1 "... that exists" "$BOOT/dm-remap-udev" main /dev/none disk/by-id/x
done_testing
