# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# summary: each Nth allocation of the I/O paths and the worker fails: what is acknowledged is there
# timeout: 900
# expect-log: Call Trace|vmalloc error|allocation failure

# shellcheck source=/dev/null
. "$VM_DIR/lib.sh"
# shellcheck source=/dev/null
. "$VM_DIR/tools/failslab.sh"

failing_device

RANDOM=4711
for ((at = 4096; at < LEN - 8; at += 150 + RANDOM % 200)); do
	null_bad main "+$at-$((at + RANDOM % 3))"
done

SEED=1
declare -A TOTAL=()
for n in 1 2 3 7; do
	for kind in failslab fail_page_alloc; do
		count_faults
		every $kind $n
		write_noting "$D" $((SEED + 1)) /run/failed --bs 16384
		dmsetup message r 0 remap $((300 + SEED * 40))+20 >/run/message 2>&1 || cat /run/message
		every $kind 0
		faults_struck
		ok "each ${n}th $kind: the data is as acknowledged" \
			told_true "$D" $SEED $((SEED + 1)) /run/failed
		diag "$STRUCK failed, and with them $(wc -l </run/failed) writes"
		TOTAL[$kind]=$((${TOTAL[$kind]:-0} + STRUCK))
		SEED=$((SEED + 1))
		# What failed is told; now it works.
		pattern_write "$D" 0 0 $SEED
	done
done
for kind in failslab fail_page_alloc; do
	isnt "${TOTAL[$kind]}" 0 "some allocations of $kind did fail"
done
like "$(dmsetup status r)" ' rw normal ' "nothing is worse for it"
ok "the data is whole" pattern_check "$D" 0 0 $SEED
dm_remove r
dm_create r "$TABLE"
ok "after another activation too" pattern_check "$D" 0 0 $SEED
dm_remove r
rmmod dm-remap-core
done_testing
