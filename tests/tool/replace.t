#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The end of an interrupted replacement: of all states that two spares can be in, the
# tool makes the new one the active one in exactly one, and the kernel's code never starts both.

# shellcheck source=tests/tool/lib.sh
. "$(dirname "$0")/lib.sh"

tear() { poke "$1" "$2" 0 0 0 0 255; }
starts() { [[ $(map "$1" 0) == mode* ]] && echo yes || echo no; }
state() { "$TOOL" dump "$1" | sed -n 's/^state  *//p'; }

"$KERNEL" make active.img 0
GEN=$((0x700000000))
active=2 standby=3 replaced=4

# pair OLD-STATE NEW-STATE NEW-FLAGS DISTANCE: of the generations
pair() {
	cp active.img old.img
	cp active.img new.img
	both old.img "$1" 3 $((GEN + $4))
	both new.img "$2" "$3" $GEN
	cp old.img old.before
	cp new.img new.before
}
# shellcheck disable=SC2317 # called by try
finish() { "$TOOL" replace-spare --finish old.img new.img; }

# All of them: exactly one is promoted; else nothing is written.
promoted=0 wrong=
for old in $active $standby $replaced; do
	for new in $active $standby $replaced; do
		for flags in 0 1 3; do
			for distance in 0 1 2; do
				pair "$old" "$new" "$flags" "$distance"
				try finish
				what="old $old new $new flags $flags distance $distance"
				if ((old == replaced && new == standby && flags & 1 && distance == 1)); then
					((STATUS == 0)) || wrong+="$what: $OUTPUT"$'\n'
					[[ $(starts old.img)$(starts new.img) == noyes ]] || wrong+="$what: who starts?"$'\n'
					promoted=$((promoted + 1))
				else
					((STATUS == 4)) || wrong+="$what: exit code $STATUS: $OUTPUT"$'\n'
					cmp -s old.img old.before && cmp -s new.img new.before || wrong+="$what: changed"$'\n'
				fi
			done
		done
	done
done
is "$wrong" "" "of 81 pairs the right ones are promoted"
is "$promoted" 2 "two of them"

# A pair that does not belong together
pair "$replaced" "$standby" 3 1
"$KERNEL" make other.img 0
cp other.img old.img
poke old.img 16 1
both old.img $replaced 3 $((GEN + 1))
poke old.img "$(($(place_of_b old.img) + 16))" 1
both old.img $replaced 3 $((GEN + 1))
exits 4 "one of another UUID" finish
like "$OUTPUT" "belong to different devices" "is told"

# Each step of the commit, whole and torn, and the power goes. old: A, B; new: A, B.
# step NAME WHO STARTS BEFORE, PROMOTED?
step() {
	local name=$1 before=$2 after=$3
	is "$(starts old.img)$(starts new.img)" "$before" "$name: before, the kernel starts"
	try finish
	is "$(starts old.img)$(starts new.img)" "$after" "$name: afterwards"
}
begin() {
	pair "$active" "$standby" 3 0
	both old.img $active 3 $((0x600000000))
}
begin
step "before the commit" yesno yesno
begin
tear old.img 0
step "old A torn" yesno yesno
begin
super old.img 0 $replaced 3 $((GEN + 1))
step "old A replaced" nono noyes
is "$(state old.img), $(state new.img)" "replaced, stopped cleanly, fingerprints taken, active, stopped cleanly, fingerprints taken" \
	"both say so"
begin
super old.img 0 $replaced 3 $((GEN + 1))
tear old.img "$(place_of_b old.img)"
step "old B torn" nono noyes
begin
both old.img $replaced 3 $((GEN + 1))
step "old B replaced" nono noyes
begin
both old.img $replaced 3 $((GEN + 1))
tear new.img 0
step "new A torn" nono noyes
begin
both old.img $replaced 3 $((GEN + 1))
super new.img 0 $active 3 $((GEN + 2))
step "new A active" noyes noyes
begin
both old.img $replaced 3 $((GEN + 1))
super new.img 0 $active 3 $((GEN + 2))
tear new.img "$(place_of_b new.img)"
step "new B torn" noyes noyes
# promotion itself is interrupted
begin
super old.img 1 $replaced 3 $((GEN + 1))
tear old.img 0
step "A of the old one torn while it is finished" nono noyes

# The cut between A and B, and a health record that is newer than B: somebody used it by B since.
begin
super old.img 0 $replaced 3 $((GEN + 1))
super old.img 1 $active 3 1
cp old.img old.before
step "used by B" nono nono
like "$OUTPUT" "was used after the replacement was cut, and holds what was written then" "not promoted, and says so"
exits 7 "check of it" "$TOOL" check old.img
like "$OUTPUT" "superblock A was written by a handover that was cut, and the device was used since by superblock B" "says so"
exits 7 "repair" "$TOOL" repair --in-place old.img
like "$OUTPUT" "repair --in-place --force" "wants to be told"
exits 7 "repair of a copy" "$TOOL" repair --output copy.img --force old.img
exits 0 "what would be repaired" "$TOOL" repair --dry-run --force old.img
like "$OUTPUT" "this would be repaired" "says so"
same_files old.img old.before "nothing was written"
"$KERNEL" make backup.img 0
exits 0 "a backup" "$TOOL" backup backup.img backup.json
cp old.img some.img
exits 4 "restore to it" "$TOOL" restore -q backup.json some.img
like "$OUTPUT" "a handover to another spare or main device was cut, and it was used since" "says why not"
is "$(grep -c '^remapsetup: some.img' <<<"$OUTPUT")" 2 "and nothing else, but that these images have no data"
exits 0 "erase of it" "$TOOL" erase -q some.img
is "$OUTPUT $(grep -ac 'dmremap[STH]' some.img)" "some.img: erased 0" "all of it"
# whose map does not load: it stays as it is, so that the other one can still be had
cp old.before some.img
tear some.img "$(place some.img 128)"
tear some.img "$(place some.img 160)"
cp some.img some.before
for how in --in-place --dry-run; do
	exits 4 "repair $how of one that has no map" "$TOOL" repair $how --force some.img
	like "$OUTPUT" "its map does not load" "says so"
done
same_files some.img some.before "nothing was written"
# that start may have written one copy of the record
tear old.img "$(place old.img 136)"
exits 0 "by force, with one copy of the record" "$TOOL" repair --in-place --force old.img
step "given back" yesno yesno
exits 0 "check of it then" "$TOOL" check old.img

# The same, and B is damaged when A is back; but the record of a spare that was retired in peace is older.
begin
super old.img 0 $replaced 3 $((GEN + 1))
tear old.img "$(place_of_b old.img)"
cp old.img retired.img
record old.img $((GEN - 1))
step "B damaged" nono noyes
cp retired.img old.img
cp new.before new.img
record old.img $((GEN + 1))
step "used by B, which is damaged" nono nono
exits 7 "check of it" "$TOOL" check old.img
like "$OUTPUT" "superblock A was written by a handover that was cut, and the device was used since by superblock B" "says so"
exits 0 "by force" "$TOOL" repair --in-place --force old.img
step "given back" yesno yesno

# In words
pair "$replaced" "$standby" 3 1
like "$(state new.img)" "^standby, complete" "dump: complete"
both new.img $standby 0 $GEN
like "$(state new.img)" "^standby, not complete" "dump: not complete"
exits 7 "check of it" "$TOOL" check new.img
like "$OUTPUT" "a standby that was to replace another one, and is not complete" "says so"
exits 7 "check of the old one" "$TOOL" check old.img
like "$OUTPUT" "it was replaced" "says so"
exits 4 "what is none" "$TOOL" replace-spare --finish active.img /dev/null
done_testing
