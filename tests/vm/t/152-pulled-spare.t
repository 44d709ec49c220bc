# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# summary: the spare device is pulled and returned at random instants during repairs
# timeout: 150

# The same as for the main device, with the same verdict.
# shellcheck disable=SC2034
PULLED=spare
# shellcheck source=/dev/null
. ./151-pulled-main.t
