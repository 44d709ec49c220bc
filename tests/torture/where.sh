# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# torture_dir TREE: where the test disk and the program for the kernel of TREE (tests/vm/kernel)
# are built: by tests/torture/run on the host, found by the tests in the guest. Sourced by both.

torture_dir() {
	local tree=$1 here sum
	here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
	sum=$(cat "$here"/{,testdisk/}*.[ch] "$here"/{Makefile,testdisk/Kbuild} | sha256sum)
	echo "${tree%/kernels/*}/torture/$(<"$tree/release")-${sum:0:16}"
}
