# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# summary: a damaged superblock is healed from the other; a damaged health record does no harm
# timeout: 180

# shellcheck source=/dev/null
. "$VM_DIR/lib.sh"
# shellcheck source=/dev/null
. "$VM_DIR/tools/meta.sh"

load_core
make_null_blk main 8
make_null_blk spare 4
M=/dev/disk/main S=/dev/disk/spare D=/dev/mapper/r
LEN=$(sectors $M)
TABLE="0 $LEN remap $M 0 $S 0"

dm_create r "$TABLE 2 format confirm_ms=0"
pattern_write $D 0 0 1
save $S /run/old.img # an earlier superblock: of the same spare, but before any remap
dmsetup message r 0 remap 0+20
pattern_write $D 0 0 2
UUID=$(uuid_of r)
dmsetup remove r
read_layout $S

# One superblock is damaged; the device starts all the same, as the same spare,
# and both are whole again afterwards. The next round damages the other one.
round() {
	dmsetup create r <<<"0 $LEN remap $M 0 $S 0 1 uuid=$UUID"
	pattern_check $D 0 0 2 || return
	dmsetup remove r
	copies_agree $S
}

sector_of() { [[ $1 == A ]] && echo 0 || echo "$SUPER_B"; }

for copy in A B; do
	raw_zero $S "$(sector_of $copy)" 8
	ok "superblock $copy zeroed" round
done
copy=A
# magic, crc, version, uuid, generation, copy number, features, state, flags, block size, spare blocks,
# length, the places of the table and of the twin, disowned count, the last byte
for byte in 0 8 12 16 32 44 72 76 80 84 92 112 128 168 376 4095; do
	flip $S "$(sector_of $copy)" $byte
	ok "a bit flipped at byte $byte of superblock $copy" round
	[[ $copy == A ]] && copy=B || copy=A
done

old_super() { dd if=/run/old.img bs=4096 skip=$(($(sector_of "$1") / 8)) count=1 status=none; }
# What is in use lies in the first sector, so what was there before has to
# differ in the rest for the tear to show.
head -c 4096 /dev/zero | tr '\0' '\252' >/run/garbled
for copy in A B; do
	for bytes in 1024 3584; do
		raw_read $S "$(sector_of $copy)" 8 | dd of=/run/garbled bs=512 count=1 conv=notrunc iflag=fullblock status=none
		tear $S "$(sector_of $copy)" /run/garbled $bytes
		ok "superblock $copy torn after $bytes bytes" round
	done
done
for copy in A B; do
	old_super $copy | raw_write $S "$(sector_of $copy)"
	ok "superblock $copy as it was earlier" round
done
raw_read $S 0 8 | raw_write $S "$SUPER_B"
ok "superblock A in the place of B" round

# A file system's superblock is not a damaged copy: somebody wanted it there.
save $S /run/whole.img
{ head -c 1080 /dev/zero && printf '\x53\xef' && head -c 3014 /dev/zero; } | raw_write $S 0
save $S /run/spare.img
save $M /run/main.img
ok "superblock A overwritten by a file system: refused" refused \
	"overwritten by something else" "$TABLE"
ok "with 'force' it is restored" dm_create r "$TABLE 1 force"
ok "and the data is right" pattern_check $D 0 0 2
dmsetup remove r
ok "and both superblocks agree" copies_agree $S

# The health record starts empty when there is none.
healthy_round() { round && twins $S "$HEALTH_A" "$HEALTH_B" 8; }
raw_zero $S "$HEALTH_A" 8
ok "health record A zeroed" healthy_round
flip $S "$HEALTH_B" 40
ok "a bit flipped in health record B" healthy_round
raw_zero $S "$HEALTH_A" 8
flip $S "$HEALTH_B" 0
ok "both health records damaged" healthy_round

null_bad spare "+$(range "$HEALTH_A" 8)"
ok "health record A unreadable: the device starts" bash -c "dmsetup create r <<<'$TABLE'"
ok "and the data is right" pattern_check $D 0 0 2
is "$(dmsetup status r | awk '{ print $4, $5 }')" "rw normal" "and the device is in full order"
dmsetup remove r
null_bad spare "-$(range "$HEALTH_A" 8)"
ok "health record A readable again" healthy_round
done_testing
