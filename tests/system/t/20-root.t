#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A root file system on dm-remap, with initramfs-tools and with dracut; and that the
# raw disk is never taken for it.
# Scripts of the guest are text here.
# shellcheck disable=SC2016,SC1091

# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/../lib.sh"

SPARE=5aa5e000-0000-0000-0000-00000000000a
tree_new root
tree_install
tree_initramfs
image system 1G

# The same system, to be booted over the map: only these two files tell.
printf '/dev/mapper/root / ext4 errors=remount-ro 0 1\n' >"$TREE/etc/fstab"
printf 'root UUID=%s ID=serial:main\n' "$SPARE" >"$TREE/etc/remaptab"
tree_initramfs
in_initramfs() { tree_run lsinitramfs "/boot/initrd.img-$RELEASE" | grep -q "$1"; }
for file in usr/sbin/remapsetup dm-remap-core.ko 63-remap.rules lib/udev/dm-remap-udev \
	etc/remaptab scripts/local-block/dm-remap scripts/local-premount/dm-remap; do
	ok "the initramfs has $file" in_initramfs "$file"
done
sed -i 's/$/ x-initrd.attach/' "$TREE/etc/remaptab"
ok "dracut makes another" tree_run dracut --force --no-hostonly --gzip --kver "$RELEASE" \
	-m "base bash systemd systemd-initrd systemd-udevd udev-rules rootfs-block dm dm-remap fs-lib dracut-systemd shutdown" \
	--add-drivers "virtio_blk virtio_pci ext4" \
	/tmp/initrd.dracut
mv "$TREE/tmp/initrd.dracut" "$WORK/initrd.dracut"
sed -i 's/ x-initrd.attach$//' "$TREE/etc/remaptab"
image main 1G rootfs
blank spare 32M
UUID=$(blkid -p -s UUID -o value "$WORK/main.img")

boot "the disk of the root file system gets its spare" 240 LABEL=system system main spare <<EOF
check "format" remapsetup format -q --uuid $SPARE --data-device \$(disk main) \$(disk spare)
EOF

checks='
wait_for_boot
is "the system is up" "$SYSTEM_STATE" running
is "its root is the mapped device" "$(findmnt -nvo SOURCE /)" /dev/mapper/root
is "the link by UUID goes there" "$(readlink -f /dev/disk/by-uuid/'$UUID')" "$(readlink -f /dev/mapper/root)"
is "the raw disk is hidden" "$(udev_property $(disk main) ID_FS_TYPE)" dm_remap_member
is "the unit is active" "$(systemctl is-active remap@root.service)" active
check "the map can be changed" remapsetup status root
'

boot "root=/dev/mapper/root" 300 /dev/mapper/root main spare <<EOF
$checks
cp /bin/bash /root/moved
sync
block=\$(filefrag -e /root/moved | awk '\$1 == "0:" { print \$4 + 0 }')
check "blocks of a file are moved" remapsetup relocate root \$block+8
sha256sum /root/moved >/root/sum
sync
power_cut
EOF

boot "root=UUID= after a power cut" 300 "UUID=$UUID" main spare <<EOF
$checks
echo 3 >/proc/sys/vm/drop_caches
check "what was moved is there" sha256sum -c /root/sum
EOF

INITRD=$WORK/initrd.dracut
boot "dracut's initramfs, after a clean stop" 300 "UUID=$UUID" main spare <<EOF
$checks
check "what was moved is there" sha256sum -c /root/sum
EOF
ok "it was dracut's" on_console "Running in init"
export INITRD=''

# The initramfs gives up after rootdelay and, told so by panic=, restarts the machine.
CMDLINE="rootdelay=20 panic=3"
boot_fails "without the spare the raw disk does not become the root" 300 "UUID=$UUID" main
export CMDLINE=''
ok "and the console says why" on_console "/etc/remaptab:1: the spare of root, UUID=$SPARE, was not found"
ok "no complaint of the kernel" no_complaints
done_testing
