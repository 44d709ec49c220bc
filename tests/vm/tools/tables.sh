# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Sourced by tests whose disks stand on tables that can be changed, with the remap device at work or
# suspended; r is the remap device.

# Tables for the whole of /dev/disk/NAME: plain NAME, slow NAME WRITE-MS [READ-MS], flaky NAME FEATURE
plain() { echo "0 $(sectors "/dev/disk/$1") linear /dev/disk/$1 0"; }
slow() { echo "0 $(sectors "/dev/disk/$1") delay /dev/disk/$1 0 ${3:-0} /dev/disk/$1 0 $2 /dev/disk/$1 0 0"; }
flaky() { echo "0 $(sectors "/dev/disk/$1") flakey /dev/disk/$1 0 0 600 1 $2"; }

# change NAME TABLE
change() {
	dmsetup reload "$1" <<<"$2"
	dmsetup suspend --noflush --nolockfs "$1"
	dmsetup resume "$1"
}

# mode, remapped and lost
status() { dmsetup status r | cut -d' ' -f4,9,10; }
suspended() { [[ $(dmsetup info -c --noheadings -o suspended r) == Suspended ]]; }
# "Active" when it is neither suspended nor has a table that waits
waits() { echo "$(dmsetup info -c --noheadings -o suspended r)$(dmsetup table --inactive r)"; }
