# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# summary: most of the main device, every second stripe of it or a part of the spare is away: the pass ends, and has read the rest
# timeout: 120
# icount: shift=2

# shellcheck source=/dev/null
. "$VM_DIR/lib.sh"
# shellcheck source=/dev/null
. "$VM_DIR/tools/scan.sh"
# shellcheck source=/dev/null
. "$VM_DIR/tools/picky.sh"

export EVERY=60 # a pass of hours is looked at seldom, so that it takes little

reads_of() { awk '{ print $1 }' "/sys/block/$(block "/dev/disk/$1")/stat"; }

# build TABLE: r on such a main device
build() {
	dm_create m "$1"
	scan_remap /dev/mapper/m
	scan_set r order "$ORDER"
}

undo() {
	dmsetup remove r
	dmsetup remove m
}

# passes WHAT TABLE LOW HIGH MOVED: two passes over r on such a main device, one while all of a from sector LOST on is lost
passes() {
	build "$2"
	picky a lose read "$LOST" 16384
	READS=$(reads_of b)
	ok "$1: a pass over it ends" scan_pass r 9000
	READS=$(($(reads_of b) - READS))
	ok "$1: unread is what is away, or little more" unread_is "$3" "$4"
	is "$(used)" "$5/1024" "$1: what is bad is moved, and nothing that is away"
	picky a pass read
	ok "$1: another pass ends" scan_pass r 9000
	is "$(scan_get r unread_blocks)" 0 "$1: and has read all"
	undo
}

load_core
load_scanner
picky_load
for half in a b; do
	make_null_blk $half 8
	dm_create $half "0 16384 picky /dev/disk/$half 0"
done
make_null_blk spare 16

# Stripes of 8 blocks, of 128 and of 1024; one of two disks is away, and with it 2048 blocks.
LOST=0 ORDER=staggered
for stripe in 64 1024 8192; do
	passes "stripes of $((stripe / 2)) KiB" "0 32768 striped 2 $stripe /dev/mapper/a 0 /dev/mapper/b 0" 2048 2048 0
	# 2048 blocks, some of them twice, and the control reads of 64 places; not two more for each block that is away.
	((stripe != 64)) || ok "short stripes: one that reads answers for the next" test "$READS" -lt 5500
done

# A long row that leads into such stripes: nothing there reads as a whole, but half of it does alone.
ORDER=sequential
passes "stripes behind a half" "0 16384 linear /dev/mapper/a 0
16384 16384 striped 2 64 /dev/mapper/a 0 /dev/mapper/b 0" 3072 3584 0

# The other half goes away as well, for a minute, when one of its blocks is read alone, and after so many places were tried
# in vain that the stripe before it answers for the disk: for a few blocks.
build "0 32768 striped 2 64 /dev/mapper/a 0 /dev/mapper/b 0"
picky a lose read 0 16384
PASSES=$(scan_get r passes) MET=$(picky_met b read)
scan_act r start
has_come_to() { (($(scan_get r position) >= $1)); }
ok "all of it: a pass over stripes has come far" eventually 9000 has_come_to 6144
picky b trap read 12288 8
ok "all of it: the rest goes away" eventually 9000 picky_met_more b read "$MET"
sleep 60
is "$(scan_get r state)" stalled "all of it: it waits"
picky b pass read
ok "all of it: and ends, when that is back" eventually 9000 scan_is r passes $((PASSES + 1))
ok "all of it: what was away for a minute does not count, but for a few" unread_is 2048 2064
picky a pass read
undo
ORDER=staggered

# Seven of eight parts: few of the reads that are to tell whether the disk answers can succeed.
LOST=2048
passes "seven of eight" $'0 16384 linear /dev/mapper/a 0\n16384 16384 linear /dev/mapper/a 0' 3584 3840 0

# A block that the disk cannot read, where the part that is away ends.
LOST=0
picky b refuse read 8 8
passes "a half" $'0 16384 linear /dev/mapper/a 0\n16384 16384 linear /dev/mapper/b 0' 2048 2304 1
picky b pass read

# A half of the spare blocks.
dm_create s "0 $(sectors /dev/disk/spare) picky /dev/disk/spare 0"
picky s lose read 4096 4096
dm_create m $'0 16384 linear /dev/mapper/a 0\n16384 16384 linear /dev/mapper/b 0'
dm_create r "0 32768 remap /dev/mapper/m 0 /dev/mapper/s 0 3 format confirm_ms=0 spare_blocks=1024"
ok "a part of the spare: a pass over it ends" scan_pass r 9000
ok "a part of the spare: unread is what is away, or little more" unread_is 512 768
picky s pass read
ok "a part of the spare: another pass ends" scan_pass r 9000
is "$(scan_get r unread_blocks)" 0 "a part of the spare: and has read all"
done_testing
