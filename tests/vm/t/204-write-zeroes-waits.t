# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# summary: a command for zeros that waits for a repair, or is on its way while its block moves
# timeout: 90
# disk: zmain 16M
# disk: zspare 8M

# It has no data that could be redone elsewhere. So it is done in one place or answered by
# "not supported", upon which the kernel writes zeros; never acknowledged for nothing.

# shellcheck source=/dev/null
. "$VM_DIR/lib.sh"
# shellcheck source=/dev/null
. "$VM_DIR/tools/picky.sh"

M=/dev/mapper/m S=/dev/disk/zspare D=/dev/mapper/r
OPTIONS="confirm_ms=3000 storm_limit=1000000"

queue_of() { echo "/sys/dev/block/$(dmsetup info -c --noheadings -o major,minor "$1")/queue"; }
place() { dmsetup message r 0 lookup "$1" | cut -d' ' -f2; }
seen() { pattern read-map $D "$1" "$2"; }
main_disk() { dmsetup message m 0 "$@"; }

# zeros START COUNT: the kernel writes them if there is no command
zeros() { blkdiscard -z -o $(($1 * 512)) -l $(($2 * 512)) $D; }
# by_command START COUNT: or says so
by_command() { fallocate -n -p -o $(($1 * 512)) -l $(($2 * 512)) $D; }

load_core
picky_load
LEN=$(sectors /dev/disk/zmain)
dm_create m "0 $LEN picky /dev/disk/zmain 0"
TABLE="0 $LEN remap $M 0 $S 0"
dm_create r "$TABLE 3 format $OPTIONS"
isnt "$(cat "$(queue_of r)/write_zeroes_max_bytes")" 0 "the device has the command for zeros"
pattern_write $D 0 0 1
ok "and it works" by_command 16000 8
is "$(seen 15996 16)" "15996 4 seed:1
16000 8 zero
16008 4 seed:1" "as it should"

# join: the status of the command in the background
join() {
	STATUS=0
	wait "$WAITER" || STATUS=$?
}

# wait_in_repair COMMAND START COUNT [START COUNT]: the sectors do not read, so their block
# is repaired for some seconds; the command for the second range (or the same) comes meanwhile.
wait_in_repair() {
	main_disk refuse read "$2" "$3"
	(pattern_check $D "$2" 1 1 || true) >/run/repair.log &
	REPAIR=$!
	sleep 1
	"$1" "${4:-$2}" "${5:-$3}" >/run/zeros.log 2>&1 &
	WAITER=$!
	sleep 0.5
	ok "$TEXT: the command waits" kill -0 $WAITER
	join
	wait $REPAIR
	main_disk pass read
	cat /run/zeros.log
}

TEXT="all of the block is lost meanwhile"
wait_in_repair zeros 800 8
is $STATUS 0 "$TEXT: zeros are written"
is "$(seen 790 28)" "790 10 seed:1
800 8 zero
808 10 seed:1" "$TEXT: and are there"

TEXT="a part of it is lost meanwhile"
wait_in_repair zeros 1603 2 1601 5
is $STATUS 0 "$TEXT: zeros are written"
is "$(seen 1590 28)" "1590 11 seed:1
1601 5 zero
1606 12 seed:1" "$TEXT: and are there"

TEXT="another part of it is lost meanwhile"
wait_in_repair zeros 2400 2 2404 4
is $STATUS 0 "$TEXT: zeros are written"
is "$(seen 2390 28)" "2390 10 seed:1
2400 2 error:ENODATA
2402 2 seed:1
2404 4 zero
2408 10 seed:1" "$TEXT: and are there"

TEXT="lost, and only a command will do"
wait_in_repair by_command 3200 8
isnt $STATUS 0 "$TEXT: it fails"
like "$(</run/zeros.log)" "unsupported" "$TEXT: as not supported"
is "$(seen 3190 28)" "3190 10 seed:1
3200 8 error:ENODATA
3208 10 seed:1" "$TEXT: what was lost is lost"

TEXT="over several blocks, of which one is lost meanwhile"
wait_in_repair zeros 4000 8 3996 20
is $STATUS 0 "$TEXT: zeros are written"
is "$(seen 3990 30)" "3990 6 seed:1
3996 20 zero
4016 4 seed:1" "$TEXT: and are there"

# On its way to main, while the block moves to the spare with its old data.
moves_under() {
	main_disk hold zeroes 0 "$LEN"
	"$1" "$2" "$3" >/run/zeros.log 2>&1 &
	WAITER=$!
	sleep 0.5
	dmsetup message r 0 remap "$4"
	ok "$TEXT: the command is on its way" kill -0 $WAITER
	isnt "$(place "$4")" main "$TEXT: the block has moved"
	main_disk pass zeroes
	join
	cat /run/zeros.log
}

TEXT="the block moves"
moves_under zeros 4800 8 600
is $STATUS 0 "$TEXT: zeros are written"
is "$(seen 4790 28)" "4790 10 seed:1
4800 8 zero
4808 10 seed:1" "$TEXT: and are there"

TEXT="one of many blocks moves"
moves_under zeros 5600 400 730
is $STATUS 0 "$TEXT: zeros are written"
is "$(seen 5590 420)" "5590 10 seed:1
5600 400 zero
6000 10 seed:1" "$TEXT: and are there"

TEXT="the block moves, and only a command will do"
moves_under by_command 6400 8 800
isnt $STATUS 0 "$TEXT: it fails"
like "$(</run/zeros.log)" "unsupported" "$TEXT: as not supported"
like "$(seen 6400 8)" "^6400 8 (seed:1|zero)$" "$TEXT: the old data is there, or zeros"

dmsetup remove r
dm_create r "$TABLE 2 $OPTIONS"
is "$(seen 0 8000 | grep -v ' seed:1$')" "800 8 zero
1601 5 zero
2400 2 error:ENODATA
2404 4 zero
3200 8 error:ENODATA
3996 20 zero
4800 8 zero
5600 400 zero" "all this after another activation too"
dmsetup remove r
done_testing
