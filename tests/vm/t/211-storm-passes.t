# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# summary: the breaker closes by itself, with an event, though nothing fails any more
# timeout: 120
# icount: shift=2

# shellcheck source=/dev/null
. "$VM_DIR/lib.sh"

M=/dev/disk/main S=/dev/disk/spare D=/dev/mapper/r
field() { dmsetup status r | cut -d' ' -f"$1"; }
events() { dmsetup info -c --noheadings -o events r; }
# storm FIRST: eight sectors in eight blocks fail, and are read
storm() {
	local i list=()
	for ((i = $1; i < $1 + 8; i++)); do
		list+=("+$((i * 80))-$((i * 80))")
	done
	null_bad main "${list[@]}"
	pattern_write $D $(($1 * 80)) 640 2
}

load_core
make_null_blk main 8
make_null_blk spare 4
LEN=$(sectors $M)
dm_create r "0 $LEN remap $M 0 $S 0 3 format confirm_ms=0 storm_limit=8"
pattern_write $D 0 0 1
ok "eight blocks fail" storm 0
is "$(field 5)" storm "that is a storm"
before=$(events)
log_mark
sleep 3000
is "$(field 5)" storm "after 50 minutes it still is"
sleep 1200
is "$(field 5)" normal "after 70 it has passed"
is "$(($(events) - before))" 1 "which is an event"
like "$(log_since)" "blocks fail less often again" "and in the log"
null_bad main +8000-8000
ok "a read that fails is remapped again" pattern_check $D 8000 8 1 --errors 8000+1
is "$(field 9)" 9 "nine blocks are on the spare"

ok "eight more fail" storm 20
is "$(field 5)" storm "that is a storm"
dmsetup message r 0 storm_limit 100
sleep 65 # a timer of a minute may be two seconds late
is "$(field 5)" normal "which passes when the limit is raised"
dmsetup message r 0 storm_limit 8
ok "and eight more" storm 40
dmsetup suspend r
dmsetup resume r
is "$(field 5)" storm "a storm outlives a suspend"
sleep 12000 # some 24 have added up, and 4 is where it ends
is "$(field 5)" normal "and passes all the same"
ok "all data is right" pattern_check $D 0 640 2
done_testing
