#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
dir=$1
rm -r $dir				# expect
cd /tmp					# expect
# expect-next
# shellcheck disable=SC2086
ls $dir
# shellcheck disable=SC2086 # these are words
ls $dir
# These are words.
# shellcheck disable=SC2086
ls $dir
