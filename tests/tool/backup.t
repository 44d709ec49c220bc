#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# backup, erase, restore: the same map again; and what is refused.

# shellcheck source=tests/tool/lib.sh
. "$(dirname "$0")/lib.sh"

# Images as the kernel makes them hold no data; restore wants to see some.
put_data() {
	local image=$1 spare_start=$2
	local data
	data=$("$TOOL" dump --spare-start "$spare_start" "$image" | sed -n 's/^spare blocks at *\([0-9]*\);.*/\1/p')
	head -c 512 /dev/urandom | dd of="$image" bs=512 seek=$((spare_start + data)) conv=notrunc status=none
}

# the map without the mark that data may be rescued from main
plain() { sed 's/ r$//'; }

# a backup without what depends on when it was made
timeless() { grep -v '^# Which\|^created\|^crc32c' "$1"; }

for g in 0 1 2 3; do
	start=$(spare_start $g)
	"$KERNEL" make g.img $g || exit 1
	put_data g.img "$start"
	map g.img $g >before
	cp g.img kept.img
	rm -f g.backup
	exits 0 "backup, geometry $g" "$TOOL" backup --spare-start "$start" g.img g.backup
	same_files g.img kept.img "... which leaves the spare alone"
	"$TOOL" backup --spare-start "$start" g.img >piped
	is "$(timeless piped)" "$(timeless g.backup)" "... the same to standard output"

	exits 0 "erase, geometry $g" "$TOOL" erase -q --spare-start "$start" g.img
	exits 4 "... it is no spare any more" "$TOOL" isRemap --spare-start "$start" g.img
	exits 4 "... and check says so" "$TOOL" check --spare-start "$start" g.img
	is "$(map g.img $g)" "refused by ctr: ENODATA" "... for the kernel neither"
	if grep -aq 'dmremap' g.img; then fail "... no trace is left"; else pass "... no trace is left"; fi

	exits 0 "restore, geometry $g" "$TOOL" restore -q --spare-start "$start" g.backup g.img
	is "$(map g.img $g)" "$(plain <before)" "... gives the same map, and nothing to be rescued"
	exits 0 "... and all is well" "$TOOL" check --spare-start "$start" g.img
	cp kept.img g.img
	exits 0 "restore over the same map, geometry $g" "$TOOL" restore -q --spare-start "$start" g.backup g.img
	is "$(map g.img $g)" "$(cat before)" "... gives the same map, and the same to be rescued"
done

cp kept.img g.img # the last geometry
both g.img 2 4 $((0x700000000))
exits 0 "restore over the same map that says forget" "$TOOL" restore -q g.backup g.img
is "$(map g.img 3)" "$(plain <before)" "... gives the same map, and nothing to be rescued"

#
# Generations: above everything, whoever has seen it
#

"$KERNEL" make g.img 0
put_data g.img 0
"$TOOL" backup g.img g.backup --force >/dev/null
highest() { "$TOOL" dump --json "$1" | sed -n '0,/"generation"/s/.*"generation": \([0-9]*\).*/\1/p'; }
before=$(highest g.img)
"$TOOL" restore -q g.backup g.img >/dev/null
after=$(highest g.img)
is $((after >> 32)) $(((before >> 32) + 1)) "the new generations begin at the next multiple of 2^32"
cp g.img newer.img

#
# What is refused
#

"$KERNEL" make sound.img 0
put_data sound.img 0
"$TOOL" backup sound.img sound.backup >/dev/null

# refused TEXT REGEXP FILE IMAGE: and nothing is changed
refused() {
	local text=$1 regexp=$2 file=$3 image=$4
	cp "$image" kept.img
	try "$TOOL" restore -q "$file" "$image"
	if ((STATUS > 0 && STATUS < 6)) && [[ $OUTPUT =~ $regexp ]] && cmp -s "$image" kept.img; then
		pass "$text"
	else
		fail "$text" "status $STATUS: $OUTPUT"
	fi
}

cp sound.img other.img
"$DAMAGE" other.img supers-of-two-spares
refused "another spare" 'another spare' sound.backup other.img
cp sound.img both.img
"$DAMAGE" both.img table-a-newer
"$DAMAGE" both.img supers-of-two-spares
refused "all that speaks against it is said" 'another spare.*map is newer' sound.backup both.img
cp sound.img newer.img
"$DAMAGE" newer.img table-a-newer
refused "a newer map" 'newer' sound.backup newer.img
dd if=/dev/zero of=newer.img bs=4096 count=1 conv=notrunc status=none
dd if=/dev/zero of=newer.img bs=4096 seek=74 count=1 conv=notrunc status=none
refused "a newer map without superblocks" 'newer' sound.backup newer.img
cp sound.img replaced.img
both replaced.img 4 3 $((0x700000000))
refused "one that was replaced" 'another spare has taken its place' sound.backup replaced.img
cp sound.img standby.img
both standby.img 3 1 $((0x700000000))
refused "one that was to replace another" 'was to take the place' sound.backup standby.img
cp sound.img retired.img
super retired.img 0 4 3 $((0x700000000))
refused "one of which only superblock A says that it was replaced" 'has taken its place' sound.backup retired.img
cp sound.img contradicts.img
super contradicts.img 0 4 3 $((0x700000000))
super contradicts.img 1 2 3 $((0x700000000))
refused "one of which a superblock says so, and none counts" 'has taken its place' sound.backup contradicts.img
cp sound.img goes-on.img
super goes-on.img 0 4 3 $((0x700000000))
super goes-on.img 1 2 3 $((0x700000001))
exits 0 "one that an older superblock calls replaced" "$TOOL" restore -q sound.backup goes-on.img
# names IMAGE BYTE...: and the checksums
names() {
	poke "$1" 184 "${@:2}"
	poke "$1" "$(($(place_of_b "$1") + 184))" "${@:2}"
	both "$1" 2 3 $((0x700000000))
}
# free_all IMAGE: the table of one that was just formatted
free_all() {
	perl -e 'local $/; open F, "+<", $ARGV[0] or die; binmode F; my $d = <F>;
		my @crc = map { my $c = $_; $c = $c & 1 ? $c >> 1 ^ 0x82f63b78 : $c >> 1 for 1 .. 8; $c } 0 .. 255;
		my ($blocks) = unpack "L<", substr $d, 120, 4;
		for my $table (unpack("Q<", substr $d, 128, 8), unpack("Q<", substr $d, 160, 8)) {
			for my $k (0 .. $blocks - 1) {
				my $at = 512 * $table + 4096 * $k;
				my $t = substr($d, $at, 64) . "\0" x 4032;
				substr($t, 8, 4) = "\0\0\0\0";
				my $crc = 0xffffffff;
				$crc = $crc >> 8 ^ $crc[($crc ^ $_) & 255] for unpack "C*", $t;
				substr($t, 8, 4) = pack "L<", $crc ^ 0xffffffff;
				seek F, $at, 0; print F $t;
			}
		}' "$1"
}

cp sound.img main.img
names main.img 119 119 110
refused "one that belongs to a main device, and the backup names none" 'another main device' sound.backup main.img
"$TOOL" backup main.img main.backup >/dev/null
cp main.img again.img
exits 0 "... but with its own backup" "$TOOL" restore -q main.backup again.img
is "$(map again.img 0)" "$(map sound.img 0)" "... it keeps what may be rescued"
cp main.img other-main.img
names other-main.img 119 119 111
refused "one that belongs to another main device" 'another main device' main.backup other-main.img
cp main.img no-main.img
names no-main.img 0 0 0
exits 0 "one that names none" "$TOOL" restore -q main.backup no-main.img
# Its newest entry is older than the backup: what was changed was in the block that is dead.
cp sound.img dead.img
"$DAMAGE" dead.img dead-but-mapped
refused "one whose newer part of the map is dead" 'does not have all' sound.backup dead.img
"$TOOL" backup dead.img dead.backup >/dev/null
exits 0 "... but with a backup that was made since" "$TOOL" restore -q dead.backup dead.img
cp sound.img dead.img
"$DAMAGE" dead.img dead-but-mapped
cp sound.img later.img
"$DAMAGE" later.img table-a-newer
"$TOOL" backup later.img later.backup >/dev/null
cp sound.img older.img
refused "an older copy of the spare" 'older copy' later.backup older.img
# A replacement with an empty map: free entries there have no generation.
cp sound.img empty.img
free_all empty.img
refused "one from which all was moved back before it took the other's place" 'does not have all' sound.backup empty.img
cp sound.img fs.img
"$DAMAGE" fs.img supers-overwritten
refused "something else" 'something else' sound.backup fs.img
# Behind its main device on one disk, the first block of which is blank.
{ head -c 4096 /dev/zero && head -c 405504 /dev/urandom && cat sound.img; } >elsewhere.img
refused "from where it does not begin" '^[^:]*: elsewhere.img: it holds a spare of dm-remap that begins at its sector 800\..*--spare-start' sound.backup elsewhere.img
cp elsewhere.img there.img
exits 0 "... but from where it begins" "$TOOL" restore -q --spare-start 800 sound.backup there.img
cmp -n 409600 elsewhere.img there.img
is $? 0 "... which leaves what is before it alone"
cp elsewhere.img theirs.img
poke theirs.img $((409600 + $(place_of_b sound.img) + 16)) 119
seal theirs.img $((409600 + $(place_of_b sound.img))) $((0x700000000))
refused "nor is another one that begins there" '^[^:]*: theirs.img: it holds a spare of dm-remap that begins at its sector 800\.' sound.backup theirs.img
# The same on a larger disk, at the end of which there is nothing.
behind=$(awk '$1 == "main-start" || $1 == "main-length" { n += $2 } END { print n }' sound.backup)
{ head -c 4096 /dev/zero && head -c 405504 /dev/urandom; } >larger.img
truncate -s $((behind * 512)) larger.img
cat sound.img >>larger.img
truncate -s +1M larger.img
refused "on a copy that is larger" "^[^:]*: larger.img: it holds a spare of dm-remap that begins at its sector $behind\..*--spare-start" sound.backup larger.img
cp elsewhere.img foreign.img
poke foreign.img 0 255
refused "... all that speaks against it is said" 'something else.*begins at its sector 800' sound.backup foreign.img
cp sound.img version.img
"$DAMAGE" version.img version
refused "a newer version" 'newer version' sound.backup version.img
truncate -s 307200 blank.img
refused "a new disk, without the data" 'zeros' sound.backup blank.img
head -c 300000 sound.img >short.img
refused "one that is too small" 'too small' sound.backup short.img
refused "no such file" 'cannot be opened' nothing.backup sound.img
cp sound.img asked.img
exits 1 "without a terminal nobody says yes" "$TOOL" restore sound.backup asked.img
same_files sound.img asked.img "... and nothing is changed"

cp sound.img high.img
"$DAMAGE" high.img table-generation-high
exits 0 "a generation that leaves no room is overwritten" "$TOOL" restore -q sound.backup high.img
is "$(map high.img 0)" "$(map sound.img 0 | plain)" "... with the map of the backup"

for image in other newer replaced standby retired contradicts main dead empty fs elsewhere larger version blank; do
	exits 0 "--force restores it all the same: $image" \
		"$TOOL" restore -q --force sound.backup $image.img
	is "$(map $image.img 0)" "$(map sound.img 0 | plain)" "... with the map of the backup"
done

#
# A backup is believed as it was written, or not at all
#

cp sound.img target.img
seal_backup() { # gives a changed backup a right checksum
	perl -e 'local $/; my $t = <STDIN>; $t =~ s/crc32c .*\n\z//;
		my @table = map { my $c = $_; $c = $c & 1 ? $c >> 1 ^ 0x82f63b78 : $c >> 1 for 1 .. 8; $c } 0 .. 255;
		my $crc = 0xffffffff;
		$crc = $crc >> 8 ^ $table[($crc ^ $_) & 255] for unpack "C*", $t;
		printf "%scrc32c %08x\n", $t, $crc ^ 0xffffffff'
}

is "$(seal_backup <sound.backup)" "$(<sound.backup)" "the seal of this test is that of the tool"

# wrong TEXT REGEXP SED-SCRIPT
wrong() {
	sed "$3" sound.backup | seal_backup >wrong.backup
	if cmp -s sound.backup wrong.backup; then
		fail "$1" "the test changes nothing"
		return
	fi
	refused "$1" "$2" wrong.backup target.img
}

sed 's/^entry 6 mapped 26/entry 6 mapped 27/' sound.backup >wrong.backup
refused "a changed number" 'checksum' wrong.backup target.img
head -n 20 sound.backup >wrong.backup
refused "one that is cut short" 'cut short' wrong.backup target.img
: >wrong.backup
refused "an empty file" 'not a backup' wrong.backup target.img
echo "something else" >wrong.backup
refused "another text" 'not a backup' wrong.backup target.img
head -c 10000 /dev/urandom >wrong.backup
refused "noise" 'backup' wrong.backup target.img
{ cat sound.backup && echo more; } >wrong.backup
refused "something behind it" 'cut short' wrong.backup target.img

wrong "a newer version" 'newer version' '1s/1$/2/'
wrong "a missing line" 'line 5: another one' '/^created/d'
wrong "a line too many" 'unknown kind' '/^entry 6 /s/^/surprise 1\n/'
wrong "two lines exchanged" 'line' '/^main-start/{h;d};/^main-length/G'
wrong "a bad UUID" 'UUID' 's/^uuid 3/uuid g/'
wrong "a negative number" 'number' 's/^length 600/length -600/'
wrong "a number with a sign" 'number' 's/^length 600/length +600/'
wrong "a number beyond 64 bits" 'number' 's/^length 600/length 18446744073709551616/'
wrong "a number beyond 32 bits" 'number' 's/^spare-blocks 253/spare-blocks 4294967549/'
wrong "two blanks" 'understood' 's/^length 600/length  600/'
wrong "a blank at the end" 'understood' 's/^length 600/length 600 /'
wrong "areas that overlap" 'impossible' 's/^table-b .*/table-b 8/'
wrong "an area beyond the end" 'impossible' 's/^super-b .*/super-b 600/'
wrong "blocks of 3000 bytes" 'impossible' 's/^block-size .*/block-size 3000/'
wrong "too few table blocks" 'impossible' 's/^table-blocks .*/table-blocks 2/'
wrong "a generation that is too high" 'impossible' 's/^highest-generation .*/highest-generation 4611686018427387904/'
wrong "an entry that is newer than the map" 'impossible' 's/^\(highest-generation\) .*/\1 4294967300/;s/^\(map-generation\) .*/\1 4294967300/'
wrong "a map newer than everything" 'impossible' 's/^\(map-generation\) .*/\1 4611686018427387900/'
wrong "a spare block that does not exist" 'order' 's/^entry 252 /entry 253 /'
wrong "entries out of order" 'order' '/^entry 6 /{h;d};/^entry 7 /G'
wrong "an entry twice" 'order' '/^entry 6 /p;s/^end 29/end 30/'
wrong "a free entry" 'order|impossible' 's/^entry 6 mapped/entry 6 free/'
wrong "an unknown state" 'else than' 's/^entry 6 mapped/entry 6 strange/'
wrong "an unknown reason" 'else than' '/^entry 6 /s/read-error/whim/'
wrong "an unknown flag" 'flag' '/^entry 6 /s/read-error -/read-error x/'
wrong "a block behind main's end" 'impossible' 's/^entry 6 mapped 26/entry 6 mapped 151/'
wrong "two entries for a block" 'claim' 's/^entry 6 mapped 26/entry 6 mapped 27/'
wrong "lost bits that do not exist" 'impossible' '/^entry 7 /s/ 0 read/ 4 read/'
wrong "a bad block that holds something" 'impossible' 's/^entry 4 bad 0/entry 4 bad 9/'
wrong "an entry is missing" 'missing' '/^entry 6 /d'
wrong "something behind the end" 'behind' '/^end/s/$/\nentry 1/'
wrong "an identity that is too long" 'text' "s/^identity .*/identity $(printf 'x%.0s' {1..128})/"
wrong "an identity with half an escape" 'text' 's/^identity .*/identity a\\x4/'
wrong "an identity with a zero" 'text' 's/^identity .*/identity a\\x00b/'
wrong "a line that is too long" 'too long' "s/^label .*/label $(printf 'x%.0s' {1..1100})/"
wrong "no health record of that size" 'understood|else than' "/^end/s/^/health 4031 0102\n/"

#
# Files
#

exits 5 "an existing backup is not replaced" "$TOOL" backup sound.img sound.backup
exits 0 "... but with --force" "$TOOL" backup --force sound.img sound.backup
is "$(stat -c %a sound.backup)" 600 "a backup is its owner's"
is "$(find . -name 'sound.backup.*')" "" "nothing is left beside it"
cp sound.img broken.img
"$DAMAGE" broken.img tables-corrupt
exits 4 "of a spare without a map there is no backup" "$TOOL" backup broken.img broken.backup
is "$(find . -name 'broken.backup*')" "" "... and no file"
"$TOOL" backup sound.img >full 2>/dev/null
if "$TOOL" backup sound.img >/dev/full 2>/dev/null; then
	fail "a full disk is noticed"
else
	pass "a full disk is noticed"
fi
exits 0 "a backup brings back what repair cannot" "$TOOL" restore -q sound.backup broken.img
is "$(map broken.img 0)" "$(map sound.img 0 | plain)" "... with the same map"

done_testing
