# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# For the scripts that run in a chroot: checks without numbers, and what both kinds of packages have in common.

set -uo pipefail

KERNEL=$(uname -r)
MODULES="dm-remap-core dm-remap-scanner"

# check TEXT COMMAND...
check() {
	local text=$1 status=0
	shift
	"$@" >/tmp/said 2>&1 </dev/null || status=$?
	if ((status == 0)); then
		echo "ok $text"
	else
		echo "not ok $text"
		echo "$* exited with $status:"
		tail -n 30 /tmp/said
	fi
}

refuse() {
	local text=$1
	shift
	if "$@" >/tmp/said 2>&1 </dev/null; then echo "not ok $text" && tail -n 30 /tmp/said; else echo "ok $text"; fi
}

is() { if [[ $1 == "$2" ]]; then echo "ok $3"; else echo "not ok $3" && echo "got '$1', expected '$2'"; fi; }

# What is there, but for what any run of apt, rpm or dkms leaves behind.
files() {
	find / -xdev \( -path /proc -o -path /tmp -o -path /out -o -path /repo -o -path /dev -o -path /run \
		-o -path /var/log -o -path /var/cache -o -path /var/lib/apt -o -path /var/lib/dpkg \
		-o -path /var/lib/dnf -o -path /root \) -prune -o -print |
		grep -vE '^/var/lib/(rpm|rpm-x|dkms/mok\..*)|^/(usr/)?lib/modules/[^/]*/modules\.[^/]*$|^/var/lib/(initramfs-tools|systemd)|^/boot/initrd|^/usr/lib/sysimage' | sort
}

path_of() { modinfo -k "$KERNEL" -n "$1" 2>/dev/null; }
sum_of() { sha256sum <"$(path_of "$1")"; }
source_version() { modinfo -k "$KERNEL" -F srcversion "$1"; }

# modules_are VERSION: both are built, installed and say so.
modules_are() {
	local version=$1 module
	for module in $MODULES; do
		is "$(modinfo -k "$KERNEL" -F version "$module" 2>&1)" "$version" "$module $version is installed"
	done
	is "$(modinfo -k "$KERNEL" -F depends dm-remap-scanner)" dm-remap-core "the scanner depends on the core"
	is "$(modinfo -k "$KERNEL" -F depends dm-remap-core | tr , '\n' | grep -cx dm-mod)" 1 "the core on device-mapper"
	check "the kernel will find the target by its name" \
		eval "modprobe -n -v -S '$KERNEL' dm-remap | grep -q dm-remap-core"
	check "and loads device-mapper, core and scanner in this order" \
		eval "modprobe -n -v -S '$KERNEL' dm-remap-scanner | grep -oE '(dm-mod|dm-remap-core|dm-remap-scanner)\.ko' |
			paste -sd ' ' | grep -qx 'dm-mod.ko dm-remap-core.ko dm-remap-scanner.ko'"
}

modules_are_gone() {
	local module
	for module in $MODULES; do
		is "$(path_of "$module")" "" "$module is gone"
	done
}
