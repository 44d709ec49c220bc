# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# summary: a part of the main device fails with errors that say nothing of its blocks: the pass ends, the rest is read
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

# An eighth of it, 1024 blocks, as if one leg of a concatenation were offline; what is at its end is read with it.
for auto in 0 1; do
	dmsetup message r 0 auto_remap $auto
	picky m lose read 40960 8192
	ok "auto_remap $auto: a pass over it ends" scan_pass r 7200
	ok "auto_remap $auto: its blocks count as unread, and hardly any other" unread_is 1024 1280
	is "$(used)" "0/1024" "auto_remap $auto: none is moved"
	picky m pass read
	picky m lose read 40000 8
	ok "auto_remap $auto: a pass over a single one ends" scan_pass r 7200
	is "$(scan_get r unread_blocks) $(used)" "1 0/1024" "auto_remap $auto: it counts, and none beside it"
	picky m pass read
	ok "auto_remap $auto: another pass ends" scan_pass r 7200
	is "$(scan_get r unread_blocks)" 0 "auto_remap $auto: and has read all"
done
done_testing
