# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# summary: one spare, or one main device, is used once, by whatever path it is named
# timeout: 180

# shellcheck source=/dev/null
. "$VM_DIR/lib.sh"
# shellcheck source=/dev/null
. "$VM_DIR/tools/meta.sh"

load_core
make_null_blk main 8
make_null_blk spare 4
make_null_blk main2 8
make_null_blk spare2 4
M=/dev/disk/main S=/dev/disk/spare M2=/dev/disk/main2 S2=/dev/disk/spare2
D=/dev/mapper/r E=/dev/mapper/e
LEN=$(sectors $M)
TABLE="0 $LEN remap $M 0 $S 0"
table() { echo "0 $LEN remap $1 0 $2 0 ${3:-}"; }

dm_create r "$TABLE 1 format"
pattern_write $D 0 0 1
dmsetup message r 0 remap 0+20
pattern_write $D 0 0 2
pattern_write $M2 0 0 7

# second REGEXP TABLE: a second device is refused and the first one not disturbed.
second() {
	log_mark
	if dmsetup create e <<<"$2"; then
		dmsetup remove e
		echo "it was not refused"
		return 1
	fi
	[[ ! -e $E ]] || dmsetup remove e
	says "$1"
}

SPARE_USED="The spare( device)? is in use by another remap device"
MAIN_USED="The main device is in use by another remap device"
ok "the spare a second time is refused" second "$SPARE_USED" "$(table $M2 $S)"
ok "the same with 'force' and 'format'" second "$SPARE_USED" "$(table $M2 $S "2 format force")"
ok "main a second time is refused" second "$MAIN_USED" "$(table $M $S2 "1 format")"
ok "main as a spare is refused" second "$SPARE_USED" "$(table $M2 $M "1 format")"
ok "the spare as main is refused" second "$MAIN_USED" "0 4096 remap $S 0 $S2 0 1 format"
ok "main and spare the same is refused" second "Main and spare overlap" "$(table $M2 $M2 "1 format")"

# Through other drivers only the UUID tells.
dm_create lin "0 $(sectors $S) linear $S 0"
ok "the spare behind dm-linear is refused" second "$SPARE_USED" "$(table $M2 /dev/mapper/lin)"
ok "and with 'format' too" second "$SPARE_USED" "$(table $M2 /dev/mapper/lin "2 format force")"
modprobe loop
LOOP=$(losetup -f --show --direct-io=on "$(readlink -f $S)")
ok "the spare behind a loop device is refused" second "$SPARE_USED" "$(table $M2 "$LOOP")"
losetup -d "$LOOP"
ok "the first device is not disturbed" pattern_check $D 0 0 2
ok "and its map can change" dmsetup message r 0 remap 50
ok "the disk that was not taken is as it was" pattern_check $M2 0 0 7
ok "and nothing was made of the second spare" cmp -n $((4 << 20)) $S2 /dev/zero

dmsetup remove r
ok "by the other path it can be used once the first device is gone" \
	dm_create r "$(table $M /dev/mapper/lin)"
ok "with all data right" pattern_check $D 0 0 2
ok "then the direct path is refused" second "$SPARE_USED" "$(table $M2 $S)"
dmsetup remove r

# Two tables are loaded before either is resumed.
dmsetup create r --notable
dmsetup create e --notable
dmsetup reload r --table "$TABLE"
fails "two tables loaded for one spare: the second is refused" dmsetup reload e --table "$(table $M2 /dev/mapper/lin)"
dmsetup remove r
dmsetup remove e
dmsetup remove lin

dm_create lin2 "0 $(sectors $S2) linear $S2 0"
dmsetup create r --notable
dmsetup create e --notable
dmsetup reload r --table "$(table $M2 $S2 "1 format")"
if dmsetup reload e --table "$(table $M /dev/mapper/lin2 "1 format")"; then
	ok "a blank spare in two tables: the first formats it" dmsetup resume r
	fails "and the second does not" dmsetup resume e
else
	pass "a blank spare in two tables: the second is refused"
	ok "and the first formats it" dmsetup resume r
fi
ok "the first device works" pattern_check $D 0 0 7
dmsetup remove r
dmsetup remove e
dmsetup remove lin2

# Partitions: the kernel does not let a disk and its partitions be claimed at once.
make_null_blk whole 16
T=/dev/disk/whole
DISK=$(readlink -f $T)
HALF=$(($(sectors $T) / 2))
addpart "$DISK" 1 0 $HALF
addpart "$DISK" 2 $HALF $HALF
udev=("${DISK}"*1 "${DISK}"*2)
P1=${udev[0]} P2=${udev[1]}
ok "two partitions of a disk are main and spare" dm_create r "0 $HALF remap $P1 0 $P2 0 1 format"
ok "the whole disk is refused as main" second "$MAIN_USED|Cannot open the main device" "0 2048 remap $T 0 $S2 0"
ok "the part of the disk that is the spare is refused as main" second \
	"$MAIN_USED|Cannot open the main device" "0 2048 remap $T $HALF $S2 0"
ok "the whole disk is refused as a spare" second "$SPARE_USED|Cannot open the spare device" "$(table $M $T "1 format")"
dmsetup remove r
delpart "$DISK" 1
delpart "$DISK" 2

# The tail of the same disk.
END=$(sectors $T)
TAIL=$((END - 8192))
raw_zero $T $HALF $HALF
overlap() { second "Main and spare overlap" "$1"; }
ok "main and spare that overlap are refused" overlap "0 $((TAIL + 8)) remap $T 0 $T $TAIL 1 format"
ok "the same with the spare in front" overlap "0 $((END - 8)) remap $T 8 $T 0 1 format"
ok "the tail of the same disk is a spare" dm_create r "0 $TAIL remap $T 0 $T $TAIL 1 format"
pattern_write $D 0 0 1
dmsetup message r 0 remap 0+20
dmsetup message r 0 remap $((TAIL / 8 - 4))+4
ok "it takes data" pattern_write $D 0 0 2
ok "and gives it back" pattern_check $D 0 0 2
ok "main keeps what blocks held when they moved" pattern_check $T 0 160 1
dmsetup remove r
ok "the tail is found again" dm_create r "0 $TAIL remap $T 0 $T $TAIL"
ok "with all data right" pattern_check $D 0 0 2
dmsetup remove r
done_testing
