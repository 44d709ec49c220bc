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
	etc/remaptab scripts/dm-remap scripts/local-top/dm-remap scripts/local-block/dm-remap scripts/local-premount/dm-remap; do
	ok "the initramfs has $file" in_initramfs "$file"
done
make_dracut() {
	tree_run dracut --force --no-hostonly --gzip --kver "$RELEASE" \
		-m "base bash systemd systemd-initrd systemd-udevd udev-rules rootfs-block dm dm-remap fs-lib dracut-systemd shutdown" \
		--add-drivers "virtio_blk virtio_pci ext4" \
		/tmp/initrd.dracut
}
sed -i 's/$/ x-initrd.attach/' "$TREE/etc/remaptab"
ok "dracut makes another" make_dracut
mv "$TREE/tmp/initrd.dracut" "$WORK/initrd.dracut"

# said TEXT COMMAND...: it fails, and says that, and for which kernel.
said() {
	local text=$1
	shift
	! "$@" >"$WORK/said" 2>&1 && grep -q "no module dm-remap-core for the kernel $RELEASE" "$WORK/said" &&
		grep -q "dm-remap-dkms" "$WORK/said" && grep -qF -- "$text" "$WORK/said"
}
modules=usr/lib/modules/$RELEASE
mv "$TREE/$modules/updates" "$WORK/updates"
depmod -b "$TREE" "$RELEASE"
before=$(sha256sum <"$TREE/boot/initrd.img-$RELEASE")
ok "without the module dracut makes none, and says why" said "not opened in the initramfs: root" make_dracut
ok "none is there" test ! -e "$TREE/tmp/initrd.dracut"
ok "nor does initramfs-tools" said "not opened in the initramfs: root" tree_run update-initramfs -u -k "$RELEASE"
is_before() { [[ $(sha256sum <"$TREE/boot/initrd.img-$RELEASE") == "$before" ]]; }
ok "what there was is kept" is_before

# Two kernels, of which the newer has no module.
cp -a "$TREE/$modules" "$TREE/usr/lib/modules/5.0.0-older"
cp -a "$WORK/updates" "$TREE/usr/lib/modules/5.0.0-older/updates"
depmod -b "$TREE" 5.0.0-older
cp "$TREE/boot/vmlinuz-$RELEASE" "$TREE/boot/vmlinuz-5.0.0-older"
cp "$TREE/boot/config-$RELEASE" "$TREE/boot/config-5.0.0-older"
touch "$TREE/boot/initrd.img-5.0.0-older"
as_it_says() { tree_run sh -c "$(sed -n 's/^E: *\(for .*\)/\1/p' "$WORK/said")"; }
as_it_says >"$WORK/each" 2>&1
ok "of two kernels the one without is refused" grep "E: .*made for $RELEASE;" "$WORK/each"
ok "and the other is made" eval 'tree_run lsinitramfs /boot/initrd.img-5.0.0-older | grep -q dm-remap-core.ko'
rm -rf "$TREE"/{boot/*,usr/lib/modules/}5.0.0-older

# warned COMMAND...: it succeeds, and says so all the same.
warned() {
	"$@" >"$WORK/said" 2>&1 && grep -q "no module dm-remap-core for the kernel $RELEASE" "$WORK/said"
}
sed -i 's/ x-initrd.attach$//' "$TREE/etc/remaptab"
ok "where dracut has nothing to open it only says so" warned make_dracut
sed -i.own 's,^/dev/mapper/root,LABEL=rootfs,' "$TREE/etc/fstab"
ok "as does initramfs-tools" warned tree_run update-initramfs -u -k "$RELEASE"
mv "$TREE/etc/fstab.own" "$TREE/etc/fstab"
rm "$TREE/tmp/initrd.dracut"
mv "$WORK/updates" "$TREE/$modules/updates"
depmod -b "$TREE" "$RELEASE"
tree_initramfs
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

boot "root= names the raw disk itself" 300 /dev/disk/by-id/virtio-main main spare <<EOF
$checks
check "what was moved is there" sha256sum -c /root/sum
EOF
ok "and the console says so" on_console "/dev/disk/by-id/virtio-main is the main device of root"

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
ok "and the console says why" on_console "/etc/remaptab:1: the spare of root, UUID=$SPARE, was not found"
boot_fails "nor does it by its own name" 300 /dev/disk/by-id/virtio-main main
export CMDLINE=''
ok "no complaint of the kernel" no_complaints
done_testing
