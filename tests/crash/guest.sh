# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# In the guest: records one workload after the other, each in its own part of the
# disk `log`. tests/crash/run writes a script that sets RECORD, WORKLOADS and LOG_MIB and
# sources this one.

modprobe -a dm-mod dm-log-writes dm-delay dm-flakey
load_core
nr=0
for workload in $WORKLOADS; do
	make_null_blk "crash$nr" 8 irqmode=0 discard=1
	ok "$workload: nothing wrong was read, and no I/O failed that should not" \
		"$RECORD" "$workload" "crash$nr" /dev/disk/log $((nr * LOG_MIB * 2048)) $((LOG_MIB * 2048))
	for name in r main spare log logdisk; do
		dmsetup remove "$name" 2>/dev/null || true
	done
	remove_null_blk "crash$nr"
	nr=$((nr + 1))
done
done_testing
