# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# summary: a table block that cannot be written costs that table block and no data
# alone: an outage has to end within 0.4 s
# timeout: 180

# shellcheck source=/dev/null
. "$VM_DIR/lib.sh"
# shellcheck source=/dev/null
. "$VM_DIR/tools/meta.sh"
# shellcheck source=/dev/null
. "$VM_DIR/tools/pair.sh"

# shellcheck disable=SC2034 # pair.sh uses it
M=/dev/disk/main S=/dev/disk/spare D=/dev/mapper/r

load_core
make_pair confirm_ms=0
start_pair 0+40 confirm_ms=0
read_layout $S

buried() { says "table block $1 of the spare is out of use now"; }
lists_none_of() {
	dmsetup message r 0 list |
		awk -v k="$1" 'int($2 / 126) == k { bad = 1; print } END { exit bad }'
}

# Table block and the copies of it that go bad; each time the next one is in use.
SEED=2 SECTOR=4000
lose() {
	local k=$1 text=$2 copy bad=() seed=$((SEED + 1))
	shift 2
	for copy in "$@"; do
		bad+=("$(range "$(table_block "$copy" "$k")" 8)")
	done
	null_bad spare "${bad[@]/#/+}"
	null_bad main "+$SECTOR-$((SECTOR + 1))"
	log_mark
	ok "$text cannot be written: a write that needs a remap succeeds" pattern_write $D 0 0 $seed --flush
	ok "and all data is right at once" pattern_check $D 0 0 $seed
	ok "the log says that the copy is ignored" \
		says "copy $1 of table block $k of the spare cannot be written and is ignored"
	ok "the table block is emptied and given up" eventually 10 buried "$k"
	ok "nothing lies in its spare blocks any more" lists_none_of "$k"
	is "$(mode)" rw "the map can change"
	ok "all data is right" pattern_check $D 0 0 $seed
	dmsetup remove r
	ok "the device starts again" dm_create r "$TABLE"
	ok "and all data is right" pattern_check $D 0 0 $seed
	dmsetup remove r
	null_bad spare "${bad[@]/#/-}"
	ok "so it does when the table block works again, with its old content" dm_create r "$TABLE"
	ok "and all data is right" pattern_check $D 0 0 $seed
	ok "nothing lies in its spare blocks" lists_none_of "$k"
	SEED=$seed SECTOR=$((SECTOR + 800))
}

lose 0 "copy A of a table block" A
lose 1 "copy B of a table block" B
lose 2 "a table block in both copies" A B
is "$(dmsetup message r 0 lookup 0 | awk '{ print int($2 / 126) }')" 3 \
	"blocks that were remapped in the beginning have moved three times"

# An outage that ends before the last try costs nothing; there are three, 0.2 s apart. This one
# ends after the first: when the spare has had the data and one copy of the table. No process is
# made for that: on a slow machine it would come too late.
ends_after_two() {
	local stat before
	read -ra stat <"$STAT"
	before=${stat[4]}
	until read -ra stat <"$STAT" && ((stat[4] >= before + 2)); do
		:
	done
	null_bad spare "-$BAD"
}
STAT=/sys/block/$(block $S)/stat
BAD=$(range "$(table_block A 3)" 8)
used_up() { read_layout $S && echo "$DISOWNED"; }
dmsetup remove r
before=$(used_up)
dm_create r "$TABLE"
null_bad spare "+$BAD"
null_bad main +9000-9000
ends_after_two &
ok "a table block that cannot be written for a moment: the write succeeds" pattern_write $D 9000 8 $SEED
wait
dmsetup remove r
is "$(used_up)" "$before" "and no table block is given up for it"
dm_create r "$TABLE"
ok "all data is right" pattern_check $D 0 0 $SEED
dmsetup remove r
done_testing
