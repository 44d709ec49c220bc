# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# summary: spares run out loudly; errors go up unchanged then, and the rest goes on
# timeout: 120

# shellcheck source=/dev/null
. "$VM_DIR/lib.sh"
# shellcheck source=/dev/null
. "$VM_DIR/tools/meta.sh"

load_core
make_null_blk main 8
make_null_blk spare 4
M=/dev/disk/main S=/dev/disk/spare D=/dev/mapper/r
LEN=$(sectors $M)
TABLE="0 $LEN remap $M 0 $S 0"
dm_create r "$TABLE 3 format spare_blocks=20 confirm_ms=0"
pattern_write $D 0 0 1

events() { dmsetup info -c --noheadings -o events r; }
used() { dmsetup status r | awk '{ print $7 }'; }
quiet() { ! says "percent of the spare blocks" >/dev/null; }
# fill FIRST LAST: so many blocks fail at a write.
fill() {
	local i list=()
	for ((i = $1; i <= $2; i++)); do
		list+=("+$((i * 200))-$((i * 200))")
	done
	null_bad main "${list[@]}"
	pattern_write $D $(($1 * 200)) $((($2 - $1) * 200 + 8)) 2
}

# woken EVENT: somebody who waits for the next event gets it.
woken() { timeout 10 dmsetup wait r "$1"; }

log_mark
ok "at first writes that fail are remapped" fill 1 14
is "$(used)" "14/20" "70 percent of the spare is in use"
ok "without a warning" quiet
for step in "15 15 75" "16 18 90" "19 20 100"; do
	read -r from to percent <<<"$step"
	before=$(events)
	log_mark
	ok "more are remapped" fill "$from" "$to"
	is "$(used)" "$to/20" "$percent percent of the spare is in use"
	ok "the log warns" eventually 5 says "$percent percent of the spare blocks are in use \($to of 20\)"
	ok "and there is an event" woken "$before"
done
ok "the last warning says what comes" says "errors go up unchanged from now on"

map=$(dmsetup message r 0 list)
null_bad main +7000-7000 +7400-7400
attempt pattern_write $D 7000 8 3
like "$OUTPUT" "7000 8 error:EIO" "with the spare full a write to a bad sector is an I/O error"
ok "a sector that does not read is an I/O error too, and its neighbours read" \
	pattern_check $D 7400 8 1 --errors 7400+1
attempt pattern read-map $D 7400 1
like "$OUTPUT" "7400 1 error:EIO" "of the same kind as on the bare disk"
is "$(used)" "20/20" "nothing more is used"
is "$(dmsetup message r 0 list)" "$map" "the map is as it was"
is "$(dmsetup status r | awk '{ print $4 }')" rw "the mode is not lowered for it"
fails "a block cannot be moved" dmsetup message r 0 remap 3
ok "the blocks that are remapped take data" pattern_write $D 200 3808 4
ok "and so does the rest" pattern_write $D 4008 2992 4
ok "all of it reads" pattern_check $D 200 6800 4
null_bad main -7000-7000 -7400-7400
ok "sectors that work again are no trouble" pattern_write $D 7000 408 4
ok "and read" pattern_check $D 200 7208 4
dmsetup remove r
log_mark
ok "a device with a full spare starts" dm_create r "$TABLE"
ok "and warns again" eventually 5 says "100 percent of the spare blocks are in use"
is "$(used)" "20/20" "with all of it in use"
ok "and all data right" pattern_check $D 200 7208 4
dmsetup remove r

# The line that the user drew.
make_null_blk spare2 4
dm_create r "0 $LEN remap $M 0 /dev/disk/spare2 0 4 format spare_blocks=100 low_water=90 force"
dmsetup message r 0 remap 1000+10
ok "at low_water there is no warning" bash -c '! dmesg | grep "only .* spare blocks are left"'
before=$(events)
log_mark
dmsetup message r 0 remap 1010
ok "below it there is one" eventually 5 says "only 89 spare blocks are left"
ok "and an event" woken "$before"
dmsetup remove r
done_testing
