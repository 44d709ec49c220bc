# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# summary: a reload to another main device is one exchange: not forgotten before it is on record, and not repeated after
# timeout: 120

# shellcheck source=/dev/null
. "$VM_DIR/lib.sh"
# shellcheck source=/dev/null
. "$VM_DIR/tools/picky.sh"

D=/dev/mapper/r
# Above the spare is ps, which can refuse all writes.
S=/dev/mapper/ps

seen() { pattern read-map $D $(($1 * 8)) 8; }
table() { echo "0 $LEN remap /dev/disk/$1 0 $S 0 2 confirm_ms=20 storm_limit=1000000"; }
entry() { dmsetup message r 0 list "$1" | awk -v b="$1" '$1 == b { print $3, $4, $5 }'; }

# lose DISK BLOCK: it can't be read for a while, and is lost
lose() {
	null_bad "$1" "+$(($2 * 8))-$(($2 * 8 + 7))"
	is "$(seen "$2")" "$(($2 * 8)) 8 error:ENODATA" "block $2 is lost on $1"
	null_bad "$1" "-$(($2 * 8))-$(($2 * 8 + 7))"
	is "$(entry "$2")" "ff read-error rescuable" "what is there on $1 is what was there"
}
load_core
picky_load
for disk in main second third spare; do
	make_null_blk $disk 8
done
LEN=$(sectors /dev/disk/main)
dm_create ps "0 $LEN picky /dev/disk/spare 0"
dm_create r "0 $LEN remap /dev/disk/main 0 $S 0 3 format confirm_ms=20 storm_limit=1000000"
pattern_write $D 0 0 1
# a copy of before, and one of now
dd if=/dev/disk/main of=/dev/disk/third bs=1M iflag=direct oflag=direct status=none
pattern_write $D 800 80 2
dd if=/dev/disk/main of=/dev/disk/second bs=1M iflag=direct oflag=direct status=none

dm_reload r "$(table second)"
is "$(mode)" rw "another main device is accepted by a reload"
lose second 100
picky ps refuse write 0 "$LEN"
dm_reload r "$(table second)"
is "$(mode)" ro-map "the same disk once more: no exchange that has to be recorded"
picky ps pass write
dm_reload r "$(table second)"
is "$(mode)" rw "and when the spare can be written"
is "$(entry 100)" "ff read-error rescuable" "nothing is forgotten for it"
ok "it can be rescued" dmsetup message r 0 retry 100
is "$(seen 100)" "800 8 seed:2" "with its data"

lose second 101
picky ps refuse write 0 "$LEN"
dm_reload r "$(table third)"
is "$(mode)" read-only "an exchange that cannot be recorded: nothing is written"
picky ps pass write
dm_reload r "$(table third)"
is "$(mode)" rw "when it can be, all is well"
fails "but what is lost is not rescued from the other disk" dmsetup message r 0 retry 101
is "$(seen 101)" "808 8 error:ENODATA" "it stays lost"
is "$(entry 101)" "ff read-error -" "for good"
dm_remove r
done_testing
