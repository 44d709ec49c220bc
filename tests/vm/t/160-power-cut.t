# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# summary: power cuts during a storm of remaps: every acknowledged write is there
# timeout: 90
# boots: 4
# disk: main 32M
# disk: spare 16M

# Each boot writes in several places of the device at once, with FUA; each
# write that is done is recorded outside of the machine. In each boot a quarter of
# every place, with its bad sectors, is touched for the first time.

# shellcheck source=/dev/null
. "$VM_DIR/lib.sh"

SECTORS=65536 WRITERS=4
PART=$((SECTORS / WRITERS))
QUARTER=$((PART / 4))
D=/dev/mapper/r

load_core

# The same bad sectors in each boot: where a storm begins to write, densely.
RANDOM=4711
TABLE='' at=0
while true; do
	next=$((at + 8 + RANDOM % 9)) length=$((1 + RANDOM % 2))
	((next % QUARTER < 512)) || next=$((next - next % QUARTER + QUARTER))
	((next + length + 8 < SECTORS)) || break
	TABLE+="$at $((next - at)) linear /dev/disk/main $at"$'\n'"$next $length error"$'\n'
	at=$((next + length))
done
dm_create m "$TABLE$at $((SECTORS - at)) linear /dev/disk/main $at"

activate() { dm_create r "0 $SECTORS remap /dev/mapper/m 0 /dev/disk/spare 0 $1 storm_limit=100000 confirm_ms=20"; }

# verdict: what is not as recorded, and how much is; `intent` tells the seeds that were tried
verdict() {
	local i
	for ((i = 0; i < WRITERS; i++)); do
		pattern read-map $D $((i * PART)) $((QUARTER * (BOOT - 1)))
	done >/run/map
	recorded | awk '
	FILENAME != "/run/map" && $1 == "ack" {
		for (i = 0; i < $3; i++)
			acked[$2 + i] = $4
		acks++
	}
	FILENAME != "/run/map" && $1 == "intent" && $2 + 0 > last { last = $2 + 0 }
	FILENAME == "/run/map" {
		seed = substr($3, 6) + 0
		for (s = $1; s < $1 + $2; s++) {
			if (s in acked)
				good = $3 ~ /^seed/ && seed >= acked[s] && seed <= last
			else if ($3 ~ /^seed/)
				good = seed <= last
			else
				good = $3 == "zero" || $3 ~ /^error/
			if (!good)
				print "sector " s " has " $3 "; acknowledged: " acked[s]
			right += good
		}
	}
	END {
		print right + 0 " sectors are right"
		print acks + 0 " writes were acknowledged" >"/run/acks"
	}' - /run/map | tail -n 5
}

# writer NUMBER SEED: what is new in this boot first, in pieces of 4 KiB; then
# all, in pieces of odd sizes
writer() {
	local seed=$2 start=$(($1 * PART))
	record "intent $seed"
	pattern_write $D $((start + QUARTER * (BOOT - 1))) $QUARTER "$seed" --bs 4096 --fua --ack >&4 || true
	while true; do
		seed=$((seed + 1))
		record "intent $seed"
		pattern_write $D $start $((QUARTER * BOOT)) "$seed" --bs 6656 --fua --ack >&4 || true
	done
}

remapped() { dmsetup status r | cut -d' ' -f9; }

storm() {
	local i before
	before=$(remapped)
	for ((i = 0; i < WRITERS; i++)); do
		writer $i $((BOOT * 1000)) &
	done
	# not at the same moment of the storm in each boot
	sleep "$1"
	record "storm $(($(remapped) - before))"
	power_cut
}

check() {
	is "$(verdict)" "$((WRITERS * QUARTER * (BOOT - 1))) sectors are right" "boot $BOOT: every acknowledged write is there, and nothing else than was written"
	diag "$(</run/acks); $(dmsetup status r)"
}

if ((BOOT == 1)); then
	ok "boot 1: format" activate "3 format"
	storm 3
fi
ok "boot $BOOT: activation after the cut" activate 2
like "$(dmsetup status r)" ' rw normal ' "boot $BOOT: the map is whole"
check
((BOOT == BOOTS)) || storm "$((2 + BOOT)).$((BOOT * 3))7"

isnt "$(recorded | grep -c ^ack)" 0 "writes were acknowledged"
diag "blocks remapped: $(recorded | grep ^storm | tr '\n' ' ')"
is "$(recorded | awk '$1 == "storm" && $2 >= 10' | wc -l)" $((BOOTS - 1)) \
	"and blocks were being remapped before each of the cuts"
dm_remove r
ok "activation after a clean stop" activate 2
check
done_testing
