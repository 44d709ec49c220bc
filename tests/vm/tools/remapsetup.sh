# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Sourced by the tests of remapsetup after lib.sh.

# What was built in the tree of the tests, whatever tree the modules come from.
REMAPSETUP=$(cd "$VM_DIR/../../tools" && pwd)/remapsetup
[[ -x $REMAPSETUP ]] || bail "tools/remapsetup is not built: make tools"

rs() { "$REMAPSETUP" "$@"; }

# exits CODE TEXT COMMAND...: the command ends with this exit code; its words are in OUTPUT.
exits() {
	local code=$1 text=$2
	shift 2
	attempt "$@"
	if ((STATUS == code)); then
		pass "$text"
	else
		fail "$text"
		diag "$* (status $STATUS, not $code)"
		diag_output
	fi
}

# refuses CODE REGEXP TEXT COMMAND...: it ends with this code and says why.
refuses() {
	local code=$1 regexp=$2 text=$3
	shift 3
	attempt "$@"
	if ((STATUS == code)) && [[ $OUTPUT =~ $regexp ]]; then
		pass "$text"
	else
		fail "$text"
		diag "$* (status $STATUS, not $code, or it does not say '$regexp')"
		diag_output
	fi
}

# json FILTER: what jq makes of the OUTPUT of the last command.
json() { jq -er "$1" <<<"$OUTPUT"; }

# names_of_disks: for `sed`, on kernels that give a null_blk no name of its own
names_of_disks() {
	find /dev/disk -maxdepth 1 -lname '/dev/nullb[0-9]*' -printf 's,%l\\b,/dev/%f,g\n'
}

# golden NAME: OUTPUT is what the file in golden/ says, but for what it replaces by `sed`. Where names were replaced,
# columns have another width.
golden() {
	local name=$1 names options=()
	shift
	names=$(names_of_disks)
	[[ -z $names ]] || options=(-b)
	sed -E -e "$names" "$@" <<<"$OUTPUT" >/run/golden
	if diff "${options[@]}" "$VM_DIR/golden/$name" /run/golden >/run/golden.diff; then
		pass "the output is that of golden/$name"
	else
		fail "the output is that of golden/$name"
		diag "$(</run/golden.diff)"
	fi
}

# on_terminal COMMAND...: runs it on a terminal, where what is typed comes from standard input.
# Its exit code is that of the command.
on_terminal() { script -qec "$(printf '%q ' "$@")" /dev/null; }

sum_of() { sha256sum <"$1"; }
