# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# summary: scanners come and go under load: unload, suspend, reload, two devices, in the middle of repairs
# timeout: 240

# shellcheck source=/dev/null
. "$VM_DIR/lib.sh"
# shellcheck source=/dev/null
. "$VM_DIR/tools/scan.sh"

table() { echo "0 $(sectors "/dev/disk/main$1") remap /dev/disk/main$1 0 /dev/disk/spare$1 0 ${2:-0}"; }

# the disks take 2 ms for each request and a pass makes some 900, so it is under way when its scanner goes
load_core
for n in 1 2; do
	make_null_blk "main$n" 48 irqmode=2 completion_nsec=2000000
	make_null_blk "spare$n" 24
	dm_create "r$n" "$(table $n "4 format confirm_ms=1 storm_limit=100000 spare_blocks=2048")"
	pattern_write "/dev/mapper/r$n" 0 0 1
done

# each device has bad sectors all over its second half, readers and writers on its first, and
# somebody who writes over the last of the bad ones; half of them turn bad only later
BAD='' LATER=() REWRITTEN=88000
turn_bad() {
	null_bad main1 "+$1-$1"
	null_bad main2 "+$1-$1"
}
for ((at = 50000; at < 98000; at += 1600)); do
	if ((at / 1600 % 2)); then LATER+=("$at"); else turn_bad "$at"; fi
	((at >= REWRITTEN)) || BAD+=${BAD:+,}$at+1
done
churn() {
	while [[ ! -e /run/enough ]]; do
		dd if=/dev/zero "of=/dev/mapper/$1" bs=64k count=200 oflag=direct,dsync conv=notrunc 2>/dev/null
		dd "if=/dev/mapper/$1" of=/dev/null bs=256k count=80 iflag=direct 2>/dev/null
	done
}
rewrite() {
	while [[ ! -e /run/enough ]]; do
		pattern_write "/dev/mapper/$1" $REWRITTEN 0 2 || touch /run/rewrite-failed
	done
}
for n in 1 2; do
	churn r$n &
	rewrite r$n &
done

UNDER_WAY=0
for ((i = 0; i < 6; i++)); do
	ok "load $i" load_scanner priority=10 chunk_sectors=64
	scan_act r1 start
	scan_act r2 start
	sleep 1.$i
	[[ "$(scan_get r1 state)$(scan_get r2 state)" == waitingwaiting ]] || UNDER_WAY=$((UNDER_WAY + 1))
	ok "unload $i while both are scanned" rmmod dm_remap_scanner
done
ok "scans were under way then" test $UNDER_WAY -ge 3
ok "once more" load_scanner priority=10 chunk_sectors=64

# Each suspend takes the scanner, and the next one rests for ten seconds unless somebody tells it something. A pass that
# was under way when its scanner went was interrupted.
read_since() { (($(scan_get r1 sectors_scanned) > BEFORE1 && $(scan_get r2 sectors_scanned) > BEFORE2)); }
interrupted() { echo $(($(scan_get r1 interruptions) + $(scan_get r2 interruptions))); }
remapped() { echo $(($(dmsetup status r1 | cut -d' ' -f9) + $(dmsetup status r2 | cut -d' ' -f9))); }
PASSES=() AT_WORK=0 INTERRUPTED=$(interrupted) REMAPPED=$(remapped)
for ((i = 0; i < 6; i++)); do
	for at in ${LATER[@]+"${LATER[@]:$((i * 3)):3}"}; do turn_bad "$at"; done
	BEFORE1=$(scan_get r1 sectors_scanned) BEFORE2=$(scan_get r2 sectors_scanned)
	scan_act r1 start
	scan_act r2 start
	# one that comes back when all was read already just ends
	eventually 8 read_since || { scan_act r1 start && scan_act r2 start && eventually 8 read_since; } || AT_WORK=$((AT_WORK - 1))
	AT_WORK=$((AT_WORK + 1))
	if ((i % 2)); then dmsetup suspend --noflush r1; else dmsetup suspend r1; fi
	dmsetup resume r1
	dm_reload r2 "$(table 2 "2 confirm_ms=1 storm_limit=100000")"
done
is $AT_WORK 6 "each suspend and reload came after a scan had read something"
INTERRUPTED=$(($(interrupted) - INTERRUPTED)) REMAPPED=$(($(remapped) - REMAPPED))
diag "$INTERRUPTED passes were interrupted; $REMAPPED blocks were repaired meanwhile"
ok "half of them at least interrupted a pass" test $INTERRUPTED -ge 6
ok "some of the repairs were in between" test $REMAPPED -ge 5
touch /run/enough
wait
ok "every write went well" test ! -e /run/rewrite-failed
for n in 1 2; do
	dmsetup message "r$n" 0 storm_limit 100000
	# what turned bad behind a pass is found by the next one only
	PASSES[n]=$(scan_get "r$n" passes)
	scan_act "r$n" stop
	scan_act "r$n" start
done
has_read() { (($(scan_get "r$1" passes) > PASSES[$1])) || scan_is "r$1" state confirming; }
both_read() { has_read 1 && has_read 2; }
ok "both passes read everything" eventually 100 both_read
for n in 1 2; do
	is "$(dmsetup status "r$n" | cut -d' ' -f9)" 30 "r$n: each bad block is remapped, none twice, no other"
	ok "r$n: the data is right" pattern_check "/dev/mapper/r$n" 49152 $((REWRITTEN - 49152)) 1 --errors "$BAD"
	ok "r$n: and where it was written anew" pattern_check "/dev/mapper/r$n" $REWRITTEN 0 2
done
scan_act r1 start
ok "a device goes while it is scanned" dm_remove r1
ok "and the scanner while the other is" rmmod dm_remap_scanner
dm_remove r2
ok "the core goes, too" rmmod dm_remap_core
done_testing
