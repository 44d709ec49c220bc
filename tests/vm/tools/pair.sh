# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Sourced by tests after lib.sh and meta.sh: the small pair of disks that the
# tests of the metadata use. The test says what they are called, so that a reader of
# the test (and shellcheck) knows:
#
#	M=/dev/disk/main S=/dev/disk/spare D=/dev/mapper/r
#
# shellcheck disable=SC2034,SC2086 # the other variables are for the test; these are single words

# line [OPTION...]: of the table
line() { echo "0 $LEN remap $M 0 $S 0${1+ $# $*}"; }

# make_pair [OPTION...]: RAM disks of 8 and 4 MiB; LEN, and TABLE with these options
make_pair() {
	make_null_blk main 8
	make_null_blk spare 4
	LEN=$(sectors $M)
	TABLE=$(line "$@")
}

# start_pair RANGES [OPTION...]: formats the spare and moves these blocks to it. The device
# has seed 2 everywhere; where blocks have moved, main has seed 1.
start_pair() {
	local range
	dm_create r "$(line format "${@:2}")"
	pattern_write $D 0 0 1
	for range in $1; do
		dmsetup message r 0 remap "$range"
	done
	pattern_write $D 0 0 2
}

