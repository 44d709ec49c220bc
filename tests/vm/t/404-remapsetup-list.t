# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# summary: remapsetup list, remap and relocate
# timeout: 240

# shellcheck source=/dev/null
. "$VM_DIR/lib.sh"
# shellcheck source=/dev/null
. "$VM_DIR/tools/remapsetup.sh"

M=/dev/disk/main S=/dev/disk/spare D=/dev/mapper/r
load_core
make_null_blk main 32
make_null_blk spare 8
LEN=$(sectors $M)
rs format $S --data-device $M -q
rs open $S r --data-device $M
pattern_write $D 0 0 1
exits 0 "an empty map" rs list r
is "$OUTPUT" "" "has no lines"
ok "as JSON" rs list r --json
is "$(json '.map | length')" 0 "it is an empty list"
ok "nothing is lost" rs list r --lost --json
is "$(json '.lost | length')" 0 "in JSON, too"

# remap and relocate
ok "remap" rs remap r 100+3
is "$OUTPUT" "3 moved to the spare, 0 were there already" "says what it did"
ok "relocate" rs relocate r 102+2
is "$OUTPUT" "1 moved to the spare, 1 were there already" "moves what is still on main"
ok "by sectors, whole blocks" rs remap r 1607+2 --sectors
is "$OUTPUT" "2 moved to the spare, 0 were there already" "the two that they touch"
ok "the last block" rs relocate r $((LEN / 8 - 1))
ok "all data is there" pattern_check $D 0 0 1
ok "list" rs list r
golden list
ok "JSON" rs list r -J
is "$(json '[.map[] | .block] | @json')" "[100,101,102,103,200,201,8191]" "has the same blocks"
is "$(json '[.map[] | .lost_mask, .rescuable, .reason] | unique | @json')" '[false,"0","manual"]' "none is lost"
is "$(json '.map | map(.spare_block) | unique | length')" 7 "each has a place of its own"

# What does not read
null_bad main +2400-2400 +2420-2423
refuses 4 "block 300 of r cannot be read on $(readlink -f /dev/disk/main)" "relocate refuses what does not read" rs relocate r 299+2
ok "nothing was moved" bash -c "! dmsetup message r 0 list | grep -E '^(299|300) '"
ok "the block before it moves" rs relocate r 299
refuses 4 'block 300 of r' "the bad one does not, among a lot of others" rs relocate r 0+1000
is "$(dmsetup message r 0 lookup 0)" "0 main" "and none of these"
ok "remap moves it" rs remap r 300
is "$(dmsetup status r | cut -d' ' -f10)" 1 "and what did not read is lost"
ok "relocate leaves it where it is" rs relocate r 299+2
is "$OUTPUT" "0 moved to the spare, 2 were there already" "though main does not read"
ok "remap another" rs remap r 302
ok "the lost sectors" rs list r --lost
golden list.lost
ok "JSON" rs list r --lost -J
is "$(json '[.lost[] | [.sector, .sectors, .rescuable, .file]] | @json')" \
	'[[2400,1,true,"unknown"],[2420,4,true,"unknown"]]' "tells the same"
ok "the data is there but for these" pattern_check $D 0 0 1 --errors 2400+1,2420+4

# Bad input changes nothing.
before=$(dmsetup message r 0 list)
for range in '' x 5+ 5+0 +5 5+-1 "5 6" 0x5 99999999999999999999 18446744073709551615+2; do
	refuses 1 'is no range' "the range '$range'" rs remap r "$range"
done
refuses 1 'beyond the end' "a block too far" rs relocate r $((LEN / 8))
refuses 1 'beyond the end' "a count too large" rs relocate r 100+$((LEN / 8 - 99))
refuses 1 'beyond the end' "a sector too far" rs remap r "$LEN" --sectors
refuses 4 'q is not active' "another device" rs remap q 5
refuses 1 'wrong number' "no range" rs remap r
dmsetup suspend r
refuses 5 'suspended' "a suspended device" rs remap r 5
dmsetup resume r
is "$(dmsetup message r 0 list)" "$before" "nothing was moved by this"
refuses 4 'no spare block is left' "more than the spare has" rs remap r 1000+2500
like "$OUTPUT" 'the kernel says: ' "in the kernel's words, too"
ok "a map that takes several replies" rs list r -J
is "$(json '.map | length')" "$(dmsetup status r | cut -d' ' -f9)" "is complete"
is "$(json '[.map[].block] | . == (unique)')" true "in order, each once"
ok "the data is there" pattern_check $D 0 0 1 --errors 2400+1,2420+4
rs close r
done_testing
