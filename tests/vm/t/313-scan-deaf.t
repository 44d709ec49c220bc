# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# summary: a block that takes the whole disk with it for seconds, each time it is read, does not hold the scan for ever
# timeout: 120
# icount: shift=2

# shellcheck source=/dev/null
. "$VM_DIR/lib.sh"
# shellcheck source=/dev/null
. "$VM_DIR/tools/scan.sh"
# shellcheck source=/dev/null
. "$VM_DIR/tools/picky.sh"

export EVERY=60 # a pass of hours is looked at seldom, so that it takes little

scan_picky

# With auto_remap 0 the scanner judges at once, otherwise after the core has found the disk silent six times.
for auto in 0 1; do
	dmsetup message r 0 auto_remap $auto
	picky m deafen read 40000 8
	ok "auto_remap $auto: a pass over a block that silences the disk ends" scan_pass r 7200
	is "$(scan_get r unread_blocks) $(used)" "1 0/1024" "auto_remap $auto: it counts as unread, and no other"
	picky m pass read
	ok "auto_remap $auto: another pass ends" scan_pass r 7200
	is "$(scan_get r unread_blocks) $(used)" "0 0/1024" "auto_remap $auto: and has read it"
done
done_testing
