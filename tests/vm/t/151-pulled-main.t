# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# summary: the main device is pulled and returned at random instants during repairs
# timeout: 150

# Several small devices at once, for a device that was pulled is asked again
# only after a second. Each stands on a table with bad sectors that stay bad, on a
# null_blk that can be pulled and returned by writing to one file: no program
# is started, so that the instants are random down to the instructions.

# shellcheck source=/dev/null
. "$VM_DIR/lib.sh"
# shellcheck source=/dev/null
. "$VM_DIR/tools/meta.sh"

DEVICES=5 ROUNDS=20 MB=6
SECTORS=$((MB * 2048))
# Read only, with a bad sector every now and then; the rest is written.
STATIC=1024
SEED=${SEED:-20240607}
# 152 sources this, to pull the spare.
PULLED=${PULLED:-main}
# An outage of the spare is ridden out for a while, so some have to be longer.
LONGEST=400
[[ $PULLED == main ]] || LONGEST=1200 ROUNDS=12

load_core
RANDOM=$SEED

# bad_table DISK GAP NAME: bad sectors all over the disk, of one to three
bad_table() {
	local at=0 next length
	TABLE='' && : >"/run/$3.bad"
	while true; do
		next=$((at + 20 + RANDOM % $2)) length=$((1 + RANDOM % 3))
		((next + length + 8 < SECTORS)) || break
		TABLE+="$at $((next - at)) linear $1 $at"$'\n'"$next $length error"$'\n'
		echo "$next $length" >>"/run/$3.bad"
		at=$((next + length))
	done
	TABLE+="$at $((SECTORS - at)) linear $1 $at"
}

# Half with the usual time between the two windows, half with hardly any.
for ((i = 0; i < DEVICES; i++)); do
	make_null_blk "main$i" $MB
	make_null_blk "spare$i" 4
	# On the raw disk: the bad sectors come afterwards.
	pattern_write "/dev/disk/main$i" 0 0 1
	if ((i % 2)); then
		bad_table "/dev/disk/main$i" 20 "r$i"
		confirm=confirm_ms=20
	else
		bad_table "/dev/disk/main$i" 250 "r$i"
		confirm=confirm_ms=200
	fi
	dm_create "m$i" "$TABLE"
	LINE[i]="0 $SECTORS remap /dev/mapper/m$i 0 /dev/disk/spare$i 0"
	OPTIONS[i]="storm_limit=100000 $confirm"
	dm_create "r$i" "${LINE[i]} 3 format ${OPTIONS[i]}"
	SYSFS[i]=$(sysfs_of "/dev/mapper/r$i")
done

exec 9<> <(:)
# nap MILLISECONDS: without starting a program
nap() {
	printf -v REPLY '%d.%03d' $(($1 / 1000)) $(($1 % 1000))
	read -rt "$REPLY" -u 9 || true
}

# It prints every write; pieces of 7.5 KiB cover blocks in part as well as whole.
writer() {
	local seed
	for ((seed = 2; ; seed++)); do
		echo "pass $seed"
		pattern_write "/dev/mapper/$1" $STATIC 0 $seed --bs 7680 --ack || true
	done >"/run/$1.acks"
}

# It prints what is not an error and not the right data either. It does not run
# ahead of the writer, who is to find most of the bad sectors.
reader() {
	while true; do
		pattern_check "/dev/mapper/$1" 0 $STATIC 1 --bs 4096 --errors-ok "0+$SECTORS" || true
		nap 300
		pattern_check "/dev/mapper/$1" $STATIC 1024 1-99999 --bs 4096 --errors-ok "0+$SECTORS" || true
		nap 300
	done >"/run/$1.reads"
}

pull() { echo "+0-$((SECTORS - 1))" >"/sys/kernel/config/nullb/$PULLED$1/badblocks"; }
give_back() { echo "-0-$((SECTORS - 1))" >"/sys/kernel/config/nullb/$PULLED$1/badblocks"; }

# again_if_degraded NUMBER: the map of a device whose spare failed changes no
# more until it is activated again; here by a reload, under the I/O.
again_if_degraded() {
	local mode
	read -r mode <"${SYSFS[$1]}/mode"
	[[ $mode != rw ]] || return 0
	DEGRADED=$((DEGRADED + 1))
	dmsetup reload "r$1" <<<"${LINE[$1]} 2 ${OPTIONS[$1]}"
	dmsetup resume "r$1"
}

# freeze_map NUMBER: only what the spare says of itself cannot be written for a while, so a
# repair gets as far as its commit, and that can be neither completed nor disowned. A pull
# of the whole spare at random hardly ever hits that moment.
freeze_map() {
	local spare=/sys/kernel/config/nullb/spare$1/badblocks mode try
	read_layout "/dev/disk/spare$1"
	echo "+0-$((DATA - 1))" >"$spare"
	for ((try = 0; try < 200; try++)); do
		read -r mode <"${SYSFS[$1]}/mode"
		[[ $mode == rw ]] || break
		nap 100
	done
	echo "-0-$((DATA - 1))" >"$spare"
	is "$mode" ro-map "device $1: a commit that cannot be completed freezes the map"
	again_if_degraded "$1"
	is "$(<"${SYSFS[$1]}/mode")" rw "device $1: until it is activated again"
}

# Short enough to fall between two reads, or long enough to fail them all.
outage() {
	case $((RANDOM % 3)) in
	0) nap $((RANDOM % 5)) ;;
	1) nap $((RANDOM % 60)) ;;
	2) nap $((RANDOM % LONGEST)) ;;
	esac
}

# Each is a process group, to be stopped with what it runs.
JOBS=()
set -m
for ((i = 0; i < DEVICES; i++)); do
	writer "r$i" &
	JOBS+=($!)
	reader "r$i" &
	JOBS+=($!)
done
set +m

PULLS=0 NORMAL=0 DEGRADED=0 BUSY=0 SEEN=()
# Number 1 has most to repair.
[[ $PULLED == main ]] || freeze_map 1
sleep 1
for ((round = 0; round < ROUNDS; round++)); do
	for ((k = 0; k < DEVICES; k++)); do
		i=$(((k * 3 + round) % DEVICES))
		nap $((RANDOM % 200))
		read -r state <"${SYSFS[i]}/state"
		pull $i
		outage
		give_back $i
		again_if_degraded $i
		PULLS=$((PULLS + 1))
		[[ $state != normal ]] || NORMAL=$((NORMAL + 1))
		read -r remapped <"${SYSFS[i]}/remapped"
		[[ $remapped == "${SEEN[i]:-0}" ]] || BUSY=$((BUSY + 1))
		SEEN[i]=$remapped
	done
done
kill -KILL -- "${JOBS[@]/#/-}"
wait "${JOBS[@]}" || true
diag "$PULLS times pulled (seed $SEED); $NORMAL times the state was normal before, $BUSY times" \
	"blocks had been remapped since the last time; $DEGRADED times the map was frozen by it"

# verdict NAME: what is wrong with the device and how much is right, from the files about it
verdict() {
	awk -v static=$STATIC '
	function hex(c) { return index("0123456789abcdef", c) - 1 }
	FILENAME ~ /bad$/ { for (i = 0; i < $2; i++) bad[$1 + i] = 1; next }
	FILENAME ~ /list$/ {
		n = length($3)
		for (i = 0; i < n * 4; i++)
			if (int(hex(substr($3, n - int(i / 4), 1)) / 2 ^ (i % 4)) % 2 &&
			    !(($1 * 8 + i) in bad))
				print "sector " $1 * 8 + i " is healthy and marked lost"
		for (i = 0; i < 8 && !(($1 * 8 + i) in bad); i++) ;
		if (i == 8)
			print "block " $1 " is healthy and was remapped"
		next
	}
	FILENAME ~ /acks$/ {
		if ($1 == "pass")
			last = $2
		if ($1 == "ack")
			for (i = 0; i < $3; i++)
				acked[$2 + i] = $4
		next
	}
	{
		seed = substr($3, 6) + 0
		for (s = $1; s < $1 + $2; s++) {
			if ($3 ~ /^error/)
				good = (s in bad) && !(s in acked)
			else if ($3 !~ /^seed:/)
				good = 0
			else if (s < static)
				good = seed == 1
			else
				good = seed >= acked[s] + 0 && seed <= last
			right += good
			if (!good)
				print "sector " s " has " $3 "; acknowledged: " acked[s]
		}
	}
	END { print right + 0 " sectors are right" }
	' "/run/$1.bad" "/run/$1.list" "/run/$1.acks" "/run/$1.map" | tail -n 5
}

list() {
	local from=0 line
	while [[ $from ]]; do
		line=$(dmsetup message "$1" 0 list "$from")
		from=
		[[ $line != *more\ * ]] || from=${line##*more }
		grep -v -e more -e empty <<<"$line" || true
	done
}

repaired=0 lost=0
for ((i = 0; i < DEVICES; i++)); do
	D=/dev/mapper/r$i
	again_if_degraded $i
	ok "device $i: normal again by itself" dm_wait "r$i" 'rw normal [0-9]+ [0-9]+/[0-9]+ 0 ' 60
	is "$(head -n 5 "/run/r$i.reads")" "" "device $i: no read gave wrong data meanwhile"
	pattern read-map "$D" 0 0 >"/run/r$i.map"
	list "r$i" >"/run/r$i.list"
	is "$(verdict "r$i")" "$SECTORS sectors are right" \
		"device $i: every acknowledged write is there, only bad sectors are lost, only their blocks remapped"
	repaired=$((repaired + $(wc -l <"/run/r$i.list")))
	lost=$((lost + $(grep -vc ' 0 [a-z-]* -$' "/run/r$i.list" || true)))
done
diag "$repaired blocks remapped, $lost of them with losses"
isnt "$repaired" 0 "repairs were made"
ok "and pulled into, often enough" test $((BUSY * 4)) -ge $PULLS
for ((i = 0; i < DEVICES; i++)); do
	dm_remove "r$i"
	dm_create "r$i" "${LINE[i]} 2 ${OPTIONS[i]}"
	pattern read-map "/dev/mapper/r$i" 0 0 | sed 's/error:.*/error/' >/run/again
	sed -i 's/error:.*/error/' "/run/r$i.map"
	ok "device $i: the same after another activation" cmp /run/again "/run/r$i.map"
done
done_testing
