#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The rpm package of the modules: installed, installed again, a new release, a new version, erased; by rpm and by dnf. In
# chroots of Debian, with rpm's database beside dpkg's: docs/packaging.md says what that does not show.
# SUITES says which (bookworm).

# shellcheck source=/dev/null # it is beside
. "$(dirname "$0")/../lib.sh"

only_root
for package in "$VERSION 1" "$VERSION 2" "$NEXT 1"; do
	# shellcheck disable=SC2086 # two words
	ok "packages of version and release $package" rpms $package
	((STATUS == 0)) || done_testing
	for_chroot "$OUTPUT" 'dm-remap-dkms-*.rpm'
	for_chroot "$OUTPUT" 'remapsetup-*.rpm'
done
is "$(find out -name 'dm-remap-dkms-*.rpm' | wc -l)" 3 "three packages: a version, its next release, the next version"

# What dnf would find on Fedora and here dpkg has installed.
cat >stub.spec <<'END'
Name: debian-stub
Version: 1
Release: 1
Summary: What Debian has installed
License: GPL-2.0-only
BuildArch: noarch
Provides: /bin/sh, dkms = 3.0.11, procps-ng = 4, bash, coreutils, gawk
%description
%summary
%files
END
ok "a package that stands for Debian's" rpmbuild -bb --nodeps --define "_topdir $WORK/top" --define "_dbpath $WORK/db" stub.spec
for_chroot top '*.rpm'

for suite in ${SUITES:-bookworm}; do
	for how in rpm dnf; do
		in_chroot "$suite, $how" "$suite" guest-rpm "$how" "$VERSION" "$NEXT"
	done
done
done_testing
