#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The metrics of made-up devices, under a parser of the text format of Prometheus.

# shellcheck source=tests/tool/lib.sh
. "$(dirname "$0")/lib.sh"
SOME_METRICS=${SOME_METRICS:-$here/.build/some_metrics}

# parse: standard input as "name label=value...: value"; dies of what is not in the format.
parse() { "$here/prometheus"; }

"$SOME_METRICS" two >two.prom
if parse <two.prom >two 2>why; then pass "a parser takes it"; else fail "a parser takes it" "$(<why)"; fi

# value LINE TEXT: a sample
has() { if grep -qxF -- "$1" two; then pass "$2"; else fail "$2" "there is no '$1'"; fi; }

has 'dm_remap_info main=/dev/sda name=safe spare=/dev/sdb1 uuid=3d3b0b1c-5a55-4f0e-9c3c-0123456789ab: 1' "what a device is made of"
has 'dm_remap_remapped_blocks name=safe: 123' "remapped blocks"
has 'dm_remap_lost_logical_blocks name=safe: 7' "lost blocks"
has 'dm_remap_size_bytes name=safe: 1073741824' "sizes are bytes"
has 'dm_remap_spare_free_bytes name=safe: 65536000' "... all of them"
has 'dm_remap_write_errors_total name=safe: 18446744073709551614' "a large counter"
has 'dm_remap_mode mode=rw name=safe: 1' "the mode"
has 'dm_remap_mode mode=fail name=safe: 0' "... which it is not"
has 'dm_remap_degraded name=safe: 0' "one that is well"
has 'dm_remap_scan_progress_ratio name=safe: 0.07' "a ratio"
has 'dm_remap_health_ratio name=safe: 1.00' "... of one"
has 'dm_remap_scan_read_bytes_total name=safe: 1048576' "what was read"
has 'dm_remap_scan_last_start_timestamp_seconds name=safe: 1795827628' "a time"
is "$(grep -c last_complete two)" 0 "what never happened is not there"

# The other one has a name that needs all escapes.
name='a "b" \ c\nx,e={}#ä'
has "dm_remap_degraded name=$name: 1" "a strange name"
has "dm_remap_state name=$name state=storm: 1" "its state"
has "dm_remap_suspended name=$name: 1" "it is suspended"
is "$(grep -c 'scan_passes_total' two)" 1 "without a scanner there is nothing to tell of it"
is "$(grep -cF "name=$name" two)" "$(($(grep -c 'name=safe' two) - 5))" "all else is"

exits 0 "no device" parse < <("$SOME_METRICS" none)
exits 0 "one device" parse < <("$SOME_METRICS" one)

# The parser notices what is wrong.
wrong() {
	sed "$2" two.prom >wrong.prom
	if cmp -s two.prom wrong.prom; then
		fail "$1" "the test changes nothing"
	elif parse <wrong.prom >/dev/null 2>&1; then
		fail "the parser notices $1"
	else
		pass "the parser notices $1"
	fi
}
wrong "a quote that is not escaped" 's/\\"b\\"/"b"/'
wrong "a bad value" 's/} 123$/} 12x/'
wrong "a missing type" '/^# TYPE dm_remap_lost/d'
wrong "a missing help" '/^# HELP dm_remap_lost/d'
# shellcheck disable=SC2016 # not for the shell
wrong "a metric in two places" '$s/$/\ndm_remap_suspended{name="x"} 1/'
wrong "a sample twice" '/^dm_remap_suspended{name="safe"}/p'
wrong "a counter without _total" 's/dm_remap_write_errors_total/dm_remap_write_errors/'
# shellcheck disable=SC2016 # not for the shell
wrong "a missing newline at the end" '$d;N;$!P;$!D;$s/.*/dm_remap_x 1/'
done_testing
