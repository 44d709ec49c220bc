# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# summary: swap on top while memory is short
# timeout: 150
# mem: 384M
# expect-log: [^ ]+: page allocation failure: order:0, mode:0x[0-9a-f]+\(GFP_KERNEL.__GFP_HIGH.__GFP_ZERO|Call Trace:
# disk: main 256M
# disk: spare 16M

# Linux 7.3 allocates the tables of swap itself, tries another way when it has no memory for one, and warns.

# shellcheck source=/dev/null
. "$VM_DIR/lib.sh"
# shellcheck source=/dev/null
. "$VM_DIR/tools/bad-disk.sh"

load_core
D=/dev/mapper/r
RANDOM=1972

make r /dev/disk/main /dev/disk/spare

# memory full of numbers, changed and checked in several rounds
# shellcheck disable=SC2016 # these are perl's variables
FILL='
	my ($n, $rounds) = @ARGV;
	my @a;
	sub want { pack("QQ", $_[0], $_[1]) x 65536 }
	for my $r (1 .. $rounds) {
		for my $i (0 .. $n - 1) {
			die "MiB $i is wrong in round $r\n" if $r > 1 && $a[$i] ne want($r - 1, $i);
			$a[$i] = want($r, $i);
		}
	}
	for my $i (reverse 0 .. $n - 1) {
		die "MiB $i is wrong at the end\n" if $a[$i] ne want($rounds, $i);
	}'
# fill MIB ROUNDS
fill() { perl -e "$FILL" "$1" "$2"; }
# swapped_out: MiB that were written to the device (a kernel need not count what it swaps)
swapped_out() { awk '{ print int($7 / 2048) }' "$(dirname "$(sysfs_of $D)")/stat"; }

mkswap -q $D
TOO_MUCH=$(($(available) + 80))
ok "swap on the device" swapon $D
ok "memory is filled beyond what there is, and holds what was put there" fill $TOO_MUCH 1
diag "$TOO_MUCH MiB filled, $(swapped_out) MiB went to swap, $(remapped r) blocks were remapped"
ok "much of it went to swap" test "$(swapped_out)" -ge 50
isnt "$(remapped r)" 0 "and met bad sectors"
ok "the device can be suspended and resumed with swap on it" \
	bash -c 'dmsetup suspend --noflush --nolockfs r; dmsetup resume r'
ok "again, where blocks are remapped already" fill $TOO_MUCH 1
like "$(dmsetup status r)" " rw normal [0-9]+ [0-9/]+ 0 [0-9]+ 0 " "nothing is lost"
ok "swap off" swapoff $D

dm_remove r
done_testing
