# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# summary: the load of a disk that two CPUs use at the same time counts the time only once
# timeout: 120
# smp: 2

# shellcheck source=/dev/null
. "$VM_DIR/lib.sh"
# shellcheck source=/dev/null
. "$VM_DIR/tools/scan.sh"

# A request takes 50 ms. Each CPU has a queue, and each queue serves one at a time, so that nobody waits for the other.
load_core
load_scanner priority=0
make_null_blk main 512000 memory_backed=0 irqmode=2 completion_nsec=50000000 hw_queue_depth=1 submit_queues=2
make_null_blk spare 16
dm_create r "0 $(sectors /dev/disk/main) remap /dev/disk/main 0 /dev/disk/spare 0 2 format spare_blocks=1024"
scan_act r start
fio_warm_up

# in_use: percent of the time, by fio's logs of both jobs, in which there was a request of one or the other
in_use() {
	cat /run/lat_lat.*.log | tr -d , | awk '{ print $1 - $2 / 1000000, $1 }' | sort -n |
		awk 'NR == 1 { first = end = $1 } $1 > end { end = $1 } $2 > end { sum += $2 - end; end = $2 }
			END { printf "%d\n", 100 * sum / (end - first) }'
}

# Each is there for half of the time and knows nothing of the other, so that one or the other is for three quarters. Their
# periods differ by more than a slow machine can make up for: with equal ones they might always meet, or never. Two
# times 30 percent would not tell: their sum, 60, is hardly more than the 51 they make together.
load_under 15 --write_lat_log=/run/lat --cpus_allowed=0 --thinktime=41000 \
	--name=other --filename=/dev/mapper/r --write_lat_log=/run/lat --cpus_allowed=1 --thinktime=67000
BOTH=$(in_use) A=$(fio_busy 0) B=$(fio_busy 1)
diag "load $LOAD; by fio's figures $A and $B, together $BOTH"
ok "two CPUs, each for half of the time" [ "$A" -ge 35 -a "$A" -le 65 -a "$B" -ge 35 -a "$B" -le 65 ]
ok "the load is that of both together" is_about "$BOTH"
ok "which is more than that of one" [ "$LOAD" -gt "$A" -a "$LOAD" -gt "$B" ]
ok "and less than the sum" [ "$LOAD" -lt $((A + B - 8)) ]
done_testing
