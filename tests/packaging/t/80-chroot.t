#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What the long tests make of a script in a chroot: here of one that only says something.

# shellcheck source=/dev/null # it is beside
. "$(dirname "$0")/../lib.sh"

mkdir -p tests/packaging
# shellcheck disable=SC2016 # the script expands them
printf '#!/bin/sh\nprintf "%%b" "$SAYS"\nexit "$ENDS"\n' >tests/packaging/chroot
chmod 755 tests/packaging/chroot

# hears TEXT SAYS ENDS EXPECTED: the lines of TAP that the test makes of it
# shellcheck disable=SC2034 # in_chroot uses them
hears() { is "$(nr=0 REPO=$WORK SAYS=$2 ENDS=$3 && export SAYS ENDS && in_chroot x suite script | grep -E '^(not )?ok' | paste -sd ,)" "$4" "$1"; }

hears "two checks" 'ok a\nnoise\nok b\n' 0 "ok 1 - x: a,ok 2 - x: b,ok 3 - x: all steps were taken"
hears "one that fails" 'ok a\nnot ok b\n' 0 "ok 1 - x: a,not ok 2 - x: b,ok 3 - x: all steps were taken"
hears "a script that breaks off" 'ok a\n' 1 "ok 1 - x: a,not ok 2 - x: all steps were taken"
hears "a script that checks nothing" 'check: command not found\n' 0 "not ok 1 - x: all steps were taken"

done_testing
