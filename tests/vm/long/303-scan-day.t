# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# summary: passes of a day: they begin by themselves, take most of it, and keep to it
# timeout: 900
# icount: shift=2

# shellcheck source=/dev/null
. "$VM_DIR/lib.sh"
# shellcheck source=/dev/null
. "$VM_DIR/tools/scan.sh"
# shellcheck source=/dev/null
. "$VM_DIR/tools/scan-interval.sh"

scan_interval 24 16384
done_testing
