# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# summary: every allocation fails once: a clear refusal each time, nothing lost, nothing leaked
# timeout: 240
# expect-log: Call Trace|vmalloc error|allocation failure

# Leaks are looked for by the harness, at the end.

# shellcheck source=/dev/null
. "$VM_DIR/lib.sh"
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

# each TRY: TRY N for N = 1, 2... until none failed; it says how it went in
# OUTCOME: refused, done, or what was wrong.
each() {
	local n refused=0 endured=0
	WRONG=''
	for ((n = 1; n < LIMIT; n++)); do
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
	diag "$((n - 1)) allocations: $refused refused, $endured endured"
	((n < LIMIT)) || WRONG+="there are more than $LIMIT"
	((n > 1)) || WRONG+="none failed"
}

says_why() { [[ $OUTPUT == *"Cannot allocate memory"* || $OUTPUT == *"out of memory"* ]]; }

#
# The module
#

modprobe -a dm-mod
alloc_faults "${ALL_MODULES[@]}"
try_insmod() {
	attempt nth "$1" insmod "$(core_module)"
	if ((STATUS == 0)); then
		OUTCOME='done'
		rmmod dm-remap-core
	elif [[ -d /sys/module/dm_remap_core ]]; then
		OUTCOME="it failed and is there"
	else
		OUTCOME=refused
	fi
}
each try_insmod
is "$WRONG" "" "the module is loaded, or is not"
load_core
find_code
diag "the code of dm-remap is at ${CODE[*]}"
alloc_faults "${CODE[@]}"

#
# A device
#

dm_create r "${TABLE/2 confirm/3 format confirm}"
pattern_write $D 0 0 1
null_bad main +2000-2003 +9000-9000
pattern_write $D 2000 8 1
pattern_check $D 9000 1 1 >/dev/null || true
null_bad main -2000-2003 -9000-9000
MAP=$(dmsetup message r 0 list)
isnt "$MAP" empty "there are remapped and lost blocks"

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
dm_remove r

try_create() {
	attempt nth "$1" dmsetup create r --table "$TABLE"
	if ((STATUS == 0)); then
		as_before 'done'
		dm_remove r
	elif [[ -e $D ]]; then
		OUTCOME="it failed and the device is there"
		dm_remove r
	elif says_why; then
		OUTCOME=refused
	else
		OUTCOME="it did not say why: $OUTPUT"
	fi
}
each try_create
is "$WRONG" "" "a device that is made is whole, or is not made and that is why"

# It is being used and gets a new table.
dm_create r "$TABLE"
try_reload() {
	attempt nth "$1" dmsetup reload r --table "$TABLE"
	if ((STATUS == 0)); then
		as_before 'done'
		dmsetup clear r
	elif says_why; then
		as_before refused
	else
		OUTCOME="it did not say why: $OUTPUT"
	fi
}
each try_reload
is "$WRONG" "" "a new table is loaded, or refused and the old one serves on"

# A new table that cannot be activated must not hang the device: all I/O fails until it is replaced.
try_resume() {
	dmsetup reload r --table "$TABLE"
	attempt nth "$1" dmsetup resume r
	if dm_status_is r ' rw normal '; then
		as_before 'done'
	elif dm_status_is r ' (fail|ro-map|read-only) '; then
		dm_reload r "$TABLE"
		as_before refused
	else
		OUTCOME="status $STATUS: $(dmsetup status r)"
		dm_reload r "$TABLE"
	fi
}
each try_resume
is "$WRONG" "" "it becomes active, or refuses all I/O and is replaced by another"

try_message() {
	attempt nth "$1" dmsetup message r 0 remap 200
	if ((STATUS == 0)); then
		OUTCOME='done'
	else
		as_before refused
	fi
}
count_faults
try_message 1
is "$OUTCOME" 'done' "a block is moved by a message"
ok "the message itself allocates nothing" test "$(faults_struck && echo "$STRUCK")" = 0
MAP=$(dmsetup message r 0 list)
ok "the device is whole" whole

#
# The worker: failures by count, whoever runs
#

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
		write_noting $D $((SEED + 1)) /run/failed --bs 16384
		dmsetup message r 0 remap $((300 + SEED * 40))+20 >/run/message 2>&1 || cat /run/message
		every $kind 0
		faults_struck
		ok "each ${n}th $kind: the data is as acknowledged" \
			told_true $D $SEED $((SEED + 1)) /run/failed
		diag "$STRUCK failed, and with them $(wc -l </run/failed) writes"
		TOTAL[$kind]=$((${TOTAL[$kind]:-0} + STRUCK))
		SEED=$((SEED + 1))
		# What failed is told; now it works.
		pattern_write $D 0 0 $SEED
	done
done
for kind in failslab fail_page_alloc; do
	isnt "${TOTAL[$kind]}" 0 "some allocations of $kind did fail"
done
like "$(dmsetup status r)" ' rw normal ' "nothing is worse for it"
ok "the data is whole" pattern_check $D 0 0 $SEED
dm_remove r
dm_create r "$TABLE"
ok "after another activation too" pattern_check $D 0 0 $SEED
dm_remove r
rmmod dm-remap-core
done_testing
