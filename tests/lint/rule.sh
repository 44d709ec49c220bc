# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# A rule of our own: $RULE. It says in a comment what it is about:
#
#   // Files: dm-remap-core/*.c !dm-remap-core/disk.c

files() {
	local words
	read -ra words < <(sed -n 's,^// Files: ,,p' "$RULE")
	tracked "${words[@]/#!/:!}"
}

findings() {
	spatch -D report --very-quiet --no-show-diff --no-includes --include-headers \
		--cocci-file "$RULE" "$@" 2>"$WORK/spatch" | one_finding_a_line
	((PIPESTATUS[0] == 0)) || echo "$RULE:1: could not be run"
	# spatch complains without failing
	grep -vE '^(warning: .*should .* be a metavariable\?|)$' "$WORK/spatch" | sed "s,^,$RULE:1: ,"
}

# file:line:column-end: text
one_finding_a_line() {
	sed -En 's/^([^:]+:[0-9]+):[0-9]+-[0-9]+: */\1: /p' | sort -u -t: -k1,1 -k2,2n
}
