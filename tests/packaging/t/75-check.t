#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The part of tests/check that boots whole systems (hours) does so for each Debian that the packages are for, and one that
# fails is not forgotten over the next. With tools that only note what they are asked for.

# shellcheck source=/dev/null # it is beside
. "$(dirname "$0")/../lib.sh"

mkdir -p tests/system
cp "$REPO/tests/check" tests
printf '#!/bin/sh\n' >tests/deps
# shellcheck disable=SC2016 # it expands it
printf '#!/bin/sh\necho "$*" >>ran\n[ ! -e "${2:-}" ] || exit 1\necho ok 1\n' >tests/system/run
chmod 755 tests/deps tests/system/run

ok "the part for whole systems" tests/check system
is "$(paste -sd , ran)" "--suite bookworm,--suite trixie" "goes through Debian 12 and 13"
is "$(tail -n 1 <<<"$OUTPUT")" "2 passed, 0 failed" "and counts the checks of both"
touch bookworm
refuse "when the first one fails" tests/check system
is "$(tail -n 1 <<<"$OUTPUT")" "1 passed, 1 failed" "the other passes, and all of it has failed"

done_testing
