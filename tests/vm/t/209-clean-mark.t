# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# summary: a clean mark that could not be taken back does not refuse the device later; one that is needed stays
# timeout: 90

# shellcheck source=/dev/null
. "$VM_DIR/lib.sh"
# shellcheck source=/dev/null
. "$VM_DIR/tools/picky.sh"

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
dm_remove r

# Main was written without its device, and the spare does not take a note of it. If main were written all the
# same, the mark would have to go, and nobody would know at the next start that nothing can be rescued from main.
picky_load
dm_create p "0 $(sectors /dev/disk/spare) picky /dev/disk/spare 0"
again() { dm_create r "0 $(sectors /dev/disk/main) remap /dev/disk/main 0 /dev/mapper/p 0 ${1:-0}"; }
no_super() { picky p refuse write "$1" 8 && picky p refuse fua "$1" 8; }
# With nothing lost nobody could be misled: main is written.
pattern_write /dev/disk/main 0 2048 3
no_super 0
ok "nothing is lost, with force: it is taken" again "1 force"
like "$(dmsetup status r)" ' ro-map ' "and main can be written"
dm_remove r
picky p pass write
picky p pass fua
ok "the spare takes writes again" again
null_bad main +5000-5000
fails "a sector cannot be read" dd if=/dev/mapper/r of=/dev/null bs=4096 skip=625 count=1 iflag=direct status=none
null_bad main -5000-5000
like "$(dmsetup status r)" ' rw normal 4096 [0-9]+/[0-9]+ 0 1 1 ' "one block is moved, and one sector is lost"
dm_remove r
pattern_write /dev/disk/main 0 2048 4
fails "a main device that was written without it is refused" again
for super in 0 "$LAST"; do
	no_super "$super"
	ok "with force, superblock at $super not writable: it is taken" again "1 force"
	like "$(dmsetup status r)" ' read-only ' "but not written"
	ok "it reads" pattern_check /dev/mapper/r 0 2048 4
	dm_remove r
	[[ $super != 0 ]] || fails "without force it is refused again: nothing was forgotten" again
	picky p pass write
	picky p pass fua
done
ok "when the spare takes it, it is taken without force: superblock A has the note" again
like "$(dmsetup status r)" ' rw ' "and is as before"
done_testing
