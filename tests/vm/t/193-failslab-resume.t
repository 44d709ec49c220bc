# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# summary: each allocation of an activation fails once: it becomes active, or refuses all I/O and can be replaced
# timeout: 900
# expect-log: Call Trace|vmalloc error|allocation failure

# shellcheck disable=SC2034 # what tools/failslab.sh reads
# shellcheck source=/dev/null
. "$VM_DIR/lib.sh"
# shellcheck source=/dev/null
. "$VM_DIR/tools/failslab.sh"

failing_device

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
dm_remove r
rmmod dm-remap-core
done_testing
