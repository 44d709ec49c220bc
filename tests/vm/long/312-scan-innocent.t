# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# summary: a million probes of a disk under heavy load that hesitates now and then move no healthy block
# timeout: 5400
# icount: shift=2

# shellcheck source=/dev/null
. "$VM_DIR/lib.sh"
# shellcheck source=/dev/null
. "$VM_DIR/tools/scan.sh"
# shellcheck source=/dev/null
. "$VM_DIR/tools/picky.sh"

WANTED=1000000
HESITATED=0 MOST=0 DIR=

field() { dmsetup status r | cut -d' ' -f"$1"; }
probes() { scan_message r latency | awk '$1 + 0 { n += $3 } END { print n + 0 }'; }
long_ones() { scan_message r latency | awk '$1 >= 32768 { n += $3 } END { print n + 0 }'; }

# Half of the time eight requests at once, half of the time none: what the disk can bear.
foreground() {
	fio --name=load --filename=/dev/mapper/r --direct=1 --ioengine=libaio --rw=randread --bs=4k --size=30g \
		--iodepth=8 --norandommap --thinktime=500ms --thinktime_spin=0 --thinktime_blocks=500 \
		--time_based --runtime=30d --output=/dev/null &
	FIO=$!
}

# hesitate: after up to two seconds all reads wait for 50 to 300 ms, as for a recalibration or a retry
hesitate() {
	local suspects
	sleep "$((RANDOM % 2)).$((100 + RANDOM % 900))"
	picky disk hold read 0 "$LEN"
	sleep "$(printf '0.%03d' $((50 + RANDOM % 250)))"
	picky disk pass read
	HESITATED=$((HESITATED + 1))
	read -r suspects <"$DIR/suspects"
	((suspects <= MOST)) || MOST=$suspects
}

load_core
load_scanner chunk_sectors=64 relocations_per_hour=1000
picky_load
# a request takes a millisecond, and one is served at a time
make_null_blk main 40960 memory_backed=0 irqmode=2 completion_nsec=1000000 hw_queue_depth=1 submit_queues=1
make_null_blk spare 16
LEN=$(sectors /dev/disk/main)
dm_create disk "0 $LEN picky /dev/disk/main 0"
dm_create r "0 $LEN remap /dev/mapper/disk 0 /dev/disk/spare 0 3 format confirm_ms=0 spare_blocks=1024"
DIR=$(scan_dir r)
scan_set r priority 10

foreground
scan_act r start
started=$SECONDS
while (($(probes) < WANTED)) && scan_is r passes 0 && kill -0 $FIO; do
	for _ in {1..20}; do hesitate; done
done
diag "$((SECONDS - started)) s, $(probes) probes, $(scan_get r collisions) requests came meanwhile; the disk hesitated $HESITATED times; $(long_ones) probes took longer than 32 ms; at most $MOST suspects at a time, now $(scan_get r suspects); load $(scan_get r load)"
ok "the load was there to the end" kill $FIO
wait $FIO || true
ok "so many probes" test "$(probes)" -ge "$WANTED"
ok "dozens of them were slow" test "$(long_ones)" -ge 50
ok "some were suspected" test "$MOST" -ge 5
nobody_moved() {
	is "$(dmsetup message r 0 list)" empty "$1: no block is moved"
	is "$(field 9) $(field 10) $(scan_get r slow_sectors) $(scan_get r predictive_remaps)" "0 0 0 0" "$1: nor held to be slow"
}
nobody_moved "under load"
ok "the pass ends" patiently 36000 scan_is r passes 1
nobody_moved "after the pass"
done_testing
