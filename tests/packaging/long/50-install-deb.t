#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The packages installed, upgraded, removed and purged by apt, on Debian 12 and 13, as far as a chroot goes:
# DKMS builds and installs, nothing is loaded. SUITES says which (bookworm trixie).

# shellcheck source=/dev/null # it is beside
. "$(dirname "$0")/../lib.sh"

only_root
for each in "$VERSION" "$NEXT"; do
	ok "packages of $each" debs "$each"
	((STATUS == 0)) || done_testing
	for_chroot "$OUTPUT" '*.deb'
done
for suite in ${SUITES:-bookworm trixie}; do
	in_chroot "$suite" "$suite" guest-deb "$VERSION" "$NEXT"
done
done_testing
