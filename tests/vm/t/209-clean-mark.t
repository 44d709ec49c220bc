# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# summary: a clean mark that could not be taken back does not refuse the device later
# timeout: 90

# shellcheck source=/dev/null
. "$VM_DIR/lib.sh"

load_core
make_null_blk main 32
make_null_blk spare 16
LAST=$(($(sectors /dev/disk/spare) - 8))
activate() { dm_create r "0 $(sectors /dev/disk/main) remap /dev/disk/main 0 /dev/disk/spare 0 ${1:-0}"; }

ok "format" activate "1 format"
pattern_write /dev/mapper/r 0 2048 1
dm_remove r
null_bad spare "+$LAST-$((LAST + 7))"
ok "activation with superblock B failing" activate
like "$(dmsetup status r)" ' ro-map ' "the map is constant"
ok "main is written" pattern_write /dev/mapper/r 0 2048 2
dm_remove r
null_bad spare "-$LAST-$((LAST + 7))"
ok "activation when superblock B is back" activate
ok "and the data is there" pattern_check /dev/mapper/r 0 2048 2
done_testing
