#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The test that Debian runs for every DKMS package (Testsuite: autopkgtest-pkg-dkms), from an archive in a directory.
# tests/vm/t/490-autopkgtest.t runs the other one, packaging/debian/tests/load.

# shellcheck source=/dev/null # it is beside
. "$(dirname "$0")/../lib.sh"

only_root
ok "packages" debs "$VERSION"
((STATUS == 0)) || done_testing
for_chroot "$OUTPUT" 'dm-remap-dkms_*.deb'
for suite in ${SUITES:-bookworm trixie}; do
	in_chroot "$suite" "$suite" guest-autopkgtest "$VERSION"
done
done_testing
