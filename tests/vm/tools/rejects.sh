# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Sourced by tests after lib.sh: what must be refused as invalid.

# rejects_all REGEXP COMMAND ARGUMENT...: the command fails with each of the
# arguments as invalid, and the log has as many lines that say so.
rejects_all() {
	local regexp=$1 try=$2 argument out failed=0 lines
	shift 2
	log_mark
	for argument; do
		if out=$("$try" "$argument" 2>&1); then
			echo "accepted: ${argument:0:60}"
			failed=1
		elif [[ $out != *"Invalid argument"* ]]; then
			echo "not as invalid: ${argument:0:60}: $out"
			failed=1
		fi
	done
	lines=$(log_since | grep -cE "device-mapper: remap: .*($regexp)") || true
	[[ $lines == "$#" ]] || { echo "$lines lines in the log for $# attempts" && log_since && return 1; }
	return $failed
}
