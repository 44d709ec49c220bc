# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# summary: remapsetup evacuate --to: another main device, with all data and no lie about what is lost
# timeout: 300
# boots: 3
# disk: vold 48M
# disk: vnew 56M
# disk: vspare 16M

# shellcheck source=/dev/null
. "$VM_DIR/lib.sh"
# shellcheck source=/dev/null
. "$VM_DIR/tools/meta.sh"
# shellcheck source=/dev/null
. "$VM_DIR/tools/remapsetup.sh"
# shellcheck source=/dev/null
. "$VM_DIR/tools/tables.sh"

load_core
D=/dev/mapper/r S=/dev/disk/spare
# Identities are those of the tables on which both main devices stand, and which can be changed.
O=/dev/mapper/old N=/dev/mapper/new
stack() {
	local name
	for name in "$@"; do
		dm_create "$name" "$(plain "$name")" --uuid "TEST-$name"
	done
}
main_is() { [[ $(dmsetup table r | cut -d' ' -f4) == $(stat -Lc %Hr:%Lr "$1") ]]; }
recorded_is() { [[ $(rs dump $S 2>/dev/null) == *dm:TEST-$1* ]]; }
lookup() { dmsetup message r 0 lookup "$1"; }
move() { rs evacuate r --to $N -q --progress-frequency 0 "$@"; }
is_blank() { [[ -z $(blkid -p -o value -s TYPE "$1") ]] && cmp -n 8388608 "$1" /dev/zero; }
# goes_on WHAT: nothing has changed
goes_on() {
	ok "$1: on the old main device" main_is $O
	ok "$1: as the spare says" recorded_is old
	is "$(waits)" Active "$1: nothing waits"
	ok "$1: with all data" pattern_check $D 0 0 1,2 --errors "$LOST"
	ok "$1: the other one looks like nothing" is_blank $N
}
# worn: bad sectors on a disk that takes none
worn() {
	echo "0 16000 linear /dev/disk/old 0"
	echo "16000 2 error"
	echo "16002 $(($(sectors /dev/disk/old) - 16002)) linear /dev/disk/old 16002"
}
# moving: it begins to copy to a slow disk
moving() {
	change new "$(slow new "${1:-100}" "${2:-0}")"
	"$REMAPSETUP" evacuate r --to $N -q >/run/out 2>&1 & # itself, for signals
	PID=$!
	eventually 30 grep -q copying /run/out
}
# ended: exit code and words of it
ended() {
	wait "$PID" && STATUS=0 || STATUS=$?
	OUTPUT=$(tr '\r' '\n' </run/out)
	change new "$(plain new)"
	diag "$(tail -n 2 <<<"$OUTPUT")"
}

if ((BOOT > 1)); then
	for disk in old new spare; do
		ln -sfn "/dev/disk/v$disk" "/dev/disk/$disk"
	done
	stack old new
	S=/dev/disk/spare
	LOST=$(recorded | sed -n 's/^lost //p' | tail -n 1)
fi

# What a failing disk has left: blocks on the spare with all data, some without a part of it, and
# some bad sectors that nobody has seen yet.
wear_out() {
	rs format $S --data-device $O -q
	rs open $S r --data-device $O
	dmsetup message r 0 confirm_ms 0
	pattern_write $D 0 0 1
	dmsetup message r 0 remap 100+50
	dmsetup message r 0 remap 4000+3
	pattern_write $D 800 400 2
}

case $BOOT in
1)
	make_null_blk old 48
	make_null_blk new 56
	make_null_blk spare 16
	make_null_blk small 40
	make_null_blk large 56 blocksize=4096
	stack old new small large
	LOST=16000+2

	# From a disk that has the spare as well.
	make_null_blk both 24
	stack both
	B=/dev/mapper/both
	rs format $B --data-device $B --data-length 16384 --spare-start 16384 -q
	rs open $B b --data-device $B --spare-start 16384
	pattern_write /dev/mapper/b 0 0 1
	dmsetup message b 0 remap 100+50
	pattern_write /dev/mapper/b 800 400 2
	mkswap /dev/mapper/b
	exits 0 "evacuate --to, from a disk that has the spare" rs evacuate b --to $N -q --progress-frequency 0
	like "$OUTPUT" "both was not touched.*the spare is on the same disk, which has to stay.*wipefs --all --force $B'" "which has to stay"
	unlike "$OUTPUT" "disconnect" "and nobody says otherwise"
	wipefs -q --all --force $B
	is "$(blkid -p -o value -s TYPE $N) $(blkid -p -o value -s TYPE $B || true)" "swap " "it looks like nothing, once wiped"
	rs close b
	ok "and has the spare still" rs open $B b --spare-start 16384
	ok "all data is there" pattern_check /dev/mapper/b 8 16376 1,2
	rs close b
	blkdiscard -fz $N

	wear_out
	null_bad old +16000-16001
	attempt pattern_check $D 16000 8 1
	is "$(status)" "rw 54 2" "54 blocks on the spare, two lost sectors"

	# Refused
	refuses 1 'no terminal to ask' "nobody to ask" rs evacuate r --to $N
	refuses 1 'go with --to' "options without it" rs evacuate r -q
	refuses 4 'is the main device of r already' "the old main device" rs evacuate r --to $O -q
	refuses 4 'is the spare of r' "the spare" rs evacuate r --to $S -q
	refuses 4 'is the device itself' "the device itself" rs evacuate r --to $D -q
	refuses 4 'is too small' "one that is too small" rs evacuate r --to /dev/mapper/small -q
	refuses 4 'logical blocks of 4096 bytes' "other logical blocks" rs evacuate r --to /dev/mapper/large -q
	refuses 5 'is a part of /dev/mapper/new' "one that is in use" rs evacuate r --to /dev/disk/new -q
	make_null_blk nameless 56
	refuses 4 'neither WWN nor serial number' "one without an identity" rs evacuate r --to /dev/disk/nameless -q
	remove_null_blk nameless
	mkfs.ext4 -q $N
	refuses 4 'not empty. It holds a file system \(ext4\)' "one with a file system" move
	mkdir -p /run/mnt
	mount $N /run/mnt
	refuses 5 'is mounted on /run/mnt' "one that is mounted" move --force
	umount /run/mnt
	blkdiscard -fz $N
	dm_create on "0 8 linear $D 0"
	refuses 5 'r is a part of /dev/mapper/on' "a device in use" move
	dm_remove on
	exec 9<$D
	refuses 5 'is in use \(opened 1 times besides' "one that is open" move
	exec 9<&-
	dmsetup suspend r
	refuses 5 'is suspended, and not by remapsetup' "a suspended device" move
	dmsetup resume r
	goes_on "refused"

	# What does not work out
	change new "$(flaky new drop_writes)"
	refuses 4 'gives back something else' "a disk that drops writes" move
	change new "$(plain new)"
	goes_on "dropped"
	change new "$(flaky new error_writes)"
	refuses 4 'does not take the data.*r goes on as before' "one that takes none" move
	change new "$(plain new)"
	goes_on "refused by the disk"
	null_bad old +24000-24001
	LOST=16000+2,24000+2
	dmsetup message r 0 auto_remap 0
	moving
	kill -TERM $PID
	ended
	like "$STATUS $OUTPUT" "^1 .*interrupted. It goes on as before" "interrupted"
	goes_on "interrupted"

	# A read of what is lost is answered without being counted: no reason to refuse it.
	dd if=$D of=/run/first bs=512 count=1 iflag=direct status=none
	dmsetup message r 0 auto_remap 1
	null_bad old +0-0
	attempt pattern_check $D 0 1 1
	dmsetup message r 0 auto_remap 0
	like "$(lookup 0)" '^0 [0-9]+ 1 read-error ' "the first sector is lost"
	moving
	kill -TERM $PID
	ended
	like "$STATUS $OUTPUT" "^1 .*interrupted. It goes on as before" "it can be moved all the same"
	null_bad old -0-0
	dd if=/run/first of=$D bs=512 count=1 oflag=direct status=none
	goes_on "written again"

	# Somebody writes to the new one, where it was compared already.
	moving 20 400
	eventually 60 grep -qE '[3-9][0-9]\.[0-9]%.*comparing' /run/out
	dd if=/dev/urandom of=$N bs=4k count=1 seek=2048 oflag=direct conv=notrunc status=none
	ended
	like "$STATUS $OUTPUT" "^5 .*was written by somebody else meanwhile" "a writer on the new one"
	goes_on "compared before"

	# Somebody writes to it all the same.
	moving
	pattern_write $D 48000 8 2
	ended
	like "$STATUS $OUTPUT" "^5 .*was written by somebody else meanwhile" "a writer meanwhile"
	goes_on "written"

	# Done. The kernel does not move blocks by itself at the moment.
	attempt move
	is "$STATUS" 4 "evacuate --to: some blocks stay"
	like "$OUTPUT" "new is the main device of r now, with all that could be read" "says so"
	like "$OUTPUT" "4 logical blocks could not be read" "with what was lost"
	like "$OUTPUT" "old was not touched. .*wipefs --all /dev/mapper/old" "and what the old one is"
	like "$OUTPUT" "54 blocks are back on the main device" "what could went to it"
	is "$(status)" "rw 2 4" "two blocks stay"
	ok "on the new main device" main_is $N
	ok "the spare says so" recorded_is new
	null_bad old -16000-16001 -24000-24001
	ok "all data, and what was lost is lost" pattern_check $D 0 0 1,2 --errors 16000+2,24000+2
	ok "on the new disk itself" pattern_check $N 0 16000 1,2
	ok "behind a lost block, too" pattern_check $N 16008 7992 1,2
	ok "and up to the end" pattern_check $N 24008 $(($(sectors $D) - 24008)) 1,2
	unlike "$(dmsetup message r 0 list)" rescuable "nothing can be rescued from it"
	fails "nor is it" dmsetup message r 0 retry 2000
	NUMBER=$(dmsetup table r | cut -d' ' -f4)
	rs close r
	refuses 4 'is not the main device of' "the old main device is refused" rs open $S r --data-device $O
	ok "the new one is found" rs open $S r
	is "$(dmsetup table r | cut -d' ' -f4)" "$NUMBER" "that one"
	ok "lost is lost" pattern_check $D 0 0 1,2 --errors 16000+2,24000+2
	pattern_write $D 16000 2 3 --bs 512
	pattern_write $D 24000 2 3 --bs 512
	ok "when that was written" rs evacuate r --progress-frequency 0
	like "$OUTPUT" "nothing is on the spare any more" "nothing is left"
	rs close r
	ok "the new one alone has all" pattern_check $N 0 $(($(sectors $O))) 1,2,3

	# For a power cut in the copy
	for disk in old new small large; do
		dm_remove $disk
	done
	for disk in old new spare; do
		remove_null_blk $disk
		ln -sfn "/dev/disk/v$disk" "/dev/disk/$disk"
	done
	S=/dev/disk/spare
	stack old new
	wear_out
	change old "$(worn)"
	attempt pattern_check $D 16000 8 1
	LOST=16000+2
	record "lost $LOST"
	is "$(status)" "rw 54 2" "54 blocks on another spare"
	moving
	sleep 1
	ok "the copy is under way" main_is $O
	power_cut
	;;
2)
	refuses 4 'is not the main device of' "the new one is refused" rs open $S r --data-device $N
	ok "the old one is found" rs open $S r
	change old "$(worn)"
	dmsetup message r 0 confirm_ms 0
	goes_on "power cut"

	# Killed at any time, and done again.
	for turn in {1..4}; do
		change new "$(slow new 1)"
		timeout -s KILL "$turn.$((RANDOM % 9 + 1))" "$REMAPSETUP" evacuate r --to $N -q --progress-frequency 0 || true
		change new "$(plain new)"
		diag "turn $turn: $(dmsetup info -c --noheadings -o suspended r) $(dmsetup table --inactive r)"
		if suspended; then
			attempt move --force
			! suspended || dmsetup resume r
		fi
		if main_is $N; then
			break
		fi
		ok "turn $turn: with all data" pattern_check $D 0 0 1,2 --errors "$LOST"
	done
	main_is $N || attempt move --force
	ok "on the new one" main_is $N
	ok "with all data" pattern_check $D 0 0 1,2 --errors "$LOST"
	attempt rs evacuate r --progress-frequency 0
	pattern_write $D 40000 800 4
	power_cut
	;;
3)
	refuses 4 'is not the main device of' "after another one: the old one is refused" rs open $S r --data-device $O
	ok "the new one is found" rs open $S r
	ok "with what was written" pattern_check $D 0 0 1,2,4 --errors "$LOST"
	ok "which the old one has not" pattern_check $O 40000 800 1
	is "$(status)" "rw 1 2" "what was lost is on the spare"
	;;
esac
done_testing
