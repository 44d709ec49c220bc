# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# summary: remapsetup format makes what the kernel would make, and overwrites nothing by mistake
# timeout: 240
# disk: main 16M
# disk: other 16M

# shellcheck source=/dev/null
. "$VM_DIR/lib.sh"
# shellcheck source=/dev/null
. "$VM_DIR/tools/meta.sh"
# shellcheck source=/dev/null
. "$VM_DIR/tools/remapsetup.sh"

M=/dev/disk/main
load_core
for name in spare kernel part; do
	make_null_blk $name 8
done
S=/dev/disk/spare K=/dev/disk/kernel
LEN=$(sectors $M)
pattern_write $M 0 0 1
MAIN=$(sum_of $M)

# What the kernel makes is the measure.
dm_create r "0 $LEN remap $M 0 $K 0 1 format"
UUID=$(uuid_of r)
dm_remove r
MAIN_SUM=$(sum_of $M)
ok "format" rs format $S --data-device $M --uuid "$UUID" -q
like "$OUTPUT" "^/dev/disk/spare is the spare of /dev/disk/main: [0-9]+ blocks of 4096 bytes\..UUID: $UUID$" \
	"says what it made"
read_layout $K
ok "both tables are those the kernel makes, byte for byte" \
	cmp -i $((TABLE_A * 512)) -n $(((DATA - TABLE_A) * 512 - 4096)) $S $K
ok "at the end, too" cmp -i $((TABLE_B * 512)) -n $((TABLE_BLOCKS * 4096)) $S $K

# only_super_fields: lines of cmp may differ in crc, generation, flags, fingerprints and identity
only_super_fields() {
	{ cmp -l -i $(($1 * 512)) -n 4096 $S $K || true; } | awk '{ at = $1 - 1 }
		!(at >= 8 && at < 12 || at >= 32 && at < 40 || at >= 80 && at < 84 ||
		  at >= 176 && at < 312) { print "differ at", at; bad = 1 }
		END { exit bad }'
}
ok "superblock A differs only in what activation changes" only_super_fields 0
ok "superblock B, too" only_super_fields "$SUPER_B"
read_layout $S
is "$GENERATION" 3 "its generation is that of the third write"
ok "its copies agree" copies_agree $S
is "$(dd if=$S bs=1 skip=184 count=128 status=none | tr -d '\0')" "serial:main" "the identity of main is recorded"
is "$(sum_of $M)" "$MAIN_SUM" "main was not written"
is "$MAIN" "$MAIN_SUM" "(nor by the kernel)"

ok "the kernel starts with it, without the word format" dm_create r "0 $LEN remap $M 0 $S 0"
ok "main's data is there" pattern_check /dev/mapper/r 0 0 1
pattern_write /dev/mapper/r 0 0 2
ok "a block moves to it" dmsetup message r 0 remap 5
refuses 5 '/dev/disk/spare cannot be used: .* is a part of /dev/mapper/r' "a spare in use is refused" \
	rs format $S --data-device /dev/disk/other -q --force
refuses 5 '/dev/disk/main cannot be used: .* is a part of /dev/mapper/r' "so is a main device in use" \
	rs format /dev/disk/part --data-device $M -q
ok "nothing happened to the device" pattern_check /dev/mapper/r 0 0 2
dm_remove r

# What holds something is left alone.
unharmed() {
	local before text=$1 regexp=$2
	before=$(sum_of $S)
	refuses 4 "$regexp" "$text is refused" rs format $S --data-device $M -q
	is "$(sum_of $S)" "$before" "and unharmed"
}
unharmed "a spare with moved blocks" 'is not empty\. It holds a spare, .*nowhere else'
refuses 4 'is a spare itself' "a spare as the main device is refused" rs format /dev/disk/part --data-device $S -q
mkfs.ext4 -q -F $S
unharmed "a file system" 'It holds a file system \(ext4\)'
dd if=/dev/zero of=$S bs=1M count=8 oflag=direct status=none
sfdisk -q $S <<<'label: gpt
,' || true
unharmed "a partition table" 'It holds a partition table \(gpt\)'
dd if=/dev/zero of=$S bs=1M count=8 oflag=direct status=none
mkswap -q $S
unharmed "swap" 'swap'
swapon $S
refuses 5 'in use as swap' "active swap is refused, with --force as well" rs format $S --data-device $M -q --force
swapoff $S
dd if=/dev/zero of=$S bs=1M count=8 oflag=direct status=none
poke $S $((8 * 1048576 - 5000)) 1
unharmed "a single byte in the last MiB" 'It holds data of an unknown kind'
mkfs.ext4 -q -F $S
mkdir -p /run/mnt
mount $S /run/mnt
echo precious >/run/mnt/file
refuses 5 'is mounted on /run/mnt' "a mounted spare is refused, with --force as well" \
	rs format $S --data-device $M -q --force
is "$(</run/mnt/file)" precious "what is on it is unharmed"
umount /run/mnt

# Without a terminal nobody says yes.
refuses 1 'no terminal' "without a terminal --force alone is not a yes" rs format $S --data-device $M --force
answer() { printf '%s\n' "$1" | on_terminal "$REMAPSETUP" format $S --data-device $M --force; }
before=$(sum_of $S)
for word in yes no '' YESS; do
	exits 1 "the answer '$word' is no yes" answer "$word"
done
is "$(sum_of $S)" "$before" "nothing was written so far"
exits 0 "YES is" answer YES
like "$OUTPUT" 'overwrite /dev/disk/spare irrevocably.*file system \(ext4\)' "the question says what is lost"
ok "the old file system is gone" bash -c "! blkid -p $S"
ok "it is a spare now" dm_create r "0 $LEN remap $M 0 $S 0"
ok "main is as it was left" pattern_check /dev/mapper/r 0 40 2
dm_remove r

# Interrupted: the state is formatting, and it is done again with the same UUID.
rs format /dev/disk/part --data-device $M -q
UUID=$(rs format /dev/disk/part --data-device $M -q --force | sed -n 's/^UUID: //p')
read_layout /dev/disk/part
forge /dev/disk/part 0 76 1
forge /dev/disk/part "$SUPER_B" 76 1
ok "an interrupted format can be done again without --force" rs format /dev/disk/part --data-device $M -q
like "$OUTPUT" "UUID: $UUID" "it is the same spare"
ok "it works" dm_create r "0 $LEN remap $M 0 /dev/disk/part 0"
dm_remove r
done_testing
