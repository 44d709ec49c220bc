# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# summary: remapsetup with a module of another age, without a module, and without root
# timeout: 240
# disk: main 16M

# shellcheck source=/dev/null
. "$VM_DIR/lib.sh"
# shellcheck source=/dev/null
. "$VM_DIR/tools/remapsetup.sh"

M=/dev/disk/main S=/dev/disk/spare D=/dev/mapper/r

# load_changed OLD NEW: the core with another text of the same length in it.
load_changed() {
	OLD=$1 NEW=$2 perl -0777 -pe 's/\Q$ENV{OLD}\E/$ENV{NEW}/g or die "there is no such text\n"' \
		"$(core_module)" >/run/changed.ko
	insmod /run/changed.ko
}

make_null_blk spare 8
modprobe -a dm-mod
modprobe -q libcrc32c || true
rs format $S --data-device $M -q
refuses 4 'no target "remap": the module dm-remap-core is not installed' "without the module open says what is missing" \
	rs open $S r
ok "status has nothing to tell" rs status

ok "a module that says nothing of its version" load_changed '%s format %u api %u' '%s fxrmat %u api %u'
ok "open works with it" rs open $S r
like "$OUTPUT" 'does not say its version in a way that remapsetup [0-9.]+ understands' "and says that something is odd"
ok "the device works" pattern_write $D 0 0 1
ok "status does" rs status r
refuses 4 'does not say its version' "remap does not touch it" rs remap r 5
refuses 4 'does not say its version' "nor does list" rs list r
is "$(dmsetup message r 0 list)" empty "nothing was moved"
ok "close works" rs close r
rmmod dm-remap-core

ok "a module of a later format" load_changed '%s format %u api %u' '%s format 77 api %u'
rs open $S r
refuses 4 'uses on-disk format 77, this remapsetup .* knows 1 only: upgrade remapsetup' "remap does not touch it" rs remap r 5
ok "the data is there" pattern_check $D 0 0 1
rs close r
rmmod dm-remap-core

VERSION=$(rs --version | cut -d' ' -f2)
ok "a module with another version of the same format" load_changed "$VERSION" "${VERSION//[0-9]/7}"
rs open $S r
ok "is as good as any" rs remap r 5 --verbose
like "$OUTPUT" "the module in the kernel is ${VERSION//[0-9]/7}, remapsetup is $VERSION" "and is told of with --verbose"
rs close r
rmmod dm-remap-core

load_core
rs open $S r
ok "and this one, too" rs list r
like "$OUTPUT" '^BLOCK' "it has the map"

# Whoever is not root learns that, and nothing happens.
for verb in "status" "close r" "open $S q" "remap r 7" "list r" "scan start r"; do
	# shellcheck disable=SC2086 # several words
	refuses 2 'only root' "$verb without root" setpriv --reuid 65534 --clear-groups "$REMAPSETUP" $verb
done
refuses 2 'cannot be opened: Permission denied' "format without root" \
	setpriv --reuid 65534 --clear-groups "$REMAPSETUP" format $S --data-device $M -q
ok "the device is there" pattern_check $D 0 0 1
rs close r

# Every verb describes itself; the exit codes of what is no verb
for verb in format open close status list remap relocate scan dump check repair backup restore erase isRemap; do
	ok "$verb --help" rs $verb --help
	like "$OUTPUT" "^Usage: remapsetup $verb .*-h, --help" "describes it"
done
ok "--help" rs --help
golden help
ok "--version" rs --version
is "$OUTPUT" "remapsetup $(sed -n 's/.*VERSION "\(.*\)"/\1/p' "$VM_DIR/../../include/dm-remap/version.h")" "is that of the modules"
is "$(modinfo -F version "$(core_module)")" "${OUTPUT#* }" "in fact"
refuses 1 'which command' "no command" rs
refuses 1 "no command 'frobnicate'" "another command" rs frobnicate
full() { rs --help >/dev/full; }
refuses 1 'could not be written' "output that gets lost" full
done_testing
