# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# summary: what the scanner measures of foreground I/O is what fio measures, and above 75 percent it does not read
# timeout: 120
# icount: shift=2

# shellcheck source=/dev/null
. "$VM_DIR/lib.sh"
# shellcheck source=/dev/null
. "$VM_DIR/tools/scan.sh"

# A request takes 20 ms, and one is served at a time. The disk keeps no data and is so large that no pass ends: between
# passes the load is looked at once a minute. A read of the scan is one request.
load_core
load_scanner chunk_sectors=64
make_null_blk main 512000 memory_backed=0 irqmode=2 completion_nsec=20000000 hw_queue_depth=1 submit_queues=1
make_null_blk spare 16
dm_create r "0 $(sectors /dev/disk/main) remap /dev/disk/main 0 /dev/disk/spare 0 2 format spare_blocks=1024"

# measured SECONDS OPTION...: of fio
measured() {
	load_under "$@"
	BUSY=$(fio_busy 0)
	diag "$*: load $LOAD, by fio's figures $BUSY; $(fio_ios) requests"
}
# At priority 0 nothing is read until five seconds after the last request, and the load is looked at all the time.
quietly() { scan_set r priority 0 && measured 8 "$@"; }

scan_act r start
scan_reads() { (($(scan_get r sectors_scanned) > READ)); }
READ=0
ok "nobody there: the scan reads" eventually 20 scan_reads
sleep 2 # a device that has just come counts as used for a second
YIELDED=$(scan_get r yield_time_ms)
sleep 2
is "$(scan_get r load) $(scan_get r state) $(($(scan_get r yield_time_ms) - YIELDED))" "0 scanning 0" "no load, and it yields to nobody"
is "$(foreground all)" 0 "nor was there a request"
fio_warm_up

BEFORE=$(foreground all) BEFORE_20=$(foreground 16384) COLLISIONS=$(scan_get r collisions)
quietly --thinktime=20000
ok "one request, one pause: the disk is in use for half of the time" [ "$BUSY" -ge 35 -a "$BUSY" -le 60 ]
ok "so says the load" is_about "$BUSY"
is $(($(foreground all) - BEFORE)) "$(fio_ios)" "each request is in the histogram, once"
# the first may have met a read of the scan
ok "where 20 ms are" [ $(($(foreground 16384) - BEFORE_20)) -ge $(($(fio_ios) - 1)) ]
ok "and none came during a read" [ $(($(scan_get r collisions) - COLLISIONS)) -le 1 ]

quietly
ok "no pauses: the disk is in use all of the time" [ "$BUSY" -ge 85 ]
ok "so says the load" is_about "$BUSY"

# Pauses of 100 ms, long enough for reads of 20 ms. Whenever one is disturbed, the scan waits twice as long for the next,
# and then a quarter less each second: so it does not read in each of them.
# in_pauses REQUESTS: in a row
in_pauses() {
	READ=$(scan_get r sectors_scanned)
	scan_set r priority 9
	ok "nobody there: the scan reads" eventually 20 scan_reads
	YIELDED=$(scan_get r yield_time_ms)
	measured 20 --thinktime=100000 --thinktime_blocks="$1"
}
in_pauses 5
ok "pauses, and the disk is in use for half of the time" [ "$BUSY" -ge 40 -a "$BUSY" -le 60 ]
ok "so says the load" is_about "$BUSY"
ok "the scan reads in the pauses" [ "$READ_LATE" -gt "$READ_EARLY" ]

in_pauses 45
ok "pauses, and it is in use for more than 75 percent" [ "$BUSY" -gt 80 ]
ok "so says the load" is_about "$BUSY"
ok "which is more than 75" [ "$LOAD" -gt 75 ]
is "$STATE $((READ_LATE - READ_EARLY))" "yielding 0" "the scan yields and reads nothing"
READ=$(scan_get r sectors_scanned)
ok "when that is over, it reads" eventually 20 scan_reads
YIELDED=$(($(scan_get r yield_time_ms) - YIELDED))
diag "it has yielded for $YIELDED ms"
ok "and says for how long it did not" [ $YIELDED -ge 17000 -a $YIELDED -le 23000 ]

# One read after the other: whoever comes meets one.
scan_set r priority 10
COLLISIONS=$(scan_get r collisions)
measured 8 --thinktime=20000
COLLISIONS=$(($(scan_get r collisions) - COLLISIONS))
diag "$COLLISIONS came during a read"
ok "requests that come during a read are counted" [ $COLLISIONS -ge $(($(fio_ios) * 8 / 10)) -a $COLLISIONS -le "$(fio_ios)" ]
done_testing
