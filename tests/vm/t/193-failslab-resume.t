# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# summary: one of three allocations of an activation fails: it becomes active, or refuses all I/O and can be replaced
# timeout: 900
# expect-log: Call Trace|vmalloc error|allocation failure

# shellcheck disable=SC2034 # what tools/failslab.sh reads
# shellcheck source=/dev/null
. "$VM_DIR/lib.sh"
# shellcheck source=/dev/null
. "$VM_DIR/tools/failslab.sh"

failing_device

# holds_back N: nothing is written in mode fail, and nothing is read but what was there
holds_back() {
	local seen
	seen=$(pattern read-map "$D" 1900 200) || true
	! grep -vE ' (error:[A-Z]+|seed:1)$' <<<"$seen" || WRONG+="allocation $1: it reads as something else"$'\n'
	dm_status_is r ' fail ' || return 0
	attempt pattern_write "$D" 1900 8 9
	((STATUS)) || WRONG+="allocation $1: it takes a write"$'\n'
}

# A new table that cannot be activated must not hang the device: all I/O fails until it is
# replaced. (That each allocation can fail is tested by 191.)
try_resume() {
	dmsetup reload r --table "$TABLE"
	attempt "${HOW:-nth}" "$1" dmsetup resume r
	if dm_status_is r ' rw normal '; then
		as_before 'done'
	elif dm_status_is r ' (fail|ro-map|read-only) '; then
		holds_back "$1"
		dm_reload r "$TABLE"
		as_before refused
	else
		OUTCOME="status $STATUS: $(dmsetup status r)"
		dm_reload r "$TABLE"
	fi
}
each try_resume 3
is "$WRONG" "" "it becomes active, or refuses all I/O and is replaced by another"

# One failure is endured, for whoever allocates in an activation tries again.
# each_nth N COMMAND...: each Nth of all allocations fails while it runs
each_nth() {
	local code=0
	every failslab "$1"
	"${@:2}" || code=$?
	every failslab 0
	return $code
}
HOW=each_nth
for n in 1 2 3; do
	count_faults
	try_resume $n
	faults_struck
	is "$WRONG" "" "1 of $n fail ($STRUCK): it is $OUTCOME"
	((n > 1)) || is "$OUTCOME" refused "which it cannot endure"
	like "$OUTCOME" '^(refused|done)$' "and the data is as before"
done
dm_remove r
rmmod dm-remap-core
done_testing
