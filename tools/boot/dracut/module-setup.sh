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

installkernel() {
	hostonly='' instmods dm-remap-core crc32c
}

install() {
	inst_multiple remapsetup modprobe \
		"$systemdutildir/system-generators/dm-remap-generator" \
		"$systemdsystemunitdir/remap@.service" "$systemdsystemunitdir/remap.target"
	inst_simple "${udevdir:-/usr/lib/udev}/dm-remap-udev"
	inst_rules 63-remap.rules
	inst_multiple -H -o /etc/remaptab
}
