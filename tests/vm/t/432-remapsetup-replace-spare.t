# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# summary: remapsetup replace-spare: another spare under a running device, or nothing has happened
# timeout: 600

# shellcheck source=/dev/null
. "$VM_DIR/lib.sh"
# shellcheck source=/dev/null
. "$VM_DIR/tools/meta.sh"
# shellcheck source=/dev/null
. "$VM_DIR/tools/remapsetup.sh"
# shellcheck source=/dev/null
. "$VM_DIR/tools/tables.sh"

load_core
M=/dev/disk/main D=/dev/mapper/r
make_null_blk main 16
make_null_blk one 4
make_null_blk two 8
mkdir -p /run/mnt
# Both spares stand on a table that can be changed: /dev/mapper/s1 and s2.
S1=/dev/mapper/s1 S2=/dev/mapper/s2
dm_create s1 "$(plain one)"
dm_create s2 "$(plain two)"
spare_is() { [[ $(dmsetup table r | cut -d' ' -f6) == $(stat -Lc %Hr:%Lr "$1") ]]; }
# state_of DISK: what the newer superblock says
state_of() { rs dump "/dev/disk/$1" 2>/dev/null | sed -n 's/^state *\([a-z]*\).*/\1/p'; }
runs_on() {
	is "$(status)" "$2" "$3: the device goes on"
	ok "$3: on $1" spare_is "$1"
	ok "$3: with all data" pattern_check $D 0 0 1,2 "${@:4}"
	is "$(waits)" Active "$3: nothing waits"
}
# start: 200 blocks on a new spare in s1; main holds old data there
start() {
	[[ ! -e $D ]] || dm_remove r
	null_bad one "-0-$(($(sectors /dev/disk/one) - 1))"
	null_bad two "-0-$(($(sectors /dev/disk/two) - 1))"
	change s1 "$(plain one)"
	change s2 "$(plain two)"
	blkdiscard -fz /dev/disk/one
	blkdiscard -fz /dev/disk/two
	rs format $S1 --data-device $M -q
	rs open $S1 r --data-device $M
	dmsetup message r 0 confirm_ms 0
	pattern_write $D 0 0 1
	dmsetup message r 0 remap 0+100
	dmsetup message r 0 remap 1000+100
	pattern_write $D 0 0 2
	# what main alone would give is wrong
	! pattern_check $M 0 8 2
}
replace() { rs replace-spare r $S2 -q; }

# Refused
start
refuses 1 'no terminal to ask' "nobody to ask" rs replace-spare r $S2
refuses 4 'two is too small|s2 is too small' "a spare that is too small" rs replace-spare r $S2 -q --spare-blocks 220
refuses 5 'is a part of /dev/mapper/r' "the main device" rs replace-spare r $M -q
refuses 5 'cannot be used: .* is a part of' "the spare itself" rs replace-spare r $S1 -q
mkfs.ext4 -q $S2
refuses 4 'not empty. It holds a file system \(ext4\)' "one with a file system" replace
mount $S2 /run/mnt
refuses 5 'is mounted on /run/mnt' "one that is mounted" replace
umount /run/mnt
dmsetup suspend r
refuses 5 'is suspended, and not by remapsetup' "a suspended device" replace
ok "it stays so" suspended
dmsetup resume r
dmsetup table r | dmsetup reload r
refuses 5 "'dmsetup clear r' drops it" "a table that waits" replace
dmsetup clear r
runs_on $S1 "rw 200 0" "refused"

# Done
ok "replace-spare" rs replace-spare r $S2 -q --force
like "$OUTPUT" "s2 is the spare of r now, with [0-9]+ blocks; 200 were copied" "says so"
runs_on $S2 "rw 200 0" "replaced"
is "$(state_of one) $(state_of two)" "replaced active" "the states"
blkdiscard -fz /dev/disk/one
ok "without the old one" pattern_check $D 0 0 2
UUID=$(uuid_of r)
rs close r
ok "check" rs check $S2
ok "open by UUID, on the upper one of two devices that show it" rs open "UUID=$UUID" r --data-device $M
ok "that one" spare_is $S2
ok "all data is there" pattern_check $D 0 0 2
# To one that is smaller, so that some numbers do not fit: the last blocks of the large one are in use.
dmsetup message r 0 remap 2000+300 >/dev/null
dmsetup message r 0 recover 2000+290 >/dev/null
dmsetup suspend r && dmsetup resume r
like "$(dmsetup message r 0 lookup 2299)" "^2299 [45][0-9][0-9] 0 manual" "a high number is in use"
ok "back to a smaller one" rs replace-spare r $S1 -q --spare-blocks 250
runs_on $S1 "rw 210 0" "compacted"

# The old spare does not give all any more.
start
eval "$(dmsetup message r 0 list | awk '$1 == 1050 { print "SPARE=" $2 }')"
read_layout $S1
null_bad one "+$((DATA + SPARE * 8 + 2))-$((DATA + SPARE * 8 + 3))"
ok "a spare with a bad place" replace
like "$OUTPUT" "did not give 2 logical blocks any more" "is told"
is "$(dmsetup message r 0 lookup 1050 | cut -d' ' -f3-)" "c manual -" "they are lost, and not rescuable"
runs_on $S2 "rw 200 2" "with two lost" --errors 8402+2

# Lost before, and rescuable
start
null_bad main +24000-24001
attempt dd if=$D of=/dev/null bs=512 skip=24000 count=2 iflag=direct
like "$(dmsetup message r 0 lookup 3000)" "3 read-error rescuable" "two sectors of main are lost"
ok "replace" replace
like "$(dmsetup message r 0 lookup 3000)" "3 read-error rescuable" "still, and may be rescued"
null_bad main -24000-24001
ok "rescue" dmsetup message r 0 retry 3000
runs_on $S2 "rw 201 0" "rescued"

# The new one fails
start
dmsetup message r 0 remap 2000+300
for where in data end; do
	case $where in
	# not where it is looked whether it is blank
	data) null_bad two +3000-3010 ;;
	end) null_bad two "+$(($(sectors $S2) - 8))-$(($(sectors $S2) - 1))" ;;
	esac
	refuses 4 'does not take the data|choose another device' "a new spare that fails ($where)" replace
	null_bad two "-0-$(($(sectors $S2) - 1))"
	runs_on $S1 "rw 500 0" "$where"
	fails "$where: it is no spare" rs isRemap $S2
done
# in_window WHAT...: replaces with s2 slow; as soon as the device is suspended, WHAT is done
in_window() {
	change s2 "$(slow two 20)"
	"$REMAPSETUP" replace-spare r $S2 -q --force >/run/out 2>&1 &
	local pid=$!
	eventually 20 suspended
	"$@"
	wait $pid && STATUS=0 || STATUS=$?
	change s2 "$(plain two)"
	OUTPUT=$(</run/out)
	cat /run/out
}

start
outlives() { OOM=$(</proc/$(pgrep -x remapsetup)/oom_score_adj); }
in_window outlives
is "$STATUS $OOM" "0 -1000" "in the window it is not killed for want of memory"
runs_on $S2 "rw 200 0" "replaced"

start
in_window change s2 "$(flaky two drop_writes)"
like "$STATUS $OUTPUT" "^4 .*gives back something else" "a new spare that drops writes"
runs_on $S1 "rw 200 0" "dropped"

# The old one fails in the window. The kernel cannot write to it either when it goes on.
reopens() {
	change s1 "$(plain one)"
	ok "$1: all data is there" pattern_check $D 0 0 1,2
	is "$(state_of one)" active "$1: the old one is active"
	fails "$1: the standby is gone" rs isRemap $S2
	ok "$1: close" rs close r
	ok "$1: open" rs open $S1 r --data-device $M
	runs_on $S1 "rw 200 0" "$1"
}
in_window change s1 "0 $(sectors $S1) error"
like "$STATUS $OUTPUT" "^4 .*(does not answer|cleanly)" "an old spare that goes away in the window"
reopens "gone and back"
in_window change s1 "$(flaky one error_writes)"
like "$STATUS $OUTPUT" "^4 .*cannot be retired" "one that takes no writes cannot be retired"
reopens "not retired"

# Retired, and then the new one takes nothing.
retired() { [[ $(state_of one) == replaced ]]; }
break_new_then() {
	change s1 "$(slow one 8000)"
	eventually 60 retired
	change s2 "$(flaky two error_writes)"
}
in_window break_new_then
like "$STATUS $OUTPUT" "^4 .*Nothing is lost" "a new spare that fails in the last moment"
is "$(dmsetup status r | cut -d' ' -f4)" fail "nothing goes on"
fails "nothing is read" pattern_check $D 0 8 2
change s1 "$(plain one)"
rs close r
is "$(state_of one) $(state_of two)" "replaced standby" "neither is active"
fails "the kernel starts none" dm_create r "0 $(sectors $M) remap $M 0 $S1 0"
refuses 4 'readonly changes nothing' "read-only, it is not brought to its end" rs open $S1 r --data-device $M --readonly
ok "open of the old one brings it to its end" rs open $S1 r --data-device $M
runs_on $S2 "rw 200 0" "brought to its end"

# What remaptab says of the spare is looked at.
# told NAME SPARE OPTION START: what is said of line 3, and the new spare begins at START
told() {
	start
	UUID=$(uuid_of r)
	printf '# of others\nq /dev/q - spare-start=8\n%s %s - %s\n' "$1" "${2/@/$UUID}" "$3" >/etc/remaptab
	ok "replace-spare with '$*'" rs replace-spare r $S2 -q --spare-start "$4"
	WARNING=$(grep '/etc/remaptab' <<<"$OUTPUT") || true
}
told r "UUID=@" nofail 0
is "$WARNING" "" "a line that goes by UUID stays right"
told r "uuid=@" spare-start=2048 2048
is "$WARNING" "" "and one that knows where it begins"
told other $S1 - 0
is "$WARNING" "" "another device is none of our business"
told r $S1 - 0
like "$WARNING" "line 3 of /etc/remaptab names the spare, $S1, from sector 0 on: is that $S2 now\? UUID=$UUID and spare-start=0 are" \
	"a line with a path may not"
told r "UUID=@" - 2048
like "$WARNING" "UUID=$UUID, from sector 0 on: .* spare-start=2048 are\. Change it before the next boot" "nor one without the start"
rm /etc/remaptab

# Killed at any time, and done again; or resumed by somebody, closed and opened.
open_any() { rs open $S1 r --data-device $M || rs open $S2 r --data-device $M; }
start
for turn in {1..6}; do
	change s2 "$(slow two 5)"
	change s1 "$(slow one 100)"
	new=$S2
	if spare_is $S2; then new=$S1; fi
	timeout -s KILL "$((RANDOM % 4)).$((RANDOM % 9 + 1))" "$REMAPSETUP" replace-spare r $new -q --force || true
	change s1 "$(plain one)"
	change s2 "$(plain two)"
	diag "turn $turn: $(dmsetup info -c --noheadings -o suspended r), $(state_of one), $(state_of two)"
	if ((turn % 2)); then
		spare_is $new || ok "turn $turn: done again" rs replace-spare r $new -q --force
		ok "turn $turn: on the new one" spare_is $new
	else
		dmsetup resume r
		rs close r
		ok "turn $turn: resumed, closed and opened" open_any
	fi
	is "$(status)" "rw 200 0" "turn $turn: it goes on"
	ok "turn $turn: all data is there" pattern_check $D 0 0 1,2
	pattern_write $D 0 0 2
done

# The old one is not taken for the active one.
start
replace
rs close r
refuses 4 'another one has taken its place' "the old one is refused" rs open $S1 r --data-device $M
ok "the new one opens" rs open $S2 r --data-device $M
done_testing
