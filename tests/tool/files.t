#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# repair, check and their like on files: what is written, what never, and exit codes.

# shellcheck source=tests/tool/lib.sh
. "$(dirname "$0")/lib.sh"

"$KERNEL" make sound.img 0
cp sound.img bad.img
"$DAMAGE" bad.img table-b-corrupt
cp bad.img kept.img

exits 1 "repair wants to know where to" "$TOOL" repair bad.img
exits 1 "... and only one place" "$TOOL" repair --in-place --dry-run bad.img
exits 0 "a dry run" "$TOOL" repair --dry-run bad.img
like "$OUTPUT" 'copy B of table block 0' "... says what would be done"
same_files bad.img kept.img "... and does nothing"
exits 1 "the output cannot be the input" "$TOOL" repair --output bad.img bad.img
ln bad.img link.img
exits 1 "... nor a link to it" "$TOOL" repair --output link.img bad.img
same_files bad.img kept.img "... which stays as it is"
cp sound.img there.img
exits 5 "an existing file is not overwritten" "$TOOL" repair --output there.img bad.img
same_files there.img sound.img "... and stays as it is"
exits 4 "no such directory" "$TOOL" repair --output nowhere/x.img bad.img
exits 0 "a copy is repaired" "$TOOL" repair --output fixed.img bad.img
same_files bad.img kept.img "... the spare is left alone"
is "$(stat -c %s fixed.img)" "$(stat -c %s bad.img)" "... the copy is as long"
exits 0 "a sound spare is copied" "$TOOL" repair --output copy.img sound.img
is "$(map copy.img 0)" "$(map sound.img 0)" "... with its map"
exits 0 "a sound spare needs no repair" "$TOOL" repair --in-place copy.img

# Data and what is behind the area come along.
head -c 300000 /dev/urandom >data.img
dd if=sound.img of=data.img bs=512 count=40 conv=notrunc status=none
dd if=sound.img of=data.img bs=512 skip=560 seek=560 conv=notrunc status=none
"$DAMAGE" data.img table-a-corrupt
rm fixed.img
exits 0 "data is copied" "$TOOL" repair --output fixed.img data.img
if cmp -s -i 20480 -n 266240 data.img fixed.img; then pass "... to the last byte"; else fail "... to the last byte"; fi

# Ended half way a copy is no spare: its map would be believed, and what was not copied reads as zeros.
cp bad.img long.img
truncate -s 1T long.img # all of the area is in the first MiB
# cut SIGNAL: when that is written
cut() {
	local copier
	rm -f part.img
	# bash has what is in the background ignore SIGINT, and nohup SIGHUP
	env --default-signal=INT,HUP "$TOOL" repair --output part.img long.img >said 2>&1 &
	copier=$!
	until [[ $(stat -c %b part.img 2>/dev/null) -ge 2048 ]]; do
		kill -0 $copier 2>/dev/null || break
		sleep 0.05
	done
	kill -"$1" $copier
	wait $copier 2>/dev/null
}
cut KILL
is $? 137 "a copy is killed half way"
head -c 307200 part.img >some.img
exits 7 "... and does not start" "$TOOL" check some.img
like "$OUTPUT" 'no superblock can be used: A is blank .*, B is blank' "... for it has no superblock"
exits 4 "... and is no spare" "$TOOL" isRemap part.img
like "$(map some.img 0)" '^refused by ' "... for the kernel's code neither"
cmp -s -i 4096 -n 282624 some.img bad.img
is $? 0 "... though all else is there"
for signal in INT TERM HUP; do
	cut $signal
	is $? 1 "a copy ends by SIG$signal"
	like "$(<said)" 'interrupted: part.img is no spare' "... which it says"
	[[ ! -e part.img ]]
	is $? 0 "... and is gone"
done
rm -f long.img part.img

# --force restores what something else has overwritten.
for copy in a b; do
	cp sound.img over.img
	"$DAMAGE" over.img super-$copy-overwritten
	cp over.img kept.img
	exits 7 "an overwritten superblock ($copy) is refused" "$TOOL" repair --in-place over.img
	same_files over.img kept.img "... and left alone"
	exits 0 "... but for --force" "$TOOL" repair --in-place --force over.img
	is "$(map over.img 0)" "$(map sound.img 0)" "... with the same map"
done

# In use: a lock, as another program holds it that works on the file.
cp bad.img locked.img
ln locked.img bad.lock # a lock is on the file, whatever its name
(
	flock 9
	for verb in "repair --in-place" "erase -q"; do
		# shellcheck disable=SC2086 # words
		try "$TOOL" $verb locked.img
		echo "$STATUS"
	done
	try "$TOOL" check locked.img
	echo "$STATUS"
) 9<bad.lock >codes
is "$(tr '\n' ' ' <codes)" "5 5 6 " "who writes is refused while it is locked, who reads is not"
same_files locked.img bad.img "... and nothing is changed"

exits 4 "check: no such file" "$TOOL" check nothing.img
exits 4 "check: not a device nor a file" "$TOOL" check /dev/null
exits 4 "check: a directory" "$TOOL" check .
: >empty.img
exits 4 "check: an empty file" "$TOOL" check empty.img
exits 4 "check: beyond the end" "$TOOL" check --spare-start 10000000 sound.img
exits 1 "check: an argument is missing" "$TOOL" check
exits 1 "check: an argument too many" "$TOOL" check sound.img sound.img
exits 0 "isRemap: yes" "$TOOL" isRemap sound.img
is "$OUTPUT" "" "... and no word"
exits 4 "isRemap: no" "$TOOL" isRemap empty.img
exits 1 "erase asks, and without a terminal nobody answers" "$TOOL" erase sound.img
exits 4 "erase: not a spare" "$TOOL" erase -q empty.img
for kind in super-a-corrupt supers-corrupt super-b-blank version; do
	cp sound.img some.img
	"$DAMAGE" some.img $kind
	exits 0 "isRemap of a damaged one: $kind" "$TOOL" isRemap some.img
	exits 0 "erase of a damaged one" "$TOOL" erase -q some.img
	exits 4 "... leaves none" "$TOOL" isRemap some.img
done

# A spare that begins elsewhere on the device shows its superblock at the end.
"$KERNEL" make else.img 2
cp else.img kept.img
exits 0 "isRemap of one that begins elsewhere" "$TOOL" isRemap else.img
exits 0 "... says where" "$TOOL" isRemap -v else.img
like "$OUTPUT" 'holds a spare of dm-remap that begins at its sector 8$' "... namely there"
exits 4 "erase of one that begins elsewhere" "$TOOL" erase -q else.img
like "$OUTPUT" 'that begins at its sector 8, and can be erased only from there on: see --spare-start' "... wants to be told"
same_files else.img kept.img "... and changes nothing"
dd if=sound.img of=else.img bs=512 count=7 conv=notrunc status=none # what is left of another one
poke else.img 2000 255
cp else.img both.img
exits 4 "... nor where a damaged one is in front of it" "$TOOL" erase -q else.img
same_files else.img both.img "... whose superblock is not its twin"
exits 0 "erase from where it begins" "$TOOL" erase -q --spare-start 8 else.img
exits 0 "... and then of the other" "$TOOL" erase -q else.img
exits 4 "... leaves none" "$TOOL" isRemap else.img
tail -c +8193 kept.img >tail.img
exits 4 "erase of the end of one" "$TOOL" erase -q tail.img
like "$OUTPUT" 'the end of a spare of dm-remap that begins 8 sectors before it' "... says so"

# A file that is cut short, byte by byte of its metadata, is refused in some way.
for bytes in 0 1 511 512 4095 4096 4608 8192 20480 100000 307199; do
	head -c $bytes sound.img >short.img
	try "$TOOL" check short.img
	if ((STATUS == 4 || STATUS == 7)); then
		pass "only $bytes bytes of it"
	else
		fail "only $bytes bytes of it" "exit code $STATUS: $OUTPUT"
	fi
done
done_testing
