# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Sourced by the tests of this directory. Each works in a directory of its own,
# which goes at the end.

set -uo pipefail
unset LC_ALL
export LC_ALL=C ASAN_OPTIONS=detect_leaks=1:abort_on_error=0 TZ=UTC

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
TOOL=${TOOL:-$here/../../tools/remapsetup}
DAMAGE=${DAMAGE:-$here/.build/fuzz/damage}
KERNEL=${KERNEL:-$here/.build/fuzz/kernel}
GOLDEN=${GOLDEN:-$here/golden}
WORK=$(mktemp -d)
trap 'rm -rf "$WORK"' EXIT
cd "$WORK" || exit 1

nr=0 failed=0

pass() { nr=$((nr + 1)) && echo "ok $nr - $1"; }

# fail TEXT [WHY]: with BAIL that is all, for ./mutate
fail() {
	nr=$((nr + 1)) failed=$((failed + 1))
	echo "not ok $nr - $1"
	[[ -z ${BAIL:-} ]] || exit 1
	[[ -z ${2:-} ]] || echo "# ${2//$'\n'/$'\n'# }"
}

is() { if [[ $1 == "$2" ]]; then pass "$3"; else fail "$3" "got '$1', expected '$2'"; fi; }

like() { if [[ $1 =~ $2 ]]; then pass "$3"; else fail "$3" "'$1' does not match '$2'"; fi; }

same_files() { if cmp -s "$1" "$2"; then pass "$3"; else fail "$3" "$1 and $2 differ"; fi; }

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

# map IMAGE GEOMETRY [force]: what the kernel's code finds on it, or why not.
map() { "$KERNEL" start "$@" 2>/dev/null; }

# spare_start GEOMETRY: where the area begins.
spare_start() { if (($1 == 2)); then echo 8; else echo 0; fi; }

is_json() { perl -MJSON::PP -0777 -e 'decode_json(<STDIN>)' 2>/dev/null; }

# poke FILE OFFSET BYTE...
poke() {
	local file=$1 offset=$2
	shift 2
	printf '%b' "$(printf '\\x%x' "$@")" | dd of="$file" bs=1 seek="$offset" conv=notrunc status=none
}

done_testing() {
	echo "1..$nr"
	exit $((failed > 0))
}
