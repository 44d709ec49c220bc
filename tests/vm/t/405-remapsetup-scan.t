# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# summary: remapsetup scan: actions, waiting with progress, and what ends the wait
# timeout: 240

# shellcheck source=/dev/null
. "$VM_DIR/lib.sh"
# shellcheck source=/dev/null
. "$VM_DIR/tools/scan.sh"
# shellcheck source=/dev/null
. "$VM_DIR/tools/remapsetup.sh"

M=/dev/disk/main S=/dev/disk/spare D=/dev/mapper/r
load_core
# So few reads that none is slow on a busy machine: suspects would take minutes.
make_null_blk main 10
make_null_blk spare 2
rs format $S --data-device $M -q
rs open $S r --data-device $M
pattern_write $D 0 0 1
refuses 4 "has no scanner: .*modprobe dm-remap-scanner" "without the module that is said" rs scan start r
load_scanner
ok "status" rs scan status r
like "$OUTPUT" 'state: +waiting' "before the first pass"
ok "JSON" rs scan status r -J
is "$(json '.scans[0] | [.name, .state, .passes, .eta_seconds, .late, .health_score] | @json')" \
	'["r","waiting",0,null,false,100]' "is read by a parser"

ok "a pass, waited for" rs scan start r --wait
like "$OUTPUT" 'Finished, time 0[0-9]m[0-9][0-9]s, 0 read errors, health 100 of 100$' "says how it went"
is "$(scan_get r passes)" 1 "it was a whole pass"
null_bad main +1000-1000 +19000-19001
ok "another, with JSON" rs scan start r --wait --progress-json
LAST=$(tail -n 1 <<<"$OUTPUT")
is "$(jq -r 'keys | @json' <<<"$LAST")" '["device","device_bytes","device_size","eta_ms","speed","time_ms"]' \
	"it has the keys of cryptsetup"
is "$(jq -s 'map(.[] | type) | unique | @json' <<<"$OUTPUT")" '"[\"string\"]"' "all values are strings, in all lines"
is "$(jq -r '[.device, .eta_ms, .device_bytes == .device_size] | @json' <<<"$LAST")" \
	'["/dev/mapper/r","0",true]' "the last one is at the end"
is "$(dmsetup status r | cut -d' ' -f9)" 2 "the bad blocks were found"
ok "the data is there but for these" pattern_check $D 0 0 1 --errors 1000+1,19000+2

# On a slow disk one can see it, pause it and stop it.
rs close r
slow_disk slow $M 100 "0+$(sectors $M)"
rs format $S --data-device /dev/mapper/slow -q --force
ok "a device on another device" rs open $S r --data-device /dev/mapper/slow
ok "start" rs scan start r
is "$OUTPUT" "" "has nothing to say"
ok "the scan begins" eventually 10 scan_is r state scanning
refuses 5 'the scan was paused; .remapsetup scan resume r' "a wait ends when somebody pauses" \
	bash -c "(sleep 2; dmsetup message r 0 scan pause) & $REMAPSETUP scan status r --wait; r=\$?; wait; exit \$r"
like "$OUTPUT" 'Progress: +[0-9]+\.[0-9]%, ETA .*, [0-9.]+ [KM]?i?B read, speed [0-9.]+ [KM]?i?B/s' "it showed how far it was"
AT=$(scan_get r position)
ok "resume" rs scan resume r
ok "the scan goes on" eventually 10 scan_is r state scanning
ok "where it was" test "$(scan_get r position)" -ge "$AT"
on_terminal "$REMAPSETUP" scan status r --wait --progress-frequency 1 >/run/terminal &
WAITER=$!
sleep 3
ok "stop" rs scan stop r
STATUS=0
wait $WAITER || STATUS=$?
is "$STATUS" 5 "ends another wait"
like "$(tr -d '\0' </run/terminal)" $'\e\\[2K\rProgress: .*ETA' "which wrote over its line on the terminal"
like "$(</run/terminal)" 'stopped before its end' "and said why it ended"
ok "pause" rs scan pause r
is "$(scan_get r state)" paused "pauses"
ok "resume" rs scan resume r

for action in begin '' STOP; do
	refuses 1 'none of start, status' "the action '$action'" rs scan "$action" r
done
refuses 1 'nothing to wait for' "waiting for a pause" rs scan pause r --wait
refuses 1 'with --wait only' "progress without waiting" rs scan start r --progress-json
refuses 1 'progress-frequency needs a number' "a frequency that is none" rs scan start r --wait --progress-frequency x
refuses 4 'q is not active' "no device" rs scan start q
dmsetup message r 0 scan enabled 0
refuses 5 'the scanner is disabled, so no pass begins.*scan enabled 1' "a scanner that is disabled" rs scan start r
refuses 5 'the scanner is disabled' "is not waited for" rs scan start r --wait
dmsetup message r 0 scan enabled 1
is "$(scan_get r state) $(scan_get r passes)" "waiting 0" "none of this began a pass"
dmsetup suspend r
refuses 5 'is suspended' "a suspended device" rs scan start r
dmsetup resume r
rs close r
done_testing
