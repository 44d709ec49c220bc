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
# other_bad: main gets about a hundred bad places, for the worker to have something to do; those
# before are good again, for there may be only so many
BAD=()
other_bad() {
	local at ranges=()
	for ((at = 4096 + RANDOM % 200; at < LEN - 8; at += 150 + RANDOM % 200)); do
		ranges+=("+$at-$((at + RANDOM % 3))")
	done
	null_bad main "${BAD[@]/#+/-}" "${ranges[@]}"
	BAD=("${ranges[@]}")
}

SEED=1
declare -A TOTAL=([failslab]=0 [fail_page_alloc]=0)
for n in 1 2 3 7; do
	for kind in failslab fail_page_alloc; do
		other_bad
		count_faults
		every $kind $n
		write_noting "$D" $((SEED + 1)) /run/failed --bs 16384
		dmsetup message r 0 remap $((300 + SEED * 40))+20 >/run/message 2>&1 || cat /run/message
		every $kind 0
		faults_struck
		ok "$kind, 1 of $n: the data is as acknowledged" \
			told_true "$D" $SEED $((SEED + 1)) /run/failed
		diag "$STRUCK failed, and with them $(wc -l </run/failed) writes"
		TOTAL[$kind]=$((${TOTAL[$kind]} + STRUCK))
		SEED=$((SEED + 1))
		# What failed is told; now it works.
		pattern_write "$D" 0 0 $SEED
	done
done
# of pages there are few: only where the slab has none left
ok "allocations did fail" test "${TOTAL[failslab]}" -gt 200 -a "${TOTAL[fail_page_alloc]}" -gt 10
like "$(dmsetup status r)" ' rw normal ' "nothing is worse for it"
ok "the data is whole" pattern_check "$D" 0 0 $SEED
dm_remove r
dm_create r "$TABLE"
ok "after another activation too" pattern_check "$D" 0 0 $SEED
dm_remove r
rmmod dm-remap-core
done_testing
