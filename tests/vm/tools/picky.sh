# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Sourced by tests with a disk that fails or holds one kind of command:
# tests/client/picky-disk.c tells which messages it takes.

picky_load() { insmod "$VM_MODULES/tests/client/picky-disk.ko"; }

# picky DISK MESSAGE...
picky() { dmsetup message "$1" 0 "${@:2}"; }

# picky_met DISK KIND: how many commands of that kind its rules have met
picky_met() {
	local counts
	read -ra counts < <(dmsetup status "$1" | cut -d' ' -f4-)
	case $2 in
	read) echo "${counts[0]}" ;;
	write) echo "${counts[1]}" ;;
	fua) echo "${counts[2]}" ;;
	zeroes) echo "${counts[3]}" ;;
	flush) echo "${counts[4]}" ;;
	*) return 1 ;;
	esac
}
# picky_met_is DISK KIND COUNT, picky_met_more DISK KIND THAN: conditions for eventually
picky_met_is() { (($(picky_met "$1" "$2") == $3)); }
picky_met_more() { (($(picky_met "$1" "$2") > $3)); }
