#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The rpm package of the modules: installed, installed again, a new release, a new version, erased; by rpm and by dnf. In a
# chroot of Debian, with rpm's database beside dpkg's: docs/packaging.md says what that does not show.

# shellcheck source=/dev/null # it is beside
. "$(dirname "$0")/../lib.sh"

NEXT=${VERSION%.*}.$((${VERSION##*.} + 1))

((EUID == 0)) || { echo "1..0 # SKIP only root can make a chroot" && exit 0; }

mkdir out
try rpms "$VERSION" && cp "$OUTPUT"/dm-remap-dkms-*.rpm out
try rpms "$VERSION" 2 && cp "$OUTPUT"/dm-remap-dkms-*.rpm out
try rpms "$NEXT" && cp "$OUTPUT"/dm-remap-dkms-*.rpm out
is "$(find out -name '*.rpm' | wc -l)" 3 "three packages: a version, its next release, the next version"

# What dnf would find on Fedora and here dpkg has installed.
cat >stub.spec <<'END'
Name: debian-stub
Version: 1
Release: 1
Summary: What Debian has installed
License: GPL-2.0-only
BuildArch: noarch
Provides: /bin/sh, dkms = 3.0.11, procps-ng = 4
%description
%summary
%files
END
ok "a package that stands for Debian's" rpmbuild -bb --nodeps --define "_topdir $WORK/top" --define "_dbpath $WORK/db" stub.spec
find top -name '*.rpm' -exec cp {} out \;

export OUT=$WORK/out
for how in rpm dnf; do
	"$REPO/tests/packaging/chroot" run bookworm /repo/tests/packaging/long/guest-rpm "$how" "$VERSION" "$NEXT" >said 2>&1 </dev/null
	status=$?
	while IFS= read -r line; do
		case $line in
		"ok "*) pass "$how: ${line#ok }" ;;
		"not ok "*) fail "$how: ${line#not ok }" ;;
		*) echo "# $line" ;;
		esac
	done <said
	is "$status" 0 "$how: all steps were taken"
done
done_testing
