#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# dracut. Main devices are hidden as soon as there is udev, or LVM might take them before
# the system has even begun. Lines of /etc/remaptab with x-initrd.attach are opened in
# the initramfs, by systemd's generator as later in the system.

# shellcheck disable=SC2154 # dracut's variables

has_lines() { grep -qs '^[[:blank:]]*[^#[:blank:]]' "$dracutsysrootdir/etc/remaptab"; }

check() {
	require_binaries remapsetup || return 1
	has_lines && return 0
	return 255
}

depends() {
	echo systemd dm udev-rules
}

# devices that are to be opened in the initramfs
early() {
	awk '{ sub(/\r$/, "") } $1 !~ /^#/ && NF > 1 && ("," $4 ",") ~ /,x-initrd\.attach,/ { print $1 }' \
		"$dracutsysrootdir/etc/remaptab" 2>/dev/null
}

# As the hook of initramfs-tools: an initramfs that cannot find its root is not made, and one that is there stays.
installkernel() {
	local names
	hostonly='' instmods crc32c
	! hostonly='' instmods -c -s dm-remap-core || return 0
	dwarn "dm-remap: there is no module dm-remap-core for the kernel $kernel. Devices of /etc/remaptab are not opened with it."
	dwarn "dm-remap: Install the package dm-remap-dkms and the headers of that kernel; 'dkms status dm-remap' says if that has helped."
	names=$(early | paste -s -d ' ' -)
	[[ $names ]] || return 0
	derror "dm-remap: without the module these devices are not opened in the initramfs: $names"
	derror "dm-remap: One that cannot find / or /usr is not made for $kernel; if there was one, it stays. Do not boot this kernel until then."
	return 1
}

install() {
	inst_multiple remapsetup modprobe \
		"$systemdutildir/system-generators/dm-remap-generator" \
		"$systemdsystemunitdir/remap@.service" "$systemdsystemunitdir/remap.target"
	inst_simple "${udevdir:-/usr/lib/udev}/dm-remap-udev"
	inst_rules 63-remap.rules
	inst_multiple -H -o /etc/remaptab
}
