# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# summary: one of three allocations of a table reload fails: it is loaded, or refused and the old one serves on
# timeout: 900
# expect-log: Call Trace|vmalloc error|allocation failure

# shellcheck disable=SC2034 # what tools/failslab.sh reads
# shellcheck source=/dev/null
. "$VM_DIR/lib.sh"
# shellcheck source=/dev/null
. "$VM_DIR/tools/failslab.sh"

failing_device

# It is being used and gets a new table. (That each allocation can fail is tested by 191.)
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
each try_reload 3
is "$WRONG" "" "a new table is loaded, or refused and the old one serves on"

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
dm_remove r
rmmod dm-remap-core
done_testing
