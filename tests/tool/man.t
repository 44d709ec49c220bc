#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The man page of remapsetup and its --help speak of the same; so does the completion. With
# asciidoctor, pages can be built.

# shellcheck source=tests/tool/lib.sh
. "$(dirname "$0")/lib.sh"
ROOT=$here/../..
PAGE=$ROOT/docs/man/remapsetup.8.adoc

verbs() { "$TOOL" --help | sed -n '/^Commands:/,/^$/s/^  \([a-zA-Z-]*\) .*/\1/p'; }

# help_options VERB: -x and --xyz, a line each, with the word for the value
help_options() {
	"$TOOL" "$1" --help | sed -n '/^Options:/,$p' |
		sed -nE 's/^  (-[a-zA-Z0-9], |    )(--[a-z-]+)( [A-Z]+)? .*/\1\2\3/p' | tr -d ',' | sed 's/^ *//' |
		grep -vE -- '--(verbose|version|help)$' | sort
}

# page_options VERB: the same of the man page
page_options() {
	awk -v verb="$1" '/^==/ { inside = ($0 == "=== " verb) } inside && /::$/' "$PAGE" |
		sed -nE 's/^(\*(-[a-zA-Z0-9])\*, )?\*(--[a-z-]+)\*( _([A-Z]+)_)?::$/\2 \3 \5/p' | sed 's/^ *//; s/ *$//' | sort
}

# words like -q --batch-mode; one blank
even() { tr -s ' ' | sort; }

is "$(sed -n 's/^=== \([a-zA-Z-]*\)$/\1/p' "$PAGE" | sort)" "$(verbs | sort)" "each command has its part of the page, and none other"
for verb in $(verbs); do
	is "$(page_options "$verb" | even)" "$(help_options "$verb" | even)" "$verb: the page has the options of --help"
	if grep -qE "^\*remapsetup $verb( |\*)" "$PAGE"; then pass "$verb: and how it is called"; else fail "$verb: and how it is called"; fi
done
is "$(awk '/^== COMMON/ { inside = 1 } /^== [^C]/ { inside = 0 } inside && /::$/' "$PAGE" | tr -d '*:,' | tr '\n' ' ')" \
	"-v --verbose -V --version -h --help " "options of all of them"
# The names of events are in the code, in --help and in the page.
is "$(sed -n '/^== EVENTS/,/^== JSON/s/^\*\([A-Za-z]*\)\*\(, bad\)\?::$/\1/p' "$PAGE" | sort)" \
	"$("$TOOL" monitor --help | grep -oE '\b[A-Z][a-z]+[A-Z][a-zA-Z]+\b|\bStorm\b|\bUnreachable\b' | sort -u)" "events of monitor --help"
is "$(sed -n '/^== EVENTS/,/^== JSON/s/^\*\([A-Za-z]*\)\*\(, bad\)\?::$/\1/p' "$PAGE" | sort)" \
	"$(sed -nE 's/.*\[EVENT_[A-Z_]+\] = "([A-Za-z]+)".*/\1/p' "$ROOT/tools/event.c" | sort)" "and of the code"

if command -v asciidoctor >/dev/null; then
	exits 0 "the pages can be built" make -s -C "$ROOT/tools" man
	for source in "$ROOT"/docs/man/*.adoc; do
		page=$(basename "$source" .adoc)
		if [[ -s $ROOT/tools/man/$page ]]; then pass "$page"; else fail "$page is not there"; fi
		command -v man >/dev/null || continue
		text=$(MANROFFSEQ='' MANWIDTH=80 man --warnings -l "$ROOT/tools/man/$page" 2>&1)
		like "$text" "^${page%.*}\([0-9]\)|[A-Z-]+\([0-9]\)" "... is a page"
		if grep -q '\*\|__\|warning' <<<"$text"; then fail "... without marks that were not understood" "$(grep '\*\|__\|warning' <<<"$text")"; else pass "... without marks that were not understood"; fi
	done
fi
exits 0 "installing" make -s -C "$ROOT/tools" install DESTDIR="$WORK/root"
for file in usr/sbin/remapsetup usr/share/bash-completion/completions/remapsetup; do
	if [[ -s root/$file ]]; then pass "... puts $file in its place"; else fail "... puts $file in its place"; fi
done
if command -v asciidoctor >/dev/null; then
	if [[ -s root/usr/share/man/man8/remapsetup.8 && -s root/usr/share/man/man7/dm-remap.7 ]]; then
		pass "... and the pages"
	else
		fail "... and the pages" "$(find root)"
	fi
fi
exits 0 "without asciidoctor" make -s -C "$ROOT/tools" ASCIIDOCTOR=there-is-none man
like "$OUTPUT" 'man pages are not built: there is no there-is-none' "... that is said"
done_testing
