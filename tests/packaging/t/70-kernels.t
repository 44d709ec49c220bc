#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What goes through all kernels (tests/kernels/run, hours) runs the tests that it is told, and refuses a name that is none: it
# would pass on nothing. With its own tools replaced by some that do nothing.

# shellcheck source=/dev/null # it is beside
. "$(dirname "$0")/../lib.sh"

export XDG_CACHE_HOME=$WORK/cache
mkdir -p tests/kernels tests/vm/t
cp "$REPO/tests/kernels/run" tests/kernels
(cd "$REPO/tests/vm/t" && printf '%s\n' *.t) >names
(cd tests/vm/t && xargs touch <"$WORK/names")
# stub FILE LINE
stub() { printf '#!/bin/sh\n%s\n' "$2" >"$1" && chmod 755 "$1"; }
stub tests/deps 'exit 0'
# shellcheck disable=SC2016 # they expand it
{
	stub tests/vm/kernel '[ "$1" != list ] || cat list'
	stub tests/vm/modules 'echo /nowhere'
	stub tests/vm/run 'basename "$1" >>ran; echo ok 1'
}

printf '%s\n' '5.9 5.9.0 sid' '5.10 5.10.0 bullseye' '6.1 6.1.0 bookworm' '6.5 6.5.0 sid' >list

# runs TEXT EXPECTED OPTION...
runs() {
	: >ran
	ok "$1" tests/kernels/run --no-document --kernel 6.1 "${@:3}"
	is "$(paste -sd ' ' ran)" "$2" "and these are run"
}

runs "all tests" "$(paste -sd ' ' names)"
runs "one, by its number" "$(grep '^000' names)" 000
runs "by its whole name, twice" "$(grep '^000' names)" "$(grep '^000' names)" 000
ok "the few of --quick" tests/kernels/run --no-document --quick
for name in nonesuch 000-smoke.txt '*' '0?0'; do
	: >ran
	exits 2 "'$name' is refused" tests/kernels/run --no-document 000 "$name"
	is "$(grep -cF "no test in tests/vm/t has a name that begins with '$name'" <<<"$OUTPUT") $(wc -l <ran)" "1 0" \
		"by its name, and nothing is run"
done
# The kernels: what is older than the oldest that is supported is left out, and that one has to be there.
: >ran
ok "all kernels" tests/kernels/run --no-document 000
is "$(grep -o '^# Linux [^ ]*' <<<"$OUTPUT" | paste -sd ' ') $(wc -l <ran)" "# Linux 5.10.0 # Linux 6.1.0 # Linux 6.5.0 3" "are those that are supported"
sed -i '/^5\.10 /d' list
refuse "without the oldest" tests/kernels/run --no-document 000
is "$(grep -c '^not ok .* 5\.10, the oldest kernel' <<<"$OUTPUT")" 1 "it fails, and says which is missing"
ok "one that is named does not need it" tests/kernels/run --no-document --kernel 6.1 000
# The document: the commit behind the date, also when it is made of an older document.
mkdir -p docs
cp "$REPO/tests/kernels/document" tests/kernels
echo '| 6.1 | 6.1.0 | bookworm | yes | 1 | 0 | 0 | 2026-01-01 (0123456789) |' >docs/kernels.md
rm -rf "$XDG_CACHE_HOME"
ok "one of two kernels, in no checkout" tests/kernels/run --kernel 6.5 000
is "$(grep -oE '^\| 6\..*' docs/kernels.md | grep -oE '[^|]* \|$' | paste -sd ' ')" " 2026-01-01 (0123456789) |  $(date +%F) |" "the other keeps its date and commit"
git init -q . && git -c user.name=x -c user.email=x@x.invalid commit -q --allow-empty -m x
ok "in a checkout" tests/kernels/run --kernel 6.5 000
ok "the document names the commit" grep -q "^| 6\.5 .* $(date +%F) ($(git rev-parse --short=10 HEAD)) |\$" docs/kernels.md

# A test that --quick names and somebody has given another number.
rm tests/vm/t/160-*
refuse "a test of --quick that is gone is noticed" tests/kernels/run --no-document --quick

done_testing
