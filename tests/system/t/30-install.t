#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The packages, as a user has them: installed by apt, built by DKMS for the running
# kernel and for the next one, in use over reboots, removed while in use, and purged.
#
# The machine has no network. DKMS, a compiler and the headers of the first kernel are in the
# system beforehand (fetching and unpacking them would only cost emulated time); the next kernel, of another series, is with its
# headers in an archive on a second disk. The packages are built on this machine, whatever SUITE is.
# Scripts of the guest are text here.
# shellcheck disable=SC2016,SC1091

# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/../lib.sh"

FS=11111111-2222-3333-4444-555555555555
SPARE=5aa5e000-0000-0000-0000-000000000001
PACKAGING=$SYSTEM_DIR/../../packaging

# As `make deb` does, but with what is not committed.
"$SYSTEM_DIR/../deps" packaging || bail "packages cannot be built here"
tarball=$("$PACKAGING/dist" --worktree "$WORK") || bail "there is no tarball"
"$PACKAGING/build-deb" "$tarball" "$WORK/debs" >/dev/null || bail "there are no packages"
JOB_FILES=("$WORK"/debs/{dm-remap-dkms,remapsetup,dm-remap-initramfs}_*.deb)
VERSION=$("$PACKAGING/set-version")

tree_new install apt dkms linux-headers-amd64
archive=$("$SYSTEM_DIR/archive" "$SUITE" "$TREE") || bail "there is no second kernel"
NEXT=$(<"$archive/release")
mkdir -p "$TREE/srv/data" "$TREE/srv/archive"
echo 'deb [trusted=yes] file:/srv/archive ./' >"$TREE/etc/apt/sources.list"
echo 'LABEL=archive /srv/archive ext4 ro,nofail 0 0' >>"$TREE/etc/fstab"
tree_initramfs
image system 4G
TREE=$archive image archive 1G archive
blank main 64M
blank spare 16M

common="
FS=$FS SPARE=$SPARE VERSION=$VERSION FIRST=$RELEASE NEXT=$NEXT"'
export DEBIAN_FRONTEND=noninteractive
wait_for_boot
is "the system is up" "$SYSTEM_STATE" running
main=$(disk main) spare=$(disk spare)
loaded() { lsmod | awk "/^dm_remap/ { print \$1 }" | sort | paste -sd " "; }
apt_get() { apt-get -q -y -o Dpkg::Use-Pty=0 "$@" </dev/null; }
built_for() { dkms status -m dm-remap -k "$1" | grep -c ": installed"; }
in_initramfs() { lsinitramfs "/boot/initrd.img-$1" | grep -E "dm-remap|63-remap|remapsetup|remaptab" | paste -sd " "; }

# All files, but for what changes with any package, any kernel or any boot.
files() {
	find / -xdev \( -path /proc -o -path /sys -o -path /dev -o -path /run -o -path /tmp -o -path /root -o -path /srv \
		-o -path /var/log -o -path /var/cache -o -path /var/tmp -o -path /var/lib/apt -o -path /var/lib/dpkg \
		-o -path /var/lib/systemd -o -path /var/lib/initramfs-tools \) -prune -o -print |
		grep -vE "^(/var/lib/dkms/mok\.|/(usr/)?lib/modules/[^/]*/modules\.|/boot/(initrd\.img|vmlinuz|config|System\.map)-|/(initrd\.img|vmlinuz)(\.old)?\$|/lost.found)|/linux-(image|headers)-amd64(/|\$)" |
		sed -E "s#^/(bin|sbin|lib|lib64)/#/usr/\1/#" | sort
}
'

it_is_back='
is "its unit has opened the device" "$(systemctl is-active remap@data.service)" active
diag "$(dmsetup status data)"
is "the file system is mounted over the map" "$(findmnt -nvo SOURCE /srv/data)" /dev/mapper/data
check "what was written is there" sha256sum -c /srv/data/sum
is "also where blocks were moved" "$(remapsetup status data -n -o REMAPPED 2>&1 | xargs)" 8
is "udev hides the main disk" "$(udev_property $main ID_FS_TYPE)" dm_remap_member
'

MEM=1536M
boot "apt installs the packages" 1200 LABEL=system system archive main spare <<EOF
$common
is "it is the first kernel" "\$(uname -r)" \$FIRST
files >/root/before
check "apt installs them" apt_get install ./dm-remap-dkms_*.deb ./remapsetup_*.deb ./dm-remap-initramfs_*.deb
diag "it took \$SECONDS s"
is "DKMS has built both modules for the running kernel" "\$(built_for \$FIRST)" 1
is "of this version" "\$(modinfo -F version dm-remap-core) \$(modinfo -F version dm-remap-scanner)" "\$VERSION \$VERSION"
is "nothing is loaded by that" "\$(loaded)" ""
# initramfs-tools takes every script that there is; without a line in remaptab they have nothing to do
is "the initramfs has no more than the scripts, without a line in remaptab" "\$(in_initramfs \$FIRST)" \
	"scripts/dm-remap scripts/local-block/dm-remap scripts/local-premount/dm-remap scripts/local-top/dm-remap"
check "the scanner is loaded, and the core with it" modprobe dm-remap-scanner
is "both are there" "\$(loaded)" "dm_remap_core dm_remap_scanner"
is "the modules are DKMS's" "\$(modinfo -n dm-remap-core | grep -c /updates/dkms/)" 1

check "a disk with data" mkfs.ext4 -q -U \$FS \$main
check "gets a spare" remapsetup format -q --uuid \$SPARE --data-device \$main \$spare
check "the device is opened" remapsetup open \$spare data
check "and mounted" mount /dev/mapper/data /srv/data
dd if=/dev/urandom of=/srv/data/big bs=1M count=8 status=none
sync -f /srv/data
block=\$(filefrag -e /srv/data/big | awk '\$1 == "0:" { print \$4 + 0 }')
check "blocks of a file are moved" remapsetup relocate data \$block+8
sha256sum /srv/data/big >/srv/data/sum
check "it is scanned" remapsetup scan start data --wait
like "one pass, nothing found" "\$(remapsetup scan status data -n -o PASSES,IO_ERRORS 2>&1)" "^ *1 +0 *\$"
printf 'data UUID=%s ID=serial:main nofail\n' \$SPARE >/etc/remaptab
echo "UUID=\$FS /srv/data ext4 nofail 0 2" >>/etc/fstab
EOF

boot "it is back after a reboot, and the kernel is upgraded" 1800 LABEL=system system archive main spare <<EOF
$common
is "it is the first kernel" "\$(uname -r)" \$FIRST
$it_is_back
check "apt reads the archive" apt_get update
started=\$SECONDS
check "the next kernel is installed, with its headers" apt_get install --no-install-recommends linux-image-\$NEXT linux-headers-\$NEXT
diag "it took \$((SECONDS - started)) s"
is "DKMS has built for it, by itself" "\$(built_for \$NEXT)" 1
is "what was built for the first is still there" "\$(built_for \$FIRST)" 1
for file in 63-remap.rules dm-remap-udev etc/remaptab sbin/remapsetup dm-remap-core.ko; do
	like "the next initramfs has \$file" "\$(in_initramfs \$NEXT)" "\$file"
done
is "the device was not disturbed" "\$(systemctl is-active remap@data.service) \$(loaded)" "active dm_remap_core"
EOF

FIRST=$RELEASE RELEASE=$NEXT
boot "it is back with the next kernel, and the packages go" 1200 LABEL=system system archive main spare <<EOF
$common
is "it is the next kernel" "\$(uname -r)" \$NEXT
$it_is_back
check "it is scanned there as well" bash -c 'modprobe dm-remap-scanner && remapsetup scan start data --wait'

refuse "the tool does not go while remaptab has its line" apt_get remove remapsetup
like "it says why" "\$OUTPUT" "remapsetup: not removed, .* these devices: data"
check "it is still there" remapsetup status data

# With the line out, and a device in use, nobody refuses: so that has to be harmless.
sed -i 's/^data /# &/' /etc/remaptab
exec 7</srv/data/big
check "the packages are removed while the device is in use" apt_get remove remapsetup dm-remap-initramfs dm-remap-dkms
diag "it took \$SECONDS s"
refuse "the tool is gone" bash -c 'type remapsetup'
refuse "the modules are gone" modinfo dm-remap-core
is "what is loaded stays" "\$(loaded)" "dm_remap_core dm_remap_scanner"
is "the file system is mounted as before" "\$(findmnt -nvo SOURCE /srv/data)" /dev/mapper/data
like "the device works" "\$(dmsetup status data)" "remap rw normal 4096 8/"
echo 3 >/proc/sys/vm/drop_caches
check "what was written is read" sha256sum -c /srv/data/sum
check "more can be written" dd if=/dev/zero of=/srv/data/more bs=1M count=2 conv=fsync status=none
exec 7<&-

check "they are purged" apt_get purge remapsetup dm-remap-initramfs dm-remap-dkms
is "dpkg knows none of them" "\$(dpkg -l 'dm-remap*' remapsetup 2>/dev/null | grep -E '^[irp][a-zA-Z] ')" ""
is "nor does DKMS" "\$(dkms status -m dm-remap)" ""
is "the initramfs has nothing of them" "\$(in_initramfs \$NEXT)" ""
is "nor has that of the kernel before" "\$(in_initramfs \$FIRST)" ""
# The administrator's file, as fstab is; no package has made it.
check "remaptab stays" test -s /etc/remaptab
rm /etc/remaptab
files >/root/after
is "nothing is missing" "\$(comm -23 /root/before /root/after)" ""
is "nothing is left but what other packages have" "\$(comm -13 /root/before /root/after |
	grep -vxFf <(sed -E 's#^/(bin|sbin|lib|lib64)/#/usr/\1/#' /var/lib/dpkg/info/*.list))" ""
is "nothing at all has their name" "\$(find /usr /etc /var /boot -xdev \( -path /var/log -o -path /usr/local \) -prune -o \
	! -name 'dm-remap-job*' \( -name '*dm-remap*' -o -name '*remapsetup*' -o -name 'remap@*' -o -name 'remap-scan@*' -o -name 'remap.target' \) -print)" ""
check "the device can be closed without the tool" bash -c 'umount /srv/data && dmsetup remove data'
check "and the modules unloaded" rmmod dm_remap_scanner dm_remap_core
sed -i '/ \/srv\/data /d' /etc/fstab
EOF

# Each with an initramfs of its own, which was made anew.
for RELEASE in "$NEXT" "$FIRST"; do
	boot "the system is as if it had never been there, with $RELEASE" 300 LABEL=system system archive main spare <<EOF
$common
is "it is that kernel" "\$(uname -r)" $RELEASE
is "nothing has failed" "\$(systemctl --failed --plain --no-legend)" ""
is "no unit" "\$(systemctl list-units --all --plain --no-legend 'remap*')" ""
is "no module" "\$(loaded)" ""
is "no device" "\$(dmsetup ls)" "No devices found"
is "the disk is a disk again" "\$(readlink -f /dev/disk/by-uuid/\$FS)" "\$main"
EOF
done
ok "no complaint of the kernel" no_complaints
done_testing
