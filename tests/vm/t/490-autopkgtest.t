# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# summary: the load test of the Debian packages, with the modules where a package puts them
# timeout: 400
# icount: shift=2
# mem: 2G

# shellcheck source=/dev/null
. "$VM_DIR/lib.sh"
# shellcheck source=/dev/null
. "$VM_DIR/tools/remapsetup.sh"

LOAD=$VM_DIR/../../packaging/debian/tests/load
THERE=/lib/modules/$(uname -r)
export PATH=${REMAPSETUP%/*}:$PATH

exits 77 "without the kernel's headers it says that it cannot be tried" unshare -m \
	bash -c "mount -t tmpfs none '$THERE' && '$LOAD'"
ln -sfn / "$THERE/build"
exits 1 "without the modules it fails" "$LOAD"
like "$OUTPUT" 'dkms has made no module' "and says why"

mkdir -p "$THERE/updates/dkms"
cp "$(core_module)" "$(scanner_module)" "$THERE/updates/dkms"
depmod
ok "with them it passes" "$LOAD"
is "${OUTPUT##*$'\n'}" PASS "and says so"
is "$(dmsetup ls)$(losetup -a)" "No devices found" "no device is left"
is "$(lsmod | grep remap || true)" "" "nor a module"

# A remapsetup that loses what was moved.
mkdir /run/wrong
cat >/run/wrong/remapsetup <<-EOF
	#!/bin/sh
	[ "\$1" != remap ] || set -- status autopkgtest
	exec $REMAPSETUP "\$@"
EOF
chmod 755 /run/wrong/remapsetup
PATH=/run/wrong:$PATH exits 1 "it notices a remap that is not done" "$LOAD"
like "$OUTPUT" 'the map is not what it was' "and says so"
is "$(dmsetup ls)$(losetup -a)" "No devices found" "after a failure no device is left either"

done_testing
