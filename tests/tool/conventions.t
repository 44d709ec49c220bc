#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What holds for every verb: --help, --version, and "version" in JSON.

# shellcheck source=tests/tool/lib.sh
. "$(dirname "$0")/lib.sh"

version=$("$TOOL" --version)
like "$version" '^remapsetup [0-9]+\.[0-9]+\.[0-9]+$' "the version"
is "$("$TOOL" -V)" "$version" "... by its letter"
is "$("$TOOL" -h)" "$("$TOOL" --help)" "help by its letter"
exits 1 "no verb at all" "$TOOL"
exits 1 "a verb that is none" "$TOOL" frobnicate

# verbs: as --help lists them
verbs() { "$TOOL" --help | sed -n '/^Commands:/,/^$/s/^  \([a-zA-Z-]*\) .*/\1/p'; }

mapfile -t verbs < <(verbs)
if ((${#verbs[@]} >= 15)); then pass "there are verbs"; else fail "there are verbs" "${verbs[*]}"; fi
for verb in "${verbs[@]}"; do
	exits 0 "$verb --help" "$TOOL" "$verb" --help
	like "$OUTPUT" "^Usage: remapsetup $verb( .*)? \[option\.\.\.\]" "... tells how it is called"
	is "$("$TOOL" "$verb" -h)" "$OUTPUT" "... by its letter, too"
	is "$("$TOOL" "$verb" --version)" "$version" "$verb --version"
	is "$("$TOOL" "$verb" -V)" "$version" "... by its letter, too"
	exits 1 "$verb: an option that is none" "$TOOL" "$verb" --frobnicate
	like "$OUTPUT" "see remapsetup $verb --help" "... and where to look"
done

"$KERNEL" make sound.img 0
truncate -s 1M blank.img
for image in sound blank; do
	for verb in check dump; do
		is "$("$TOOL" $verb --json $image.img 2>/dev/null |
			perl -MJSON::PP -0777 -e 'print decode_json(<STDIN>)->{version}' 2>&1)" 1 \
			"$verb --json of a $image one has its version"
	done
done
if "$TOOL" --help >/dev/full 2>/dev/null; then fail "output that cannot be written"; else pass "output that cannot be written is an error"; fi
done_testing
