# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# summary: I/O that may not wait comes back at once while its block is being repaired
# timeout: 60

# shellcheck source=/dev/null
. "$VM_DIR/lib.sh"

M=/dev/disk/main S=/dev/disk/spare D=/dev/mapper/r

load_core
make_null_blk main 16
make_null_blk spare 8
LEN=$(sectors $M)
dm_create r "0 $LEN remap $M 0 $S 0 2 format storm_limit=1000000"
pattern_write $D 0 0 1

nowait_write() { xfs_io -d -c "pwrite -V 1 -N -S 0x5a $(($1 * 512)) $(($2 * 512))" $D; }

ok "a write that may not wait is done on a healthy block" nowait_write 800 8
is "$(od -An -N2 -tx1 -j $((800 * 512)) $D)" " 5a 5a" "and its data is there"
dmsetup message r 0 remap 100 >/dev/null
ok "on a remapped one as well" nowait_write 800 8
ok "and on both and their neighbours" nowait_write 790 30

# The repair of sector 1001 takes its time.
dmsetup message r 0 confirm_ms 4000
null_bad main +1001-1001
pattern_write $D 1001 1 2 &
sleep 1
START=${EPOCHREALTIME/./}
attempt nowait_write 1002 1
TOOK=$((${EPOCHREALTIME/./} - START))
isnt "$STATUS" 0 "a write into a block that is being repaired fails"
like "$OUTPUT" "temporarily unavailable" "and says why"
ok "at once" test $TOOK -lt 2500000
is "$(jobs -r | wc -l)" 1 "the repair goes on"
wait
is "$(pattern read-map $D 1000 4)" "1000 1 seed:1
1001 1 seed:2
1002 2 seed:1" "and ends well"
ok "then such a write is done" nowait_write 1002 1
is "$(pattern read-map $D 1000 4)" "1000 1 seed:1
1001 1 seed:2
1002 1 foreign
1003 1 seed:1" "and its data is there"

dmsetup message r 0 confirm_ms 50
null_bad main +8000-8100 +9000-9000 +12000-12010
# fio gives up at the first EAGAIN, which is an answer; no other error is.
nowait_fio() {
	local seed said
	for seed in 1 2 3 4; do
		said=$(fio --name=nowait --filename=$D --ioengine=libaio --direct=1 --nowait=1 \
			--iodepth=16 --rw=randwrite --bsrange=512-16k --offset=4M --size=4M \
			--randseed=$seed 2>&1) && continue
		echo "$said"
		grep -q "io_u error.*temporarily unavailable" <<<"$said" || return
		! grep "io_u error" <<<"$said" | grep -v "temporarily unavailable" || return
	done
}
ok "fio with such I/O only sees no other error, over bad blocks" nowait_fio
ok "the device takes data" pattern_write $D 0 0 3
ok "and gives it back" pattern_check $D 0 0 3
ok "remove" dmsetup remove r
done_testing
