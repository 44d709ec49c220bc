# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# summary: a file system that writes back into repairs while memory is short
# timeout: 150
# mem: 384M
# disk: main 128M
# disk: spare 16M

# shellcheck source=/dev/null
. "$VM_DIR/lib.sh"
# shellcheck source=/dev/null
. "$VM_DIR/tools/bad-disk.sh"

load_core
F=/dev/mapper/f
RANDOM=1972

make f /dev/disk/main /dev/disk/spare

# There is no swap: only the writeback can make room.
mkfs.ext4 -q -b 4096 -E nodiscard,lazy_itable_init=0 $F
mkdir -p /run/mnt
mount $F /run/mnt
BEFORE=$(remapped f)
FREE=$(available)
diag "$FREE MiB of memory are free, 130 will be"
# What programs run from has to stay in memory too, or all of it is only slow
perl -e '$a = "memory " x ($ARGV[0] << 17); $| = 1; print "full\n"; sleep 600' \
	$((FREE - 130)) >/run/filler &
FILLER=$!
eventually 30 test -s /run/filler
ok "files are written back while memory is short" \
	fio --name=w --directory=/run/mnt --size=50m --bs=32k --rw=write --direct=0 \
	--verify=crc32c --do_verify=1 --verify_fatal=1 --end_fsync=1 --invalidate=1 --output=/run/fio.out
ok "memory is still taken meanwhile" kill -0 $FILLER
kill $FILLER
wait $FILLER || true
ok "blocks were remapped by it" test "$(remapped f)" -gt "$BEFORE"
ok "umount" umount /run/mnt
ok "the file system is clean" e2fsck -fn $F
like "$(dmsetup status f)" " rw normal [0-9]+ [0-9/]+ 0 [0-9]+ " "the device is well"
dm_remove f
done_testing
