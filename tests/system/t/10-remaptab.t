#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Devices of /etc/remaptab come up at boot: after a clean stop, after a power cut, and
# what happens when the spare is not there.
# Scripts of the guest are text here.
# shellcheck disable=SC2016,SC1091

# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/../lib.sh"

FS=11111111-2222-3333-4444-555555555555
SPARE=5aa5e000-0000-0000-0000
tree_new boot
tree_install
mkdir -p "$TREE/srv/data" "$TREE/srv/pool"
tree_initramfs
image system 1G
blank main 64M
blank spare 16M
blank disk2 64M
blank spare2 16M
# Main device and spare on one disk, and a disk that has partitions as a whole.
blank disk3 96M
sfdisk -q "$WORK/disk3.img" <<EOF
label: gpt
name="the main", size=64M
uuid=$SPARE-000000000003
EOF
blank disk4 64M
sfdisk -q "$WORK/disk4.img" <<<'label: gpt
name=one'

in_initramfs() { tree_run lsinitramfs "/boot/initrd.img-$RELEASE" | grep -E "$1"; }
ok "the initramfs can be looked into" in_initramfs ext4.ko
ok "without a line in remaptab, nothing of dm-remap is in it" \
	eval '! in_initramfs "remapsetup|dm-remap-core|remaptab|63-remap.rules"'

# As an administrator would: these two files, and update-initramfs.
cat >"$TREE/etc/remaptab" <<EOF
# name	spare		main			options
data	UUID=$SPARE-000000000001	ID=serial:main	spare-timeout=20s
pool	UUID=$SPARE-000000000002	/dev/disk/by-id/virtio-disk2 nofail
bad	LABEL=nonsense
parts	PARTUUID=$SPARE-000000000003 - nofail,data-device=PARTLABEL=the\\x20main
whole	/dev/disk/by-id/none	ID=serial:disk4	noauto
EOF
echo 'devices { global_filter = [ "r|^/dev/disk/by-dm-remap/|" ] }' >"$TREE/etc/lvm/lvmlocal.conf"
tree_initramfs
ok "with a line, its rules are in the initramfs" in_initramfs 63-remap.rules
# A root that fstab names by its UUID turns out to be on one only at boot.
ok "and what opens a device, should the root be on it" \
	eval 'in_initramfs sbin/remapsetup && in_initramfs dm-remap-core.ko'
ok "but no device that it has to open" eval '! in_initramfs conf/dm-remap'
cp "$TREE/boot/initrd.img-$RELEASE" "$WORK/initrd-hides"
cp "$TREE/etc/remaptab" "$TREE/etc/lvm/lvmlocal.conf" "$WORK"
JOB_FILES=("$WORK/remaptab" "$WORK/lvmlocal.conf")

boot "a system without remaptab; disks are formatted" 240 LABEL=system \
	system main spare disk2 spare2 disk3 disk4 <<EOF
FS=$FS
wait_for_boot
check "a file system on a partition" mkfs.ext4 -q -L parts \$(disk disk3)1
check "its spare on the next" remapsetup format -q --data-device \$(disk disk3)1 \$(disk disk3)2
check "a file system on another" mkfs.ext4 -q -L whole \$(disk disk4)1
main=\$(disk main) spare=\$(disk spare) disk2=\$(disk disk2) spare2=\$(disk spare2)
check "no unit of dm-remap is there" bash -c '! systemctl list-units --all --plain | grep -q ^remap'
check "a file system on the main disk" mkfs.ext4 -q -U \$FS \$main
check "its spare" remapsetup format -q --uuid $SPARE-000000000001 --data-device \$main \$spare
check "a second spare" remapsetup format -q --uuid $SPARE-000000000002 --data-device \$disk2 \$spare2
udevadm settle
is "udev knows a spare" "\$(udev_property \$spare ID_FS_TYPE) \$(udev_property \$spare ID_FS_UUID)" \
	"dm_remap_spare $SPARE-000000000001"
# A device-mapper device that is a spare, as it would be on LVM.
mkdir -p /run/udev/rules.d
cat >/run/udev/rules.d/61-test.rules <<RULES
ENV{DM_NAME}=="unread1", ENV{DM_NOSCAN}="1"
ENV{DM_NAME}=="unread2", ENV{.DM_NOSCAN}="1"
ENV{DM_NAME}=="unread3", ENV{DM_UDEV_DISABLE_OTHER_RULES_FLAG}="1"
RULES
udevadm control --reload
linear() { dmsetup create \$1 --table "0 \$(blockdev --getsz \$spare) linear \$spare 0"; }
linear plain
udevadm settle
is "a spare on device-mapper is known" "\$(udev_property /dev/mapper/plain ID_FS_TYPE)" dm_remap_spare
dmsetup suspend plain
udevadm trigger --action=change --name-match=/dev/mapper/plain
check "while it is suspended nothing of udev waits for it" udevadm settle --timeout=\$((20 * PATIENCE))
is "and it is a spare still" "\$(udev_property /dev/mapper/plain ID_FS_TYPE)" dm_remap_spare
dmsetup resume plain
check "it is closed" dmsetup remove --retry plain
for nr in 1 2 3; do
	linear unread\$nr
	udevadm settle
	is "one that is not to be looked at is not, \$nr" "\$(udev_property /dev/mapper/unread\$nr ID_FS_TYPE)" ""
	dmsetup remove --retry unread\$nr
done
rm /run/udev/rules.d/61-test.rules
udevadm control --reload
is "a disk that nobody lists has its link" "\$(readlink -f /dev/disk/by-uuid/\$FS)" "\$main"
check "a device is opened by hand" remapsetup open \$spare data
check "the second as well" remapsetup open \$spare2 pool
udevadm settle
is "the link goes to the mapped device" "\$(readlink -f /dev/disk/by-uuid/\$FS)" "\$(readlink -f /dev/mapper/data)"
is "the main disk is marked" "\$(udev_property \$main ID_FS_TYPE)" dm_remap_member
check "the device is closed" remapsetup close data
udevadm settle
is "closed and not listed, the link is the disk's again" "\$(readlink -f /dev/disk/by-uuid/\$FS)" "\$main"
refuse "without a filter LVM warns of two disks with one PV" bash -c 'pvcreate -q /dev/mapper/pool && vgcreate -q vg /dev/mapper/pool'
cp lvmlocal.conf /etc/lvm/
check "with one, LVM sees the mapped device alone" pvcreate -q -ff -y -q /dev/mapper/pool
check "a volume group" vgcreate -q vg /dev/mapper/pool
check "a volume" lvcreate -q -y -n lv -L 20M vg
check "its file system" mkfs.ext4 -q /dev/vg/lv
cp remaptab /etc/
cat >>/etc/fstab <<TAB
UUID=\$FS	/srv/data	ext4	nofail	0 2
/dev/vg/lv	/srv/pool	ext4	nofail	0 2
TAB
check "attach does what remaptab says" remapsetup attach data
refuse "attach refuses a bad line" remapsetup attach bad
like "and names file and line" "\$OUTPUT" "/etc/remaptab:4: "
check "twice is no error" remapsetup attach data
refuse "what is not listed is refused" remapsetup attach other
check "the second is closed" bash -c 'vgchange -q -an vg && remapsetup close pool'
check "its disk keeps its link by serial number" test -e /dev/disk/by-id/virtio-disk2
refuse "all of them: the bad line fails" remapsetup attach
diag "\$OUTPUT"
check "the others are open" remapsetup status pool
systemctl daemon-reload
mount /srv/data
echo first >/srv/data/file
dd if=/dev/urandom of=/srv/data/big bs=1M count=8 status=none
block=\$(filefrag -e /srv/data/big | awk '\$1 == "0:" { print \$4 + 0 }')
check "blocks of a file are moved" remapsetup relocate data \$block+8
sha256sum /srv/data/big >/srv/data/sum
EOF

checks='
FS='$FS'
wait_for_boot
is "the system is up" "$SYSTEM_STATE" running
main=$(disk main)
is "the device is open, its unit active" "$(systemctl is-active remap@data.service remap@pool.service | paste -sd " ")" "active active"
diag "$(journalctl -b -o cat -u remap@pool.service)"
check "remapsetup shows it" remapsetup status data
is "its file system is mounted from fstab, over the map" \
	"$(findmnt -nvo SOURCE /srv/data)" /dev/mapper/data
check "what was written is there" sha256sum -c /srv/data/sum
is "the link by UUID goes to the mapped device" "$(readlink -f /dev/disk/by-uuid/$FS)" "$(readlink -f /dev/mapper/data)"
is "blkid finds the mapped device" "$(readlink -f "$(blkid -U $FS)")" "$(readlink -f /dev/mapper/data)"
is "the main disk shows no file system to udev" \
	"$(udev_property $main ID_FS_TYPE) $(udev_property $main ID_FS_UUID) $(udev_property $main SYSTEMD_READY)" "dm_remap_member  0"
check "its link by serial number stays" test -e /dev/disk/by-id/virtio-main
is "LVM uses the mapped device" "$(pvs --noheadings -o pv_name 2>/dev/null | tr -d " ")" /dev/mapper/pool
is "the volume lies on it" "$(dmsetup deps -o devname vg-lv | grep -o "(.*)")" "(pool)"
is "and is mounted" "$(findmnt -nvo SOURCE /srv/pool)" /dev/mapper/vg-lv
is "the file system of a partition is on its mapped device" \
	"$(readlink -f /dev/disk/by-label/parts)" "$(readlink -f /dev/mapper/parts)"
is "of a hidden disk the partitions are hidden" "$(udev_property $(disk disk4)1 ID_FS_TYPE)" dm_remap_member
refuse "and have no link by label" test -e /dev/disk/by-label/whole
check "they have one by their own name" test -e /dev/disk/by-partlabel/one
like "the bad line is told in the log" "$(dmesg)" "/etc/remaptab:4: bad: the spare"
'

export JOB_FILES=() INITRD=$WORK/initrd-hides
boot "the second boot, after a clean one" 240 LABEL=system system main spare disk2 spare2 disk3 disk4 <<EOF
$checks
is "the first file" "\$(cat /srv/data/file)" first
refuse "the raw disk cannot be mounted" mount -o ro \$main /mnt
check "systemd finds the units right" systemd-analyze verify --man=no remap@data.service remap.target remap-scan@data.service remap-scan@data.timer
is "and has nothing to say" "\$OUTPUT" ""
is "the timer is off" "\$(systemctl is-enabled remap-scan@data.timer)" disabled
# A busy device is scanned slowly.
(while :; do dd if=/dev/mapper/data of=/dev/null bs=1M iflag=direct status=none; done) &
check "a scan begins" systemctl start remap-scan@data.service
sleep 3
diag "\$(remapsetup scan status data 2>&1)"
like "and runs" "\$(remapsetup scan status data -n -o STATE 2>&1)" "^(scanning|yielding|confirming)"
check "stopping it pauses" systemctl stop remap-scan@data.service
is "the scanner says so" "\$(remapsetup scan status data -n -o STATE 2>&1)" paused
kill \$!
echo second >/srv/data/file
sync -f /srv/data/file
(while :; do echo x >>/srv/data/more; sync -f /srv/data/more; done) &
sleep 2
power_cut
EOF

boot "the boot after a power cut" 240 LABEL=system system main spare disk2 spare2 disk3 disk4 <<EOF
$checks
is "what was flushed is there" "\$(cat /srv/data/file)" second
check "and what was written then" test -s /srv/data/more
EOF
ok "the system closes what it can" on_console "remap@data.service: Deactivated successfully"
ok "and that the volume group is still open is no failure" eval '! on_console "remap@pool.service: Failed"'

blank other 16M
boot "a boot without the spares" 240 LABEL=system system main disk2 other <<EOF
FS=$FS
wait_for_boot
main=\$(disk main)
is "the system is up" "\$SYSTEM_STATE" running
is "not the rescue shell" "\$(systemctl is-active multi-user.target emergency.target | paste -sd ' ')" "active inactive"
is "the unit has failed" "\$(systemctl is-failed remap@data.service)" failed
like "and says why" "\$(journalctl -b -o cat -u remap@data.service)" "/etc/remaptab:2: the spare of data, UUID=$SPARE-000000000001, was not found"
refuse "nothing is mounted" findmnt /srv/data
refuse "nor of LVM" findmnt /srv/pool
refuse "no link names the main disk by its content" test -e /dev/disk/by-uuid/\$FS
is "LVM did not start the raw disk's volumes" "\$(dmsetup ls 2>/dev/null | grep -c vg)" 0
is "the main disk shows no file system to udev" \
	"\$(udev_property \$main ID_FS_TYPE) \$(udev_property \$main SYSTEMD_READY)" "dm_remap_member 0"
diag "\$(systemctl --failed --plain --no-legend)"
EOF
ok "waited no longer than it had to" test "$BOOT_SECONDS" -lt $((200 * PATIENCE))
ok "no complaint of the kernel" no_complaints
done_testing
