# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# summary: a disk that takes seconds over each bad sector: patience with one block ends, nothing is given up unseen
# timeout: 240
# icount: yes

# The time is virtual: a sleep of a minute passes in a second. Each command to the bad
# places takes four seconds and fails then, so a block of eight sectors that is read twice in
# two windows would take two minutes. After 30 s in one window it is enough.

# shellcheck source=/dev/null
. "$VM_DIR/lib.sh"
# shellcheck source=/dev/null
. "$VM_DIR/tools/meta.sh"

D=/dev/mapper/r
OPTIONS="confirm_ms=10000 storm_limit=1000000"
LEN=16384

seen() { pattern read-map $D "$1" "$2"; }
entry() { dmsetup message r 0 list "$1" | awk -v b="$1" '$1 == b { print $3, $4, $5 }'; }
place() { dmsetup message r 0 lookup "$1" | cut -d' ' -f2; }
# used/total bad remapped lost
map_of() { dmsetup status r | cut -d' ' -f7-10; }

# slow NAME START COUNT: the sectors of the disk take four seconds and fail; fast NAME
slow() {
	change "$1" "0 $2 linear /dev/disk/$1 0
		$2 $3 delay /dev/mapper/error 0 4000
		$(($2 + $3)) $((LEN - $2 - $3)) linear /dev/disk/$1 $(($2 + $3))"
}
fast() { change "$1" "0 $LEN linear /dev/disk/$1 0"; }
change() {
	dmsetup reload "$1" <<<"$2"
	dmsetup suspend --noflush --nolockfs "$1"
	dmsetup resume "$1"
}

# others SECONDS: reads and writes of healthy blocks and of remapped ones. By one process, and
# none of them may take as long as three commands to a slow place: when something waits for
# the host, as at the start of a program, the clock here runs ahead from timer to timer.
others() {
	exec fio --direct=1 --time_based --runtime="$1" --rate_iops=5 --max_latency=12s --thread \
		--filename=$D --bs=4k --name=healthy --rw=randrw --offset=4096000 --size=32k \
		--name=remapped --rw=randread --offset=0 --size=40k >/run/others.log 2>&1
}

others_run() { grep -q Starting /run/others.log; }

# begin COMMAND...: in the background, with the others' I/O beside it
begin() {
	log_mark
	rm -f /run/others.log
	others 1000 &
	OTHERS=$!
	eventually 600 others_run 2>/dev/null
	sleep 1
	START=$SECONDS
	"$@" >/run/command.log 2>&1 &
	COMMAND=$!
}
end() {
	RESULT=0
	wait $COMMAND || RESULT=$?
	TOOK=$((SECONDS - START))
	kill $OTHERS
	wait $OTHERS || true
	fails "$TEXT: no other I/O waits for it" grep -i "latency of.*exceeds\|error" /run/others.log
	like "$(</run/others.log)" "healthy.*err= 0.*remapped.*err= 0" "$TEXT: and all of it succeeds"
	diag "$TEXT: $TOOK s; $(cat /run/command.log)"
}

# How many commands the slow places have had.
tried() {
	local stat
	read -ra stat <"/sys/dev/block/$(mountpoint -x /dev/mapper/error)/stat"
	echo $((stat[0] + stat[4]))
}

# move_slow BLOCK: as a client does that finds it slow; says how many failed, and the error. No
# program is started meanwhile.
mkfifo /run/never
move_slow() {
	local client state refused error
	client=$(sysfs_of $D)/remap_sample_client
	exec 5<>/run/never
	echo "slow $1 1 1" >"$client/run"
	until read -r state _ refused error <"$client/result" && [[ $state == idle ]]; do
		read -r -t 1 -u 5 || true
	done
	echo "$refused $error"
}

# As one command, that is one bio.
read_block() { dd if=$D of=/dev/null bs=4096 skip="$1" count=1 iflag=direct status=none; }
write_sector() { pattern_write $D "$1" 1 "$2"; }

# While a program comes from the host, and on a busy one that takes long, minutes may pass here.
at_hand() {
	local files
	mapfile -t files < <(ldd /sbin/dmsetup | awk '/=> \// { print $3 }')
	mkdir /run/at-hand
	cp /sbin/dmsetup "${files[@]}" /run/at-hand
	export LD_LIBRARY_PATH=/run/at-hand PATH=/run/at-hand:$PATH
	hash -r
}

load_core
modprobe dm-delay
insmod "$VM_MODULES/tests/client/remap-sample-client.ko"
at_hand
make_null_blk main 8
make_null_blk spare 8
dm_create error "0 $LEN error"
for disk in main spare; do
	dm_create $disk "0 $LEN linear /dev/disk/$disk 0"
done
TABLE="0 $LEN remap /dev/mapper/main 0 /dev/mapper/spare 0"
dm_create r "$TABLE 3 format $OPTIONS"
pattern_write $D 0 0 1
dmsetup message r 0 remap 0+20 >/dev/null
pattern_write $D 0 160 2
dmsetup suspend r
dmsetup resume r
BEFORE=$(map_of)
ok "other I/O while all is well" others 2

TEXT="the disk recovers before the second window"
dmsetup message r 0 confirm_ms 60000
slow main 2400 8
begin read_block 300
sleep 45
fast main
end
dmsetup message r 0 confirm_ms 10000
isnt $RESULT 0 "$TEXT: the read fails"
ok "$TEXT: as it tried for at least half a minute" test $TOOK -ge 40
is "$(place 300)" main "$TEXT: the block stays"
is "$(map_of)" "$BEFORE" "$TEXT: nothing is recorded as lost"
is "$(seen 2390 28)" "2390 28 seed:1" "$TEXT: all is there"

TEXT="a slow block that reads"
change main "0 1600 linear /dev/disk/main 0
	1600 8 delay /dev/disk/main 1600 5000
	1608 $((LEN - 1608)) linear /dev/disk/main 1608"
begin dmsetup message r 0 remap 200
end
is $RESULT 0 "$TEXT: is moved"
is "$(entry 200)" "0 manual -" "$TEXT: without loss"
fast main
is "$(seen 1590 28)" "1590 28 seed:1" "$TEXT: all is there"

# Long enough for the kernel to suspect that the task hangs, which would be in its log.
TEXT="a range of slow blocks"
change main "0 4000 linear /dev/disk/main 0
	4000 240 delay /dev/disk/main 4000 16000
	4240 $((LEN - 4240)) linear /dev/disk/main 4240"
echo 120 >/proc/sys/kernel/hung_task_timeout_secs
begin dmsetup message r 0 remap 500+30
end
echo 0 >/proc/sys/kernel/hung_task_timeout_secs
is $RESULT 0 "$TEXT: is moved"
ok "$TEXT: in several minutes" test $TOOK -gt 450
fast main
is "$(seen 3990 260)" "3990 260 seed:1" "$TEXT: all is there"
BEFORE=$(map_of)

# Nobody has lost anything yet, so nothing needs to be given up.
TEXT="a slow block with a bad sector, for being slow"
slow main 2400 8
begin move_slow 300
end
is "$(</run/command.log)" "1 -110" "$TEXT: it takes too long (ETIMEDOUT)"
ok "$TEXT: that is half a minute, twice" test $TOOK -ge 60 -a $TOOK -lt 120
is "$(place 300)" main "$TEXT: the block stays"
is "$(map_of)" "$BEFORE" "$TEXT: nothing is recorded as lost"
fast main
is "$(seen 2390 28)" "2390 28 seed:1" "$TEXT: all is there"

TEXT="the disk does not recover"
slow main 2400 8
begin read_block 300
end
isnt $RESULT 0 "$TEXT: the read fails"
ok "$TEXT: after more than half a minute" test $TOOK -ge 40
ok "$TEXT: and less than it would take to try all" test $TOOK -lt 100
ok "$TEXT: so says the log" says "block 300 could not be read whole: 8 logical blocks are lost"
is "$(entry 300)" "ff read-error rescuable" "$TEXT: all is lost as long as nobody rescues it"
TRIED=$(tried)
is "$(seen 2400 8)" "2400 8 error:ENODATA" "$TEXT: it reads as an error"
is "$(tried)" "$TRIED" "$TEXT: without asking the disk"
fast main
is "$(seen 2400 8)" "2400 8 error:ENODATA" "$TEXT: also when the disk works again"
ok "$TEXT: until it is rescued" dmsetup message r 0 retry 300
is "$(seen 2390 28)" "2390 28 seed:1" "$TEXT: which finds all of it"

TEXT="a write"
slow main 3200 8
begin write_sector 3203 2
end
is $RESULT 0 "$TEXT: it succeeds"
ok "$TEXT: without trying all of the rest" test $TOOK -lt 100
ok "$TEXT: so says the log" says "block 400 could not be read whole: 7 logical blocks are lost"
is "$(entry 400)" "f7 write-error rescuable" "$TEXT: the rest is lost as long as nobody rescues it"
is "$(seen 3200 8)" "3200 3 error:ENODATA
3203 1 seed:2
3204 4 error:ENODATA" "$TEXT: just that"
fast main
ok "$TEXT: retry" dmsetup message r 0 retry 400
is "$(seen 3200 8)" "3200 3 seed:1
3203 1 seed:2
3204 4 seed:1" "$TEXT: rescues it"

# Main has only the old data of what is on the spare: nothing could be rescued.
TEXT="on the spare"
BEFORE=$(map_of)
OLD=$(place 10)
read_layout /dev/disk/spare
slow spare $((DATA + 8 * OLD)) 8
begin read_block 10
end
isnt $RESULT 0 "$TEXT: the read fails"
ok "$TEXT: after more than half a minute" test $TOOK -ge 40
is "$(place 10)" "$OLD" "$TEXT: the block stays"
is "$(map_of)" "$BEFORE" "$TEXT: nothing is given up"
fast spare
is "$(seen 0 160)" "0 160 seed:2" "$TEXT: when it works again all is there"

dmsetup remove r
ok "another activation" dm_create r "$TABLE"
is "$(seen 0 8000) $(seen 8064 8320)" "0 160 seed:2
160 3043 seed:1
3203 1 seed:2
3204 4796 seed:1 8064 8320 seed:1" "finds all as it was"
dmsetup remove r
done_testing
