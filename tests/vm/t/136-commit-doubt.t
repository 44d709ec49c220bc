# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# summary: a change of the map that cannot be made durable fails; what is mapped goes on working
# timeout: 180

# shellcheck source=/dev/null
. "$VM_DIR/lib.sh"
# shellcheck source=/dev/null
. "$VM_DIR/tools/meta.sh"
# shellcheck source=/dev/null
. "$VM_DIR/tools/pair.sh"

M=/dev/disk/main S=/dev/disk/spare D=/dev/mapper/r

load_core
make_pair confirm_ms=0
start_pair 0+40 confirm_ms=0
dmsetup remove r
read_layout $S
save $S /run/whole.img
save $M /run/main.img

# The block of sector 4000 goes bad while neither the table block TABLE_COPY nor a
# superblock can be written. REST is what becomes of the medium before the next start:
# `mended` shows its old content there again.
doubt() {
	local copy=$1 super=$2 text event bad place
	[[ $super == A ]] && place=0 || place=$SUPER_B
	text="copy $copy of the table block and superblock $super cannot be written"
	bad=("$(range "$(table_block "$copy" 0)" 8)" "$(range "$place" 8)")
	restore $S /run/whole.img
	restore $M /run/main.img
	dm_create r "$TABLE"
	pattern_write $D 0 0 3
	null_bad spare "${bad[@]/#/+}"
	null_bad main +4000-4000
	event=$(dmsetup info -c --noheadings -o events r)
	log_mark
	fails "$text: a write that needs a remap fails" pattern_write $D 4000 8 4 --fua
	is "$(mode)" ro-map "the mode is ro-map"
	ok "the log says what that means" says "mode is now ro-map: .*remapped keeps working, new errors go up unchanged"
	ok "and there is an event" eventually 5 event_after "$event"
	ok "remapped blocks take data" pattern_write $D 0 320 5 --fua
	ok "and give it back" pattern_check $D 0 320 5
	ok "other blocks take data" pattern_write $D 6000 0 5 --fua
	ok "and give it back" pattern_check $D 6000 0 5
	fails "what is in doubt cannot be read" pattern_check $D 4000 8 0-9
	fails "nor written" pattern_write $D 4000 8 6
	null_bad main +5000-5000
	fails "a new bad sector is an error" pattern_write $D 5000 8 6
	ok "for that sector, and its neighbours take their data" pattern_write $D 5001 7 5 --fua
	fails "a block cannot be moved to the spare" dmsetup message r 0 remap 900
	null_bad spare "${bad[@]/#/-}"
	is "$(mode)" ro-map "the mode does not come back by itself"
	fails "when the spare works again a block cannot be moved either" dmsetup message r 0 remap 900
	dmsetup remove r
	null_bad main -4000-4000 -5000-5000
	ok "the next start succeeds" dm_create r "$TABLE"
	is "$(mode)" rw "with a map that can change"
	ok "what was acknowledged is there (remapped blocks)" pattern_check $D 0 320 5
	ok "and what lies between" pattern_check $D 320 3680 3
	ok "what was in doubt is old or new" pattern_check $D 4000 8 3,4,6
	ok "and what lies behind" pattern_check $D 4008 992 3
	ok "the neighbours of the bad sector are there" pattern_check $D 5001 7 5
	ok "and the rest" pattern_check $D 6000 0 5
	dmsetup remove r
	ok "both copies agree" copies_agree $S
}
event_after() { (($(dmsetup info -c --noheadings -o events r) > $1)); }

doubt A A
doubt B B
done_testing
