#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Names of files on images of file systems.

# shellcheck source=tests/tool/lib.sh
. "$(dirname "$0")/lib.sh"
SOME_NAMES=${SOME_NAMES:-$here/.build/some_names}

# A tree with a file in a directory
mkdir -p "tree/a dir"
head -c 400000 /dev/urandom >"tree/a dir/a file"
head -c 400000 /dev/urandom >file

truncate -s 16M ext4.img
mkfs.ext4 -q -F -b 1024 -d tree ext4.img
block=$(debugfs -R 'bmap "/a dir/a file" 5' ext4.img 2>/dev/null)
is "$("$SOME_NAMES" ext4.img used $((block * 2 + 1)) 30001)" "/a dir/a file
none" "ext4"

printf '/\n0 0\nd--755 0 0\ndir d--755 0 0\nfile ---644 0 0 %s\n$\n$\n' "$PWD/file" >prototype
for options in "-b size=4096" "-b size=1024"; do
	truncate -s 320M xfs.img
	# shellcheck disable=SC2086 # several words
	mkfs.xfs -q -f $options -p prototype xfs.img
	fsb=$(xfs_db -r -c 'path /dir/file' -c 'bmap' xfs.img | sed -n 's/.*startblock \([0-9]*\) .*/\1/p' | head -n 1)
	sector=$(($(xfs_db -r -c "convert fsb $fsb daddr" xfs.img | sed -n 's/^\(0x[0-9a-f]*\).*/\1/p')))
	is "$("$SOME_NAMES" xfs.img unused 0 $((sector)) $((sector + 3)) 600000 99999999999)" "none
/dir/file
/dir/file
none
unknown" "XFS, $options"
	is "$("$SOME_NAMES" xfs.img used $((sector)))" "unknown" "... that is mounted"
	# xfs_logprint looks for the end of the log: a record that was not followed up
	cp xfs.img damaged.img
	agi=$(($(xfs_db -r -c 'agi 0' -c 'daddr' xfs.img | sed -n 's/.*is \([0-9]*\).*/\1/p')))
	head -c 512 /dev/urandom | dd of=damaged.img bs=512 seek=$agi conv=notrunc status=none
	is "$("$SOME_NAMES" damaged.img unused $((sector)))" "unknown" "... whose metadata is damaged"
	rm xfs.img
done
truncate -s 16M nothing.img
is "$("$SOME_NAMES" nothing.img unused 5)" "unknown" "no file system"
is "$(PATH=/nowhere "$SOME_NAMES" ext4.img unused 5)" "unknown" "without the file system's tools"
done_testing
