#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The packages installed, upgraded, removed and purged by apt, on Debian 12 and 13, as far as a chroot goes:
# DKMS builds and installs, nothing is loaded. SUITES says which (bookworm trixie).

# shellcheck source=/dev/null # it is beside
. "$(dirname "$0")/../lib.sh"

NEXT=${VERSION%.*}.$((${VERSION##*.} + 1))

((EUID == 0)) || { echo "1..0 # SKIP only root can make a chroot" && exit 0; }

try debs "$VERSION" && old=$OUTPUT
try debs "$NEXT" && new=$OUTPUT
mkdir out
cp "$old"/*.deb "$new"/*.deb out
rm -f out/*dbgsym*
export OUT=$WORK/out

# Its lines of TAP are numbered anew.
for suite in ${SUITES:-bookworm trixie}; do
	"$REPO/tests/packaging/chroot" run "$suite" /repo/tests/packaging/long/guest-deb "$VERSION" "$NEXT" >said 2>&1 </dev/null
	status=$?
	while IFS= read -r line; do
		case $line in
		"ok "*) pass "$suite: ${line#ok }" ;;
		"not ok "*) fail "$suite: ${line#not ok }" ;;
		*) echo "# $line" ;;
		esac
	done <said
	is "$status" 0 "$suite: all steps were taken"
done
done_testing
