# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# summary: a SCSI disk is deleted under the device and found again
# timeout: 120

# shellcheck source=/dev/null
. "$VM_DIR/lib.sh"

load_core
make_scsi_debug disk per_host_store=0
make_null_blk spare 8
S=/dev/disk/spare D=/dev/mapper/r
LEN=$(sectors /dev/disk/disk)

state_of() { dmsetup status "$1" | cut -d' ' -f4,5,7-10; }

delete_disk() { echo 1 >"/sys/block/$(block /dev/disk/disk)/device/delete"; }

# The memory behind the disk outlives it; it may come back under another name.
find_disk_again() {
	local host
	for host in /sys/bus/pseudo/drivers/scsi_debug/adapter*/host*/scsi_host/host*; do
		echo "- - -" >"$host/scan"
	done
	eventually 10 scsi_debug_disk >/dev/null
	ln -sfn "$(scsi_debug_disk)" /dev/disk/disk
}

# join JOB: its status in STATUS
join() {
	STATUS=0
	wait "$1" || STATUS=$?
}

dm_create m "0 $LEN linear /dev/disk/disk 0"
dm_create r "0 $LEN remap /dev/mapper/m 0 $S 0 1 format"
pattern_write $D 0 0 1
dmsetup message r 0 remap 100
BEFORE=$(state_of r)
like "$BEFORE" '^rw normal 1/[0-9]+ 0 1 0$' "one block is on the spare"

# Deleted in the middle of writing and reading.
pattern_write $D 0 0 2 --bs 4096 --ack >/run/acks || exit 1 &
WRITER=$!
pattern_check $D 0 0 1,2 --bs 4096 >/run/reads || exit 1 &
READER=$!
sleep 0.3
delete_disk
join $WRITER
isnt $STATUS 0 "writes fail when the disk is deleted"
join $READER
isnt $STATUS 0 "reads too"
# Which of them it is depends on how far the deletion has got.
GONE='error:(EIO|ENODEV|ENXIO)$'
is "$(grep -vE "^ack |$GONE" /run/acks || true)" "" "with the error of the disk, the writes"
is "$(grep -vE "$GONE" /run/reads || true)" "" "and the reads, and what is read is right"
ok "the remapped block still reads" pattern_check $D 800 8 1,2
like "$(state_of r)" "^rw (normal|unreachable) ${BEFORE#* * }$" \
	"nothing was remapped, lost or called bad"

find_disk_again
dmsetup reload m <<<"0 $LEN linear /dev/disk/disk 0"
dmsetup resume --noflush m
ok "when the disk is found again, the state is normal by itself" dm_wait r ' normal ' 60
is "$(state_of r)" "$BEFORE" "and nothing has changed"
ok "all of it reads" pattern_check $D 0 0 1,2
read -r ACKED < <(awk '/^ack/ { end = $2 + $3 } END { print end + 0 }' /run/acks)
isnt "$ACKED" 0 "some writes were done before it was gone"
ok "and every acknowledged one is there" pattern_check $D 0 "$ACKED" 2
ok "writes succeed" pattern_write $D 0 0 3
ok "and are right" pattern_check $D 0 0 3

# Deleted while nobody looks, then only reads.
delete_disk
fails "a read of a deleted disk fails" pattern_check $D 8000 8 3
sleep 0.5
like "$(state_of r)" "^rw (normal|unreachable) ${BEFORE#* * }$" "and touches nothing"
find_disk_again
dmsetup reload m <<<"0 $LEN linear /dev/disk/disk 0"
dmsetup resume --noflush m
ok "it comes back" dm_wait r ' normal ' 60
ok "whole" pattern_check $D 0 0 3
is "$(state_of r)" "$BEFORE" "and unchanged"
ok "the device can be removed" dm_remove r
done_testing
