# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Sourced by the tests of this directory. Each works in a directory of its own,
# which goes at the end.

set -uo pipefail
unset LC_ALL
export LC_ALL=C ASAN_OPTIONS=detect_leaks=1:abort_on_error=0 TZ=UTC

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
TOOL=${TOOL:-$here/../../tools/remapsetup}
DAMAGE=${DAMAGE:-$here/.build/fuzz/damage}
KERNEL=${KERNEL:-$here/.build/fuzz/kernel}
GOLDEN=${GOLDEN:-$here/golden}
WORK=$(mktemp -d)
trap 'rm -rf "$WORK"' EXIT
cd "$WORK" || exit 1

# shellcheck source=tests/tap.sh
. "$here/../tap.sh"

like() { if [[ $1 =~ $2 ]]; then pass "$3"; else fail "$3" "'$1' does not match '$2'"; fi; }

same_files() { if cmp -s "$1" "$2"; then pass "$3"; else fail "$3" "$1 and $2 differ"; fi; }

# map IMAGE GEOMETRY [force]: what the kernel's code finds on it, or why not.
map() { "$KERNEL" start "$@" 2>/dev/null; }

# spare_start GEOMETRY: where the area begins.
spare_start() { if (($1 == 2)); then echo 8; else echo 0; fi; }

is_json() { perl -MJSON::PP -0777 -e 'decode_json(<STDIN>)' 2>/dev/null; }

# poke FILE OFFSET BYTE...
poke() {
	local file=$1 offset=$2
	shift 2
	printf '%b' "$(printf '\\x%x' "$@")" | dd of="$file" bs=1 seek="$offset" conv=notrunc status=none
}

# place IMAGE OFFSET: where the sector number in superblock A leads to
place() { perl -e 'open F, "<", $ARGV[0]; seek F, $ARGV[1], 0; read F, $x, 8; print 512 * unpack "Q<", $x' "$@"; }
place_of_b() { place "$1" 168; }
# seal FILE AT GENERATION [STATE FLAGS]: changes a block of metadata there, and its checksum
seal() {
	perl -e 'my ($file, $at, $generation, @state) = @ARGV;
		open F, "+<", $file or die; binmode F; seek F, $at, 0; read F, my $s, 4096;
		substr($s, 8, 4) = "\0\0\0\0"; substr($s, 32, 8) = pack "Q<", $generation;
		substr($s, 76, 8) = pack "L<L<", @state if @state;
		my $crc = 0xffffffff;
		for (unpack "C*", $s) {
			$crc ^= $_; $crc = $crc & 1 ? $crc >> 1 ^ 0x82f63b78 : $crc >> 1 for 1 .. 8;
		}
		substr($s, 8, 4) = pack "L<", $crc ^ 0xffffffff;
		seek F, $at, 0; print F $s' "$@"
}
# super IMAGE COPY STATE FLAGS GENERATION: changes a superblock of a copy (a: 0, b: 1)
super() { seal "$1" "$(($2 ? $(place_of_b "$1") : 0))" "$5" "$3" "$4"; }
# record IMAGE GENERATION: changes copy A of the health record
record() { seal "$1" "$(place "$1" 136)" "$2"; }
# both IMAGE STATE FLAGS GENERATION: the two of them
both() { super "$1" 0 "${@:2}" && super "$1" 1 "${@:2}"; }
