# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# summary: passes begin by themselves, take most of their interval, and keep to it (a day: ../long)
# timeout: 200
# icount: shift=2

# shellcheck source=/dev/null
. "$VM_DIR/lib.sh"
# shellcheck source=/dev/null
. "$VM_DIR/tools/scan.sh"
# shellcheck source=/dev/null
. "$VM_DIR/tools/scan-interval.sh"

scan_interval 2 1400
done_testing
