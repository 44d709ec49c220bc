# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# summary: btrfs on top, with sectors going bad while files are written
# timeout: 150

# The same as for ext4.
# shellcheck disable=SC2034
FS=btrfs
# shellcheck source=/dev/null
. ./171-ext4.t
