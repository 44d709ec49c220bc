# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Sourced by tests after lib.sh: disks m and s, over the test's disks vmain and vspare of 16 MiB, that can
# fail their flushes and nothing else.
# shellcheck disable=SC2034 # they are the callers'

# A flush goes to every segment of a table. The last one, behind what the target uses,
# takes part in nothing else: so a disk can fail its flushes and only those.
LEN=$((32768 - 8))
GOOD="0 $LEN linear /dev/disk/vXXX 0
$LEN 8 linear /dev/disk/vXXX $LEN"
FAILS_FLUSH="0 $LEN linear /dev/disk/vXXX 0
$LEN 8 flakey /dev/disk/vXXX $LEN 0 1 1 error_writes"

# change m|s TABLE: swaps the disk's table under the target
change() {
	local disk=main
	[[ $1 == m ]] || disk=spare
	dm_reload "$1" "${2//XXX/$disk}" --noflush --nolockfs
}
