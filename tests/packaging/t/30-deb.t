#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Debian's packages, as they are built here.

# shellcheck source=/dev/null # it is beside
. "$(dirname "$0")/../lib.sh"

ok "the packages are built" debs "$VERSION"
((STATUS == 0)) || done_testing
dir=$OUTPUT
arch=$(dpkg --print-architecture)
changes=$(echo "$dir"/dm-remap_*.changes)

try lintian --fail-on error,warning,info --display-info "$changes"
nothing "lintian finds nothing" "$(grep -v '^running with root privileges' <<<"$OUTPUT")"
is "$STATUS" 0 "and says so"

has() { dpkg-deb -c "$1" | awk '{ print $6 }' | grep -x "$2" >/dev/null; }
control() { dpkg-deb -I "$@"; }

dkms=$dir/dm-remap-dkms_$VERSION-1_all.deb
tool=$dir/remapsetup_$VERSION-1_$arch.deb
boot=$dir/dm-remap-initramfs_$VERSION-1_all.deb
source=./usr/src/dm-remap-$VERSION
for file in dkms.conf Kbuild dm-remap-core/Kbuild dm-remap-scanner/Kbuild compat/Kbuild.probes include/dm-remap/version.h; do
	ok "the modules' source has $file" has "$dkms" "$source/$file"
done
is "$(dpkg-deb -c "$dkms" | awk '{ print $6 }' | grep -E '^\./usr/src/.*\.(c|h)$' | sed "s#^$source/##" | sort)" \
	"$(cd "$REPO" && git ls-files -co --exclude-standard compat dm-remap-core dm-remap-scanner include | grep -E '\.[ch]$' | sort)" \
	"and all of the modules, and nothing else"
for package in "$dkms" "$tool"; do
	ok "$(basename "$package" | cut -d _ -f 1) has the initramfs made anew" \
		grep -qx 'activate-noawait update-initramfs' <(control "$package" triggers)
done
# field PACKAGE FIELD NAME: what it says there of one of our packages
field() { dpkg-deb -f "$1" "$2" | tr , '\n' | sed 's/^ *//' | grep "^$3\b"; }
is "$(field "$boot" Depends remapsetup)" "remapsetup (>= $VERSION)" "the initramfs has a tool that its scripts know"
is "$(field "$tool" Breaks dm-remap-initramfs)" "dm-remap-initramfs (<< $VERSION)" "and the tool scripts that know it"
for package in "$tool" "$boot"; do
	is "$(field "$package" Recommends dm-remap-dkms)" "dm-remap-dkms (>= $VERSION)" "$(basename "$package" | cut -d _ -f 1) asks for modules of its time"
done
is "$(field "$tool" Suggests dm-remap-initramfs)" dm-remap-initramfs "the tool names what hides main disks in the initramfs"
# Where no archive has dm-remap-initramfs, apt would take an alternative to it, and dracut takes the place of initramfs-tools.
for field in Pre-Depends Depends Recommends; do
	nothing "and has apt install neither that nor dracut: $field" "$(dpkg-deb -f "$tool" "$field" | grep -oE 'dm-remap-initramfs|dracut')"
done
is "$(field "$tool" Suggests mokutil)" mokutil "the tool, which sends people to mokutil, names it"
is "$(field "$dkms" Recommends remapsetup)" "remapsetup (>= $VERSION)" "and the modules for a tool"
for line in 'modprobe dm-remap-core' 'systemctl --no-reload start remap@x' 'systemctl stop x' 'dmsetup remove x' 'remapsetup close x' \
	'deb-systemd-invoke restart x' 'udevadm trigger'; do
	ok "'$line' in a script would be noticed" grep -qE "$TOUCHES" <(echo "$line")
done
# scripts PACKAGE: the names of its scripts, all that are executable in its control archive
scripts() { dpkg-deb --ctrl-tarfile "$1" | tar -t -v | sed -n 's#^-rwx.* \./##p' | sort | paste -sd ' '; }
# untouched PACKAGE SCRIPT...
untouched() {
	local name=${1##*/} script
	name=${name%%_*}
	is "$(scripts "$1")" "${*:2}" "$name has these scripts and no others"
	for script in "${@:2}"; do
		ok "$name: $script is one" grep -q '^#!/bin/sh' <(control "$1" "$script")
		nothing "and does not touch what is loaded or running" "$(control "$1" "$script" | grep -nE "$TOUCHES")"
	done
}
untouched "$dkms" postinst prerm
untouched "$tool" postrm prerm
untouched "$boot" postinst postrm prerm
# Documents: where a package has some, those that they name are there as well, or in the one of the tool.
documents() { dpkg-deb -c "$1" | awk '{ print $6 }' | sed -n "s#^\./usr/share/doc/[^/]*/\(.*[^/]\)\$#\1#p" | sort; }
is "$(documents "$tool" | grep -v -e '^changelog' -e '^copyright$')" \
	"$(cd "$REPO" && printf '%s\n' README.md SECURITY.md CONTRIBUTING.md docs/*.md docs/*.rst docs/ABI/* | sort)" \
	"remapsetup has all documents, where they name each other"
for package in "$dkms" "$tool" "$boot"; do
	is "$(documents "$package" | grep -cxE 'README\.md|changelog\.gz|changelog\.Debian\.gz|copyright')" 4 \
		"$(basename "$package" | cut -d _ -f 1) has README.md, changelogs and the licence"
done
is "$(documents "$dkms" | grep -c '^docs/')" 5 "the modules' package has what is for them"
ok "and that of the initramfs boot.md" grep -qx docs/boot.md <(documents "$boot")
ok "remapsetup is there" has "$tool" ./usr/sbin/remapsetup
dpkg-deb -x "$tool" tool
is "$(tool/usr/sbin/remapsetup --version)" "remapsetup $VERSION" "and knows its version"
ok "the hook of initramfs-tools" has "$boot" ./usr/share/initramfs-tools/hooks/dm-remap
ok "the manual page" has "$tool" ./usr/share/man/man8/remapsetup.8.gz
ok "completion for bash" has "$tool" ./usr/share/bash-completion/completions/remapsetup

done_testing
