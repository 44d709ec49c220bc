# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Sourced by tests in shell that print TAP on this machine: each check is a line, and done_testing the last one.

nr=0 failed=0

pass() { nr=$((nr + 1)) && echo "ok $nr - $1"; }

# fail TEXT [WHY]: with BAIL that is all, for a script that only asks whether a break is noticed
fail() {
	nr=$((nr + 1)) failed=$((failed + 1))
	echo "not ok $nr - $1"
	[[ -z ${BAIL:-} ]] || exit 1
	[[ -z ${2:-} ]] || echo "# ${2//$'\n'/$'\n'# }"
}

is() { if [[ $1 == "$2" ]]; then pass "$3"; else fail "$3" "got '$1', expected '$2'"; fi; }

# nothing TEXT OUTPUT: there is none
nothing() { if [[ -z $2 ]]; then pass "$1"; else fail "$1" "$2"; fi; }

# try COMMAND...: its status in STATUS, all it says in OUTPUT.
try() { OUTPUT=$("$@" 2>&1 </dev/null) && STATUS=0 || STATUS=$?; }

# exits CODE TEXT COMMAND...
exits() {
	local code=$1 text=$2
	shift 2
	try "$@"
	if ((STATUS == code)); then
		pass "$text"
	else
		fail "$text" "$* exited with $STATUS, not $code: $OUTPUT"
	fi
}

# ok TEXT COMMAND...
ok() { exits 0 "$@"; }

# refuse TEXT COMMAND...: with whatever status
refuse() {
	local text=$1
	shift
	try "$@"
	if ((STATUS != 0)); then pass "$text"; else fail "$text" "$* succeeded: $OUTPUT"; fi
}

done_testing() {
	echo "1..$nr"
	exit $((failed > 0))
}
