# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Sourced by tests in which each allocation fails once, or each Nth: disks for them, and a
# device with remapped and lost blocks that has to be as before. Leaks are looked for by the
# harness, at the end. They need the debug kernel, where one takes ten minutes and more.

# shellcheck source=/dev/null
. "$VM_DIR/tools/faults.sh"
need_faults failslab fail_page_alloc

M=/dev/disk/main S=/dev/disk/spare D=/dev/mapper/r
LIMIT=400 # allocations for one command; there are fewer

make_null_blk main 16
make_null_blk spare 8
LEN=$(sectors $M)
TABLE="0 $LEN remap $M 0 $S 0 2 confirm_ms=5 storm_limit=1000000"
# The RAM disks must not allocate any more: their failures are not the point.
dd if=/dev/zero of=$S bs=1M oflag=direct || true

# each TRY [STEP]: TRY N for N = 1, 1 + STEP... until none failed; it says how it went in
# OUTCOME: refused, done, or what was wrong.
each() {
	local n step=${2:-1} refused=0 endured=0
	WRONG=''
	for ((n = 1; n < LIMIT; n += step)); do
		count_faults
		OUTCOME='it did not come to an end'
		"$1" $n
		faults_struck
		case $OUTCOME in
		refused) refused=$((refused + 1)) ;;
		done) ((STRUCK == 0)) || endured=$((endured + 1)) ;;
		*) WRONG+="allocation $n: $OUTCOME"$'\n' ;;
		esac
		((STRUCK)) || break
	done
	diag "1 of $step of $((n - 1)) allocations: $refused refused, $endured endured"
	((n < LIMIT)) || WRONG+="there are more than $LIMIT"
	((n > 1)) || WRONG+="none failed"
}

says_why() { [[ $OUTPUT == *"Cannot allocate memory"* || $OUTPUT == *"out of memory"* ]]; }

# The module, whose allocations are the ones that fail, and r on its disks, with bad sectors.
failing_device() {
	load_core
	find_code
	diag "the code of dm-remap is at ${CODE[*]}"
	alloc_faults "${CODE[@]}"
	dm_create r "${TABLE/2 confirm/3 format confirm}"
	pattern_write $D 0 0 1
	null_bad main +2000-2003 +9000-9000
	pattern_write $D 2000 8 1
	pattern_check $D 9000 1 1 >/dev/null || true
	null_bad main -2000-2003 -9000-9000
	MAP=$(dmsetup message r 0 list)
	isnt "$MAP" empty "there are remapped and lost blocks"
}

whole() { pattern_check $D 1900 200 1 && pattern_check $D 8992 16 1 --errors 9000+1; }

# as_before: nothing is lost, nothing is changed
as_before() {
	attempt whole
	if ((STATUS)); then
		OUTCOME="the data is not as before: $OUTPUT"
	elif [[ $(dmsetup message r 0 list) != "$MAP" ]]; then
		OUTCOME="the map is not as before"
	else
		OUTCOME=$1
	fi
}
