#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Each kind of damage of tests/fuzz/damage.h, on each geometry: what check says goes with
# what the kernel's code does, and what repair makes starts with the same map.

# shellcheck source=tests/tool/lib.sh
. "$(dirname "$0")/lib.sh"

# Only the main device can tell: the spare by itself is in order.
needs_main=" mask-unit main-longer beyond-new-end main-start fingerprint "

# expected_check KIND WHAT-THE-KERNEL-DOES
expected_check() {
	case $2 in
	healed) echo 6 ;;
	ignored) echo '[06]' ;;
	*) echo 7 ;;
	esac
}

# why not, for the judge below; nothing: all is well
judge_check() {
	local kind=$1 does=$2 expected words='note|heals'
	expected=$(expected_check "$kind" "$does")
	[[ $expected == 7 ]] && words=refused
	if [[ $needs_main == *" $kind "* ]]; then
		expected='[06]' words=.
	fi
	[[ $STATUS =~ ^$expected$ ]] || echo "check exits with $STATUS: $OUTPUT"
	grep -qE "^($words)" <<<"$OUTPUT" || echo "check does not say what is wrong: $OUTPUT"
}

# judge_repair KIND GEOMETRY START: of damaged.img into repaired.img
judge_repair() {
	local kind=$1 geometry=$2 start=$3 before after
	before=$(map damaged.img "$geometry")
	rm -f repaired.img
	try "$TOOL" repair --spare-start "$start" --output repaired.img damaged.img
	cmp -s damaged.img kept.img || echo "repair changed its input"
	if [[ $before == mode* || $needs_main == *" $kind "* ]]; then
		((STATUS == 0)) || echo "repair fails: $OUTPUT"
		after=$(map repaired.img "$geometry")
		[[ $after == "$before" ]] || echo "another map: $(diff <(echo "$before") <(echo "$after"))"
		try "$TOOL" check --spare-start "$start" repaired.img
		((STATUS == 0)) || echo "the repaired one is not in order: $OUTPUT"
	else
		((STATUS == 7 || STATUS == 4)) || echo "repair exits with $STATUS: $OUTPUT"
		[[ ! -e repaired.img ]] || echo "a repaired image of what is refused"
	fi
}

# The same where it stands; and nothing is written twice.
judge_in_place() {
	local geometry=$1 start=$2
	cp damaged.img place.img
	try "$TOOL" repair --spare-start "$start" --in-place place.img
	if [[ -e repaired.img ]]; then
		[[ $(map place.img "$geometry") == "$(map repaired.img "$geometry")" ]] ||
			echo "in place it becomes another one"
		cp place.img again.img
		try "$TOOL" repair --spare-start "$start" --in-place again.img
		cmp -s place.img again.img || echo "a second repair changes something"
	else
		cmp -s place.img damaged.img || echo "refused, and changed all the same"
	fi
}

# On a disk that has grown, superblock B is found through A only.
lost_twin() { (($2 == 3)) && [[ $1 == super-a-* || $1 == super-b-newer ]]; }

judge() {
	local kind=$1 does=$2 geometry=$3 start
	start=$(spare_start "$geometry")
	cp damaged.img kept.img
	try "$TOOL" check --spare-start "$start" damaged.img
	lost_twin "$kind" "$geometry" || judge_check "$kind" "$does"
	cmp -s damaged.img kept.img || echo "check changed its input"
	judge_repair "$kind" "$geometry" "$start"
	((geometry == 0)) || return 0
	judge_in_place "$geometry" "$start"
	judge_output
}

judge_output() {
	is_json < <("$TOOL" check --json damaged.img 2>/dev/null) || echo "check: no JSON"
	is_json < <("$TOOL" dump --json damaged.img 2>/dev/null) || echo "dump: no JSON"
	try "$TOOL" dump damaged.img
	((STATUS == 0 || STATUS == 4)) || echo "dump exits with $STATUS: $OUTPUT"
}

# what the kernel does, from the list: "healed", "ignored", "refused at ..."
run() {
	local kind=$1 does=$2 geometry why
	for geometry in 0 1 2 3; do
		cp "sound$geometry.img" damaged.img
		"$DAMAGE" damaged.img "$kind" "$(spare_start "$geometry")" 2>/dev/null || continue
		why=$(judge "$kind" "$does" "$geometry")
		if [[ $why ]]; then
			fail "$kind, geometry $geometry" "$why"
		else
			pass "$kind, geometry $geometry"
		fi
	done
}

for geometry in 0 1 2 3; do
	"$KERNEL" make "sound$geometry.img" "$geometry" || exit 1
	exits 0 "a sound spare is in order, geometry $geometry" \
		"$TOOL" check --spare-start "$(spare_start "$geometry")" "sound$geometry.img"
done

while read -r kind does rest; do
	[[ $does == refused ]] && does="refused ${rest%% *}"
	run "$kind" "$does"
done < <("$DAMAGE" list)
done_testing
