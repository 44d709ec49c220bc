# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# summary: the spare changes between the load of a table and its resume: refused, also the second time
# timeout: 120

# shellcheck source=/dev/null
. "$VM_DIR/lib.sh"
# shellcheck source=/dev/null
. "$VM_DIR/tools/meta.sh"

M=/dev/disk/main S=/dev/disk/spare D=/dev/mapper/r
CHANGED="The spare has changed since the table was loaded"

load_core
make_null_blk main 2
make_null_blk spare 2
LEN=$(sectors $M)
TABLE="0 $LEN remap $M 0 $S 0"

right() { pattern_check $D 0 0 1; }

# image NAME [OPTION...]: a spare for the same main device, with 20 blocks on it
image() {
	raw_zero $S 0 "$(sectors $S)"
	dm_create r "$TABLE $(($# + 1)) format confirm_ms=0 ${*:2}" && pattern_write $D 0 0 1
	dmsetup message r 0 remap 3+20 >/dev/null
	dmsetup remove r
	save $S "/run/$1.img"
}
image larger spare_blocks=300
image smaller spare_blocks=60
image blocks8k block_size=8192 spare_blocks=100
image good spare_blocks=150
save $M /run/main.img
raw_zero $S 0 "$(sectors $S)"
save $S /run/blank.img

# load OPTIONS: a table that is not active yet
load() {
	dmsetup create r --notable
	dmsetup load r <<<"$TABLE $1"
}

# refuses REGEXP: a resume fails, says why, and changes neither disk
refuses() {
	save $S /run/now.img
	log_mark
	! timeout 20 dmsetup resume r || return 1
	says "$1" && cmp $S /run/now.img && cmp $M /run/main.img
}

# changed TEXT IMAGE BEFORE IMAGE AFTER REGEXP [OPTIONS]: and back
changed() {
	restore $S "/run/$2.img"
	load "${5:-0}"
	restore $S "/run/$3.img"
	ok "$1: refused" refuses "$4"
	ok "$1: refused again" refuses "$4"
	restore $S "/run/$2.img"
	if [[ $2 == blank ]]; then
		dmsetup remove r
		return
	fi
	ok "$1: with the spare as it was, the same table starts" dmsetup resume r
	ok "$1: and the data is right" right
	dmsetup remove r
}

for other in larger smaller blocks8k; do
	changed "another spare ($other)" good $other "$CHANGED"
done
changed "a larger one in place of a smaller" smaller larger "$CHANGED"
GOOD_UUID=$(od -An -tx1 -j 16 -N 16 /run/good.img |
	sed -E 's/ //g; s/(.{8})(.{4})(.{4})(.{4})/\1-\2-\3-\4-/')
changed "another spare where one is asked for" good larger "The spare has another UUID" "1 uuid=$GOOD_UUID"
changed "wiped" good blank "There is no superblock on the spare: say 'format'"
changed "wiped, and the line says 'format'" good blank "$CHANGED" "1 format"
changed "wiped, and the line says to format it the same way" good blank "$CHANGED" "2 format spare_blocks=150"
changed "formatted by somebody else" blank good "$CHANGED" "1 format"
changed "formatted by somebody else, the same way" blank good "$CHANGED" "2 format spare_blocks=150"
cp /run/blank.img /run/used.img
poke /run/used.img 70000 1
changed "written by somebody else" blank used "The spare holds something: not formatting it" "1 format"

# A table in use is exchanged. It must not be left hanging.
fails_all() {
	! pattern_check $D 0 8 1 && ! pattern_write $D 0 8 2 && ! sync -d $D
}
for other in larger smaller blank; do
	text="reload, another spare ($other)"
	restore $S /run/good.img
	dm_create r "$TABLE"
	dmsetup reload r --table "$TABLE"
	dmsetup suspend r
	save $S /run/stopped.img
	restore $S /run/$other.img
	log_mark
	ok "$text: resume" timeout 20 dmsetup resume r
	ok "$text: the log says why not" \
		says "A reload cannot exchange the spare|There is no superblock on the spare"
	is "$(mode)" fail "$text: the mode is fail"
	ok "$text: all I/O fails" fails_all
	ok "$text: suspend and resume" timeout 20 bash -c "dmsetup suspend r; dmsetup resume r"
	is "$(mode)" fail "$text: the mode still is fail"
	dmsetup remove r
	ok "$text: the spare was not written" cmp $S /run/$other.img
	ok "$text: nor the main device" cmp $M /run/main.img
	restore $S /run/stopped.img
	ok "$text: with the right spare it starts" dm_create r "$TABLE"
	ok "$text: and the data is right" right
	dmsetup remove r
done
done_testing
