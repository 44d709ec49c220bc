# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# summary: remapsetup list --lost tells which file of an ext4 lost its data
# timeout: 240

# shellcheck source=/dev/null
. "$VM_DIR/lib.sh"
# shellcheck source=/dev/null
. "$VM_DIR/tools/remapsetup.sh"

M=/dev/disk/main S=/dev/disk/spare D=/dev/mapper/r
load_core
make_null_blk main 32
make_null_blk spare 8
rs format $S --data-device $M -q
rs open $S r --data-device $M
mkfs.ext4 -q -F -b 1024 $D
mkdir -p /run/mnt
mount $D /run/mnt
mkdir "/run/mnt/a dir"
head -c 40960 /dev/urandom >"/run/mnt/a dir/a file"
sync
BLOCK=$(debugfs -R 'bmap "/a dir/a file" 5' $D 2>/dev/null)
null_bad main "+$((BLOCK * 2 + 1))-$((BLOCK * 2 + 1))"
FREE=30000
null_bad main "+$((FREE * 2))-$((FREE * 2))"
rs remap r $((BLOCK / 4))
rs remap r $((FREE / 4))
ok "lost data in a mounted file system" rs list r --lost -J
is "$(json '.lost[] | [.sector, .sectors, .file] | @json' | sort)" \
	"$(printf '[%d,1,"%s"]\n' $((BLOCK * 2 + 1)) "/a dir/a file" $((FREE * 2)) none | sort)" "is told by name"
fails "the file does not read" dd if="/run/mnt/a dir/a file" of=/dev/null bs=1k iflag=direct
umount /run/mnt
ok "when it is not mounted" rs list r --lost -o FILE -n
is "$(sort <<<"$OUTPUT")" "$(printf '/a dir/a file\nnone')" "the same"
rs close r
done_testing
