#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# check --data-device on images: the fingerprint is that which the kernel's own code has taken.

# shellcheck source=tests/tool/lib.sh
. "$(dirname "$0")/lib.sh"

"$KERNEL" make sound.img 0 || exit 1
length=$("$TOOL" dump sound.img | sed -n 's/^main device *\([0-9]*\) sectors.*/\1/p')
block=$("$TOOL" dump sound.img | sed -n 's/^block size *\([0-9]*\) bytes.*/\1/p')
moved=$("$TOOL" dump sound.img | awk '$2 == "mapped" && $3 > 5 { print $3; exit }')
mapfile -t all < <("$TOOL" dump sound.img | awk '$2 == "mapped" { print $3 }')
truncate -s $((length * 512)) main.img # the main device of the kernel's tests is all zeros

looks() { try "$TOOL" check --data-device "$@" sound.img; }

looks main.img
is "$STATUS" 0 "its own main device"
if grep -q 'was changed' <<<"$OUTPUT"; then fail "... was not changed" "$OUTPUT"; else pass "... was not changed"; fi
like "$OUTPUT" 'note: the spare knows no identity of its main device' "... but by that it cannot be told"
truncate -s $((length * 512 + 5000)) longer.img
looks longer.img
is "$STATUS" 0 "one that is longer"
truncate -s $((length * 512 - 512)) shorter.img
looks shorter.img
is "$STATUS" 7 "one that is shorter"
like "$OUTPUT" "has $((length - 1)) sectors, and $length are mapped from sector 0 on" "... is told so"
looks nothing.img
is "$STATUS" 4 "one that is not there"

is_moved() { [[ " ${all[*]} " == *" $1 "* ]]; }
cp main.img changed.img
poke changed.img $((moved * block + 3)) 1
looks changed.img
is "$STATUS" 0 "what lies in the place of a moved block does not count"
last=$(((length * 512 - 1) / block))
for n in 1 $((moved + 40)) $((last - 1)) $last; do
	is_moved "$n" && continue
	cp main.img changed.img
	poke changed.img $((n * block)) 1
	looks changed.img
	is "$STATUS" 7 "a change of block $n"
	like "$OUTPUT" 'was changed since the last clean stop' "... is noticed"
done
try "$TOOL" check --json --data-device changed.img sound.img
if is_json <<<"$OUTPUT"; then pass "JSON"; else fail "JSON" "$OUTPUT"; fi
like "$OUTPUT" '"result": "refused"' "... says the same"

# A spare of which nothing is known says nothing of its main device.
truncate -s 1M blank.img
exits 4 "no spare" "$TOOL" check --data-device main.img blank.img
done_testing
