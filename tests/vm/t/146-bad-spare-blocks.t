# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# summary: bad blocks of the spare are skipped and marked; the breaker stops what is optional
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
TABLE="0 $LEN remap $M 0 $S 0 1 confirm_ms=0"
dm_create r "0 $LEN remap $M 0 $S 0 3 format confirm_ms=0 storm_limit=1000"
pattern_write $D 0 0 1
dmsetup suspend r
dmsetup resume r
read_layout $S
spare_block() { echo "$((DATA + 8 * $1 + ${2:-0}))-$((DATA + 8 * $1 + ${3:-7}))"; }
field() { dmsetup status r | awk -v n="$1" '{ print $n }'; }
place() { dmsetup message r 0 lookup "$1" | awk '{ print $2 }'; }

null_bad spare "+$(spare_block 0)"
null_bad main +1000-1000
log_mark
ok "the spare block that comes first is bad: the write succeeds" pattern_write $D 0 0 2
ok "and reads back" pattern_check $D 0 0 2
ok "the log says that it was skipped" says "spare block 0 is bad, taking another"
isnt "$(place 125)" 0 "the block lies in another"
is "$(field 8)" 1 "one spare block counts as bad"
null_bad spare "-$(spare_block 0)"
dmsetup remove r
dm_create r "$TABLE"
is "$(field 8)" 1 "it is still marked after the next start, although it works again"
ok "and never used" bash -c "dmsetup message r 0 remap 500+400 >/dev/null && ! dmsetup message r 0 list | grep '^[0-9]* 0 '"
ok "all data is right" pattern_check $D 0 0 2
dmsetup remove r

# A spare block goes bad under its data. Main still has what the block held before.
dm_create r "$TABLE"
pattern_write $D 0 0 3
slot=$(place 500)
null_bad spare "+$(spare_block "$slot" 2 2)"
ok "a sector of a spare block does not read: that sector fails and no other" \
	pattern_check $D 0 0 3 --errors 4002+1
null_bad spare "-$(spare_block "$slot" 2 2)"
ok "it goes on to fail although the spare reads again" pattern_check $D 0 0 3 --errors 4002+1
isnt "$(place 500)" "$slot" "the block has moved to another spare block"
fails "main does not have the data of it" dmsetup message r 0 retry 500
ok "a write makes it good" pattern_write $D 4002 1 3
ok "all data is right" pattern_check $D 0 0 3
dmsetup remove r
dm_create r "$TABLE"
ok "also after the next start" pattern_check $D 0 0 3

slot=$(place 501)
null_bad spare "+$(spare_block "$slot" 5 5)"
ok "a spare block that cannot be written: the write succeeds" pattern_write $D 4008 8 4
ok "and reads back" pattern_check $D 4008 8 4
ok "all the rest is right" pattern_check $D 4016 0 3
isnt "$(place 501)" "$slot" "the block has moved to another spare block"
null_bad spare "-$(spare_block "$slot" 5 5)"
dmsetup remove r
dm_create r "$TABLE"
ok "also after the next start" pattern_check $D 4008 8 4
pattern_write $D 4008 8 3

# All spare blocks are bad: a few are tried, then the error goes up.
bad=()
for ((sector = DATA; sector < HEALTH_B; sector += 256)); do
	bad+=("$(range $sector $((HEALTH_B - sector < 256 ? HEALTH_B - sector : 256)))")
done
used=$(field 7)
null_bad main +100-100
null_bad spare "${bad[@]/#/+}"
fails "where no spare block works the write fails" pattern_write $D 96 8 5
null_bad spare "${bad[@]/#/-}"
ok "after a few tries" test $((${used%/*} + 12)) -ge "$(field 7 | cut -d/ -f1)"
ok "and when they work again it succeeds" eventually 30 pattern_write $D 96 8 3
ok "all data is right" pattern_check $D 0 0 3
dmsetup remove r

# The breaker. 40 spare blocks; eight automatic remaps trip it; a quarter of the
# 32 that are free then is for writes.
make_null_blk main2 8
make_null_blk spare2 4
M=/dev/disk/main2
dm_create r "0 $LEN remap $M 0 /dev/disk/spare2 0 4 format confirm_ms=0 storm_limit=8 spare_blocks=40"
pattern_write $D 0 0 1
sectors_bad() {
	local i list=()
	for ((i = $1; i <= $2; i++)); do
		list+=("+$((i * 80))-$((i * 80))")
	done
	null_bad main2 "${list[@]}"
}
sectors_bad 1 7
ok "seven bad sectors" pattern_write $D 0 640 2
is "$(field 5)" normal "are no storm"
sectors_bad 8 8
event=$(dmsetup info -c --noheadings -o events r)
log_mark
ok "one more" pattern_write $D 640 8 2
is "$(field 5)" storm "is one"
ok "the log says so" says "too many blocks fail too fast: only writes are remapped"
ok "and there is an event" timeout 10 dmsetup wait r "$event"
sectors_bad 60 60
ok "a sector that does not read now is an error" pattern_check $D 4800 8 1 --errors 4800+1
is "$(field 7)" "8/40" "and uses no spare block"
null_bad main2 -4800-4800
ok "so it reads when the disk does" pattern_check $D 4800 8 1
sectors_bad 9 16
ok "writes are remapped up to a quarter of the free spare" pattern_write $D 648 640 2
is "$(field 7)" "16/40" "and no further"
sectors_bad 17 17
fails "then they fail" pattern_write $D 1360 8 2
is "$(field 7)" "16/40" "and use nothing"
ok "what the administrator asks for is done" dmsetup message r 0 remap 900
ok "the rest works" pattern_write $D 1368 0 2
ok "and reads" pattern_check $D 0 1288 2
ok "all of it" pattern_check $D 1368 0 2
dmsetup remove r
done_testing
