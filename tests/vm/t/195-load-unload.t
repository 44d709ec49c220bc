# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# summary: the module is loaded and unloaded many times, with devices, repairs and a client in between
# timeout: 240

# shellcheck source=/dev/null
. "$VM_DIR/lib.sh"

CLIENT=$VM_MODULES/tests/client/remap-sample-client.ko
M=/dev/disk/main S=/dev/disk/spare D=/dev/mapper/r
LOOPS=10
SLACK=4096 # KiB; what the kernel keeps for itself differs from loop to loop

load_core
make_null_blk main 16
make_null_blk spare 8
LEN=$(sectors $M)
TABLE="0 $LEN remap $M 0 $S 0 2 storm_limit=1000000 confirm_ms=5"
dm_create r "${TABLE/2 storm/3 format storm}"
pattern_write $D 0 0 1
dm_remove r
rmmod dm-remap-core

# SUnreclaim too: what leaks is not in caches that can be emptied.
used_memory() {
	echo 3 >/proc/sys/vm/drop_caches
	awk '$1 ~ /^(Slab|SUnreclaim|VmallocUsed|Percpu):$/ { sum += $2 } END { print sum }' /proc/meminfo
}

# Repairs, a move, a reload, a suspend; the device goes while its last event may
# still be on its way, and the module right after it.
one_life() {
	local at=$((1000 + 40 * $1)) seed=$((10 + $1))
	insmod "$(core_module)"
	dm_create r "$TABLE"
	null_bad main "+$at-$((at + 1))"
	pattern_write $D $at 8 $seed
	dmsetup message r 0 remap $((at / 8 + 3)) >/dev/null
	[[ $1 != *[05] ]] || dm_reload r "$TABLE"
	[[ $1 != *[27] ]] || { dmsetup suspend r && dmsetup resume r; }
	null_bad main "-$at-$((at + 1))"
	dmsetup remove r
	rmmod dm-remap-core
}

lives() {
	local i
	for ((i = $1; i < $2; i++)); do
		one_life $i || return
	done
}

# Loops that begin after the kernel has made itself at home.
ok "the module comes and goes, with a device and repairs in it" lives 0 3
BEFORE=$(used_memory)
ok "and again, $LOOPS times" lives 3 $((3 + LOOPS))
AFTER=$(used_memory)
diag "the kernel's own memory: $BEFORE KiB before, $AFTER KiB after"
ok "it leaves no memory behind" test $((AFTER - BEFORE)) -lt $SLACK

load_core
dm_create r "$TABLE"
is "$(dmsetup status r | cut -d' ' -f4,5,9,10)" "rw normal $((2 * (3 + LOOPS))) 0" \
	"all that was remapped in those lives is, and nothing was lost"
ok "what was written in each of them is there" bash -e -c "for ((i = 0; i < 3 + $LOOPS; i++)); do
	'$VM_PATTERN' check $D \$((1000 + 40 * i)) 8 \$((10 + i)); done"
fails "the module stays while there is a device" rmmod dm-remap-core
dm_remove r

# A client holds the core; it may come first and go last.
with_client() {
	insmod "$CLIENT"
	dm_create r "$TABLE"
	dd if=$D of=/dev/null bs=64k count=16 iflag=direct
	case $1 in
	client-first) rmmod remap-sample-client && dmsetup remove r ;;
	device-first) dmsetup remove r && rmmod remap-sample-client ;;
	both) (rmmod remap-sample-client & dmsetup remove r && wait $!) ;;
	esac
}
ok "a client that goes before the device" with_client client-first
ok "after the device" with_client device-first
for i in 1 2 3; do
	ok "and at the same time" with_client both
done
rmmod dm-remap-core

# One task loads and unloads, the other wants a device: each may be refused, none
# may hang, and the device that comes is a whole one.
load_and_unload() {
	while [[ -e /run/busy ]]; do
		insmod "$(core_module)" 2>/dev/null || true
		rmmod dm-remap-core 2>/dev/null || true
	done
}

come_and_go() {
	local end=$((SECONDS + 60)) came=0 refused=0
	while ((came < 3 || refused < 3)) && ((SECONDS < end)); do
		if dmsetup create r <<<"$TABLE" 2>/dev/null; then
			came=$((came + 1))
			pattern_check $D 1000 8 10 || return
			dmsetup remove r || return
		else
			refused=$((refused + 1))
			[[ ! -e $D ]] || return
		fi
	done
	echo "$came $refused" >/run/came
}

touch /run/busy
load_and_unload &
ok "a device comes and goes while the module does" come_and_go
rm /run/busy
wait
read -r CAME REFUSED </run/came
diag "it came $CAME times and was refused $REFUSED times"
ok "both happened" test "$CAME" -gt 0 -a "$REFUSED" -gt 0
lsmod | grep -q '^dm_remap_core' || load_core
ok "the device is as before" dm_create r "$TABLE"
ok "with all its data" pattern_check $D 0 1000 1
dm_remove r
ok "the module unloads for the last time" rmmod dm-remap-core
done_testing
