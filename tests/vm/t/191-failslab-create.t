# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# summary: each allocation of a module load and of a new device fails once: a clear refusal, or it is whole
# timeout: 900
# expect-log: Call Trace|vmalloc error|allocation failure

# shellcheck disable=SC2034 # what tools/failslab.sh reads
# shellcheck source=/dev/null
. "$VM_DIR/lib.sh"
# shellcheck source=/dev/null
. "$VM_DIR/tools/failslab.sh"

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

failing_device
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
rmmod dm-remap-core
done_testing
