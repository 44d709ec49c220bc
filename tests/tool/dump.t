#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What people and programs read, to the letter: golden/. "make golden" writes it anew.

# shellcheck source=tests/tool/lib.sh
. "$(dirname "$0")/lib.sh"

# golden NAME COMMAND...: standard output, and the exit code behind it
golden() {
	local name=$1
	shift
	"$@" >"$name" 2>/dev/null
	echo "exit code $?" >>"$name"
	[[ ${WRITE_GOLDEN:-} ]] && cp "$name" "$GOLDEN/$name"
	is "$(<"$name")" "$(<"$GOLDEN/$name")" "$name"
}

# damaged IMAGE KIND...
damaged() {
	local image=$1 kind
	"$KERNEL" make "$image" 0
	for kind in "${@:2}"; do
		"$DAMAGE" "$image" "$kind"
	done
}

"$KERNEL" make one.img 1
golden dump-sound "$TOOL" dump one.img
golden dump-sound.json "$TOOL" dump --json one.img
golden check-sound "$TOOL" check one.img
golden check-sound.json "$TOOL" check --json one.img

damaged heals.img table-a-newer disowned-newer-b table-a-misplaced health-index super-b-corrupt
golden dump-heals "$TOOL" dump heals.img
golden check-heals "$TOOL" check heals.img
golden check-heals.json "$TOOL" check --json heals.img
golden repair-dry-run "$TOOL" repair --dry-run heals.img

damaged newer.img table-b-newer
golden check-newer "$TOOL" check newer.img
golden dump-newer "$TOOL" dump newer.img

damaged refused.img tables-misplaced table-generation-zero
golden dump-refused "$TOOL" dump refused.img
golden check-refused "$TOOL" check refused.img
golden check-refused.json "$TOOL" check --json refused.img

damaged high.img table-generation-high
golden check-high "$TOOL" check high.img

damaged rivals.img overlap-equal
golden dump-rivals "$TOOL" dump rivals.img
damaged overwritten.img super-a-overwritten
golden check-overwritten "$TOOL" check overwritten.img

# What is advised of two superblocks that contradict each other is done.
# advised COPY: the sector where it is to be overwritten
advised() { sed -nE "s/.*[ r] ([0-9]+) \($1\).*/\1/p" <<<"$OUTPUT"; }
# overwrite COPY: with zeros, in two.img
overwrite() {
	dd if=/dev/zero of=two.img bs=512 count=8 seek="$(advised "$1")" conv=notrunc status=none
	is "$(map two.img "$geometry")" "$(map sound.img "$geometry")" "geometry $geometry: without $1 the map is there"
}
for geometry in 1 2 3; do
	start=$(spare_start $geometry)
	"$KERNEL" make sound.img $geometry
	cp sound.img two.img
	"$DAMAGE" two.img supers-of-two-spares "$start"
	exits 7 "geometry $geometry: superblock B of another spare" "$TOOL" check --spare-start "$start" two.img
	like "$OUTPUT" "with dd conv=notrunc; not 'remapsetup erase', which wipes both" "geometry $geometry: what to do"
	is "$(advised A)" "$start" "geometry $geometry: where A is"
	overwrite B
done
geometry=1
"$KERNEL" make sound.img 1
cp sound.img two.img
super two.img 0 4 3 $((0x700000000))
super two.img 1 2 3 $((0x700000000))
try "$TOOL" check two.img
overwrite A

truncate -s 1M blank.img
golden check-blank "$TOOL" check blank.img
golden dump-blank "$TOOL" dump blank.img

# A hostile text must not reach a terminal as it is.
"$KERNEL" make hostile.img 1
printf 'evil\033[2Jtext' | dd of=hostile.img bs=1 seek=184 conv=notrunc status=none
perl -e 'local $/; open F, "+<", "hostile.img"; binmode F; my $d = <F>; my $s = substr $d, 0, 4096;
	substr($s, 8, 4) = "\0\0\0\0"; substr($s, 32, 8) = pack "Q<", unpack("Q<", substr $s, 32, 8) + 1;
	my $crc = 0xffffffff;
	for (unpack "C*", $s) { $crc ^= $_; $crc = $crc & 1 ? $crc >> 1 ^ 0x82f63b78 : $crc >> 1 for 1 .. 8 }
	substr($s, 8, 4) = pack "L<", $crc ^ 0xffffffff; seek F, 0, 0; print F $s'
truncate -s 1M main.img
# a handover that was cut, and the spare was used since
cp hostile.img cut.img
printf 'evil\033[2Jtext' | dd of=cut.img bs=1 seek=$(($(place_of_b cut.img) + 184)) conv=notrunc status=none
super cut.img 0 4 3 $(((1 << 33) + 1))
super cut.img 1 2 3 1
like "$("$TOOL" check cut.img)" 'handover that was cut.*main device evil' "what is printed of a cut handover"
like "$("$TOOL" check --data-device main.img hostile.img)" 'the main device has evil' "... of another main device"
for verb in "dump" "dump --json" "check" "check --data-device main.img" "check --json" "backup" cut; do
	image=hostile.img
	[[ $verb != cut ]] || verb=check image=cut.img
	# shellcheck disable=SC2086 # words
	try "$TOOL" $verb $image
	if [[ $OUTPUT == *$'\033'* ]]; then
		fail "$verb: a terminal's commands are not printed"
	else
		pass "$verb: a terminal's commands are not printed"
	fi
done
like "$("$TOOL" dump hostile.img)" 'evil\?\[2Jtext' "... but something in their place"
"$TOOL" backup hostile.img hostile.backup >/dev/null
like "$(cat hostile.backup)" 'identity evil\\x1b\[2Jtext' "a backup has it all the same"
done_testing
