# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# summary: a file system that writes back into repairs while memory is short
# timeout: 150
# mem: 384M
# disk: main 128M
# disk: spare 16M

# Repairs must not wait for memory that only they can free. The disks
# are outside of the machine, for its own memory is what runs out.

# shellcheck source=/dev/null
. "$VM_DIR/lib.sh"

load_core
F=/dev/mapper/f
RANDOM=1972

# make NAME MAIN SPARE: a device on a disk with bad sectors all over it
make() {
	local len at=0 block count table=''
	len=$(sectors "$2")
	for ((block = 1000; block * 8 < len - 4096; block += 50 + RANDOM % 300)); do
		count=$((1 + RANDOM % 8))
		table+="$at $((block * 8 - at)) linear $2 $at"$'\n'"$((block * 8)) $count error"$'\n'
		at=$((block * 8 + count))
	done
	dm_create "$1-main" "$table$at $((len - at)) linear $2 $at"
	dm_create "$1" "0 $len remap /dev/mapper/$1-main 0 $3 0 2 format storm_limit=100000"
}
make f /dev/disk/main /dev/disk/spare

remapped() { dmsetup status "$1" | cut -d' ' -f9; }
# MiB; what is left of it differs from kernel to kernel
available() { awk '$1 == "MemAvailable:" { print int($2 / 1024) }' /proc/meminfo; }

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
