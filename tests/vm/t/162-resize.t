# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# summary: growing, shrinking, and reloads that cannot work
# timeout: 120

# shellcheck source=/dev/null
. "$VM_DIR/lib.sh"

load_core
make_null_blk main 32
make_null_blk base 16
M=/dev/disk/main D=/dev/mapper/r
SPARE_LEN=$(sectors /dev/disk/base)
# The last block is there only in part: three sectors of it.
SMALL=40003 LARGE=$(sectors $M)
GOOD="0 $SPARE_LEN linear /dev/disk/base 0"

# table LENGTH [OPTIONS]
table() { echo "0 $1 remap $M 0 /dev/mapper/s 0 ${2:-}"; }

# answers: the device is not left suspended, and I/O comes to an end
answers() {
	dmsetup info -c --noheadings -o suspended r | grep -q Active &&
		{ timeout 10 dd if=$D of=/dev/null bs=4096 count=1 iflag=direct || (($? != 124)); }
}

swap() {
	dmsetup reload "$1" <<<"$2"
	dmsetup resume --noflush "$1"
}

dm_create s "$GOOD"
pattern_write $M 0 0 1
dm_create r "$(table $SMALL "1 format")"
null_bad main +40001-40001 +1000-1000
ok "the last block, there only in part, is remapped by a write" pattern_write $D 40000 3 2 --bs 512
ok "so is another" pattern_write $D 1000 8 2
ok "all reads right" pattern_check $D 0 0 1,2
is "$(dmsetup status r | cut -d' ' -f9)" 2 "two blocks are remapped"

# Growing
ok "the device grows by a reload" swap r "$(table "$LARGE")"
is "$(sectors $D)" "$LARGE" "to its new size"
ok "what was there is still there" pattern_check $D 0 $SMALL 1,2
ok "what is new is main's, or an error in the block that is on the spare; no zeros" \
	pattern_check $D $SMALL 0 1 --errors-ok "$SMALL+5"
ok "such an error is undone by a retry" dmsetup message r 0 retry 5000
ok "then all of it reads" pattern_check $D 0 0 1,2
ok "the new part takes data" pattern_write $D $SMALL 0 3
null_bad main +60000-60000
ok "and is repaired" pattern_write $D 60000 8 3
ok "its data is right" pattern_check $D $SMALL 0 3
dm_remove r
dm_create r "$(table "$LARGE")"
ok "so it is after another activation" pattern_check $D $SMALL 0 3
ok "and the rest" pattern_check $D 0 $SMALL 1,2
fails "the old size is refused" bash -c "dmsetup remove r && dmsetup create r <<<'$(table $SMALL)'"
dmsetup remove r 2>/dev/null || true
dm_create r "$(table "$LARGE")"

# Shrinking below a mapped block, which would lose it.
attempt swap r "$(table 50000)"
ok "after an attempt to shrink below a remapped block the device answers" answers
MODE=$(dmsetup status r | cut -d' ' -f4)
like "$(sectors $D) $MODE" "^($LARGE rw|50000 fail)$" "unchanged, or in the mode fail"
dmsetup clear r
ok "the right table makes it work" swap r "$(table "$LARGE")"
ok "with all of its data" pattern_check $D 0 $SMALL 1,2
ok "at the end too" pattern_check $D $SMALL 0 3
ok "it is not in the mode fail" dm_status_is r ' remap rw normal '

# The spare breaks before a reload: nothing is loaded.
swap s "0 $SPARE_LEN error"
fails "a reload onto a spare that does not read is refused" dmsetup reload r <<<"$(table "$LARGE")"
ok "the old table goes on answering" pattern_check $D 8000 1000 1
swap s "$GOOD"
# The spare breaks between the load and the resume: too late to refuse.
dmsetup reload r <<<"$(table "$LARGE")"
swap s "0 $SPARE_LEN error"
attempt dmsetup resume r
ok "when the spare breaks just before the resume, the device answers" answers
fails "with errors: nobody knows what is mapped" pattern_check $D 8000 8 1
fails "for writes too" pattern_write $D 8000 8 9
like "$(dmsetup status r)" ' remap fail ' "the mode is fail"
swap s "$GOOD"
fails "it does not come back from that by itself" pattern_check $D 8000 8 1
ok "but by a reload when the spare is back" swap r "$(table "$LARGE")"
ok "with its data" pattern_check $D 0 $SMALL 1,2
ok "all of it" pattern_check $D $SMALL 0 3

# Another spare, blank or of another device.
make_null_blk other 16
fails "a reload onto a blank spare is refused" \
	dmsetup reload r <<<"0 $LARGE remap $M 0 /dev/disk/other 0"
fails "even with 'format'" dmsetup reload r <<<"0 $LARGE remap $M 0 /dev/disk/other 0 1 format"
ok "which leaves it blank" cmp -n 16777216 /dev/disk/other /dev/zero
fails "a reload onto something else than a remap target and back is no way around" \
	bash -c "dmsetup reload r <<<'0 $LARGE linear $M 0' && dmsetup resume r &&
		dmsetup reload r <<<'0 $LARGE remap $M 0 /dev/disk/other 0'"
dmsetup clear r
ok "the device can be brought back" swap r "$(table "$LARGE")"
ok "and its data is there" pattern_check $D 0 $SMALL 1,2
ok "the device can be removed" dm_remove r
done_testing
