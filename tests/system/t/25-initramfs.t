#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What initramfs-tools opens or mounts besides the root: disks of crypttab, and /usr. Both are named
# by a UUID, which blkid finds on the raw disk as well.
# Scripts of the guest are text here.
# shellcheck disable=SC2016,SC1091

# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/../lib.sh"

LUKS=11111111-2222-3333-4444-00000000000c
USR=11111111-2222-3333-4444-00000000000d
SPARE=5aa5e000-0000-0000-0000
tree_new initramfs cryptsetup-initramfs
tree_install

# Systemd leaves alone what is noauto, the initramfs does not.
mkdir -p "$TREE/etc/keys"
head -c 32 /dev/urandom >"$TREE/etc/keys/secret.key"
chmod 600 "$TREE/etc/keys/secret.key"
echo "secret UUID=$LUKS /etc/keys/secret.key luks,initramfs,noauto" >"$TREE/etc/crypttab"
echo 'KEYFILE_PATTERN="/etc/keys/*.key"' >>"$TREE/etc/cryptsetup-initramfs/conf-hook"
echo UMASK=0077 >>"$TREE/etc/initramfs-tools/initramfs.conf"
tree_initramfs
image system 1G
truncate -s 1G "$WORK/usr.img"
mke2fs -q -t ext4 -U "$USR" -d "$TREE/usr" "$WORK/usr.img" || bail "the file system of usr was not made"
blank main 64M
blank spare 16M
blank usrspare 32M

# Nothing tells the hook that it is opened there.
printf '%s\n' "data UUID=$SPARE-00000000000c ID=serial:main nofail,spare-timeout=5s" \
	"usr UUID=$SPARE-00000000000d ID=serial:usr nofail,spare-timeout=5s" >"$TREE/etc/remaptab"
cp "$TREE/etc/remaptab" "$WORK"
tree_initramfs
cp "$TREE/boot/initrd.img-$RELEASE" "$WORK/initrd-crypt"
echo "UUID=$USR /usr ext4 ro 0 0" >>"$TREE/etc/fstab"
cp "$TREE/etc/fstab" "$WORK"
tree_initramfs
cp "$TREE/boot/initrd.img-$RELEASE" "$WORK/initrd-usr"
tree_run unmkinitramfs "/boot/initrd.img-$RELEASE" /tmp/unpacked
order=$(find "$TREE/tmp/unpacked" -path '*/local-top/ORDER' -exec grep -ho '^/scripts/[^ ]*' {} + | paste -sd ' ')
rm -rf "$TREE/tmp/unpacked"
in_order() { [[ $order == *"/local-top/dm-remap /"*/local-top/cryptroot ]]; }
ok "our script is before cryptsetup's, which is the last" in_order

JOB_FILES=("$WORK/remaptab" "$WORK/fstab")
boot "the disks are prepared" 300 LABEL=system system main spare usr usrspare <<EOF
main=\$(disk main) key=/etc/keys/secret.key
check "LUKS on the main disk" cryptsetup luksFormat -q --type luks1 --pbkdf-force-iterations 1000 --uuid $LUKS \$main \$key
check "its spare" remapsetup format -q --uuid $SPARE-00000000000c --data-device \$main \$(disk spare)
check "the spare of /usr" remapsetup format -q --uuid $SPARE-00000000000d --data-device \$(disk usr) \$(disk usrspare)
check "the device is opened" remapsetup open \$(disk spare) data
check "LUKS on it as well" cryptsetup open --key-file \$key /dev/mapper/data try
echo stale | dd of=/dev/mapper/try bs=4k seek=88 conv=fsync,notrunc status=none
# behind a header of 512 blocks
check "blocks are moved" remapsetup relocate data 600+8
echo fresh | dd of=/dev/mapper/try bs=4k seek=88 conv=fsync,notrunc status=none
check "LUKS is closed" cryptsetup close try
check "and the device" remapsetup close data
check "the raw disk can be opened" cryptsetup open --readonly --key-file \$key \$main try
is "and has what was there before" "\$(dd if=/dev/mapper/try bs=4k skip=88 count=1 status=none | head -c 5)" stale
check "it is closed" cryptsetup close try
cp remaptab /etc/
EOF

export JOB_FILES=("$WORK/fstab") INITRD=$WORK/initrd-crypt
boot "LUKS in the initramfs" 300 LABEL=system system main spare usr usrspare <<EOF
wait_for_boot
is "the system is up" "\$SYSTEM_STATE" running
is "LUKS is on the mapped device" "\$(dmsetup deps -o devname secret | grep -o '(.*)')" "(data)"
is "and has what was written there" "\$(dd if=/dev/mapper/secret bs=4k skip=88 count=1 status=none | head -c 5)" fresh
EOF
ok "the console says so" on_console "the main device of data; used is /dev/mapper/data"

boot "without the spare" 300 LABEL=system system main usr usrspare <<EOF
is "the system is up" "\$SYSTEM_STATE" running
refuse "the raw disk was not opened" test -e /dev/mapper/secret
cp fstab /etc/
EOF
ok "and the console says why" on_console "the spare of data, UUID=$SPARE-00000000000c, was not found"

INITRD=$WORK/initrd-usr
boot "/usr is mounted in the initramfs" 300 LABEL=system system main spare usr usrspare <<EOF
wait_for_boot
is "the system is up" "\$SYSTEM_STATE" running
is "/usr is on the mapped device" "\$(findmnt -nvo SOURCE /usr)" /dev/mapper/usr
EOF

CMDLINE="panic=3"
boot_fails "without its spare the raw disk does not become /usr" 300 LABEL=system system main spare usr
export CMDLINE=''
ok "the console says what is missing" on_console "the spare of usr, UUID=$SPARE-00000000000d, was not found"
ok "and why it ends" on_console "/dev/mapper/usr cannot be opened"
ok "no complaint of the kernel" no_complaints
done_testing
