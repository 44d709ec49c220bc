# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# summary: sysfs, tracepoints, status of a loaded table, NOWAIT, devices on devices
# timeout: 120

# shellcheck source=/dev/null
. "$VM_DIR/lib.sh"

load_core
make_null_blk main 32
make_null_blk spare 8
make_null_blk spare2 8
M=/dev/disk/main S=/dev/disk/spare D=/dev/mapper/r
LEN=$(sectors $M)
TABLE="0 $LEN remap $M 0 $S 0"


# Every attribute in the order of the status line.
by_sysfs() {
	local lost remapped mode state size used total bad
	read -r mode <"$DIR/mode" && read -r state <"$DIR/state" && read -r size <"$DIR/block_size"
	read -r used <"$DIR/spare_used" && read -r total <"$DIR/spare_total" && read -r bad <"$DIR/spare_bad"
	read -r remapped <"$DIR/remapped" && read -r lost <"$DIR/lost"
	echo "$mode $state $size $used/$total $bad $remapped $lost"
}
by_status() { dmsetup status "$1" | cut -d' ' -f4-10; }

set_knob() { echo "$2" >"$DIR/$1"; }

# The status of a table that was loaded and never ran.
ok "a device without a table" dmsetup create r --notable
ok "a table is loaded" dmsetup reload r <<<"$TABLE 1 format"
ok "the status of a table that never ran" dmsetup status --inactive r
ok "and the table itself" dmsetup table --inactive r
like "$(dmsetup table --inactive r)" ' format$' "which still says to format"
fails "has no directory in sysfs" test -e "$(echo /sys/block/dm-*/dm_remap)"
ok "it is resumed" dmsetup resume r
DIR=$(sysfs_of $D)

ok "the directory is there" test -d "$DIR"
is "$(by_sysfs)" "$(by_status r)" "sysfs and status agree"
pattern_write $D 0 0 1
null_bad main +1000-1000 +2000-2000 +3000-3000
pattern_write $D 1000 8 2
pattern_check $D 2000 8 1 --errors 2000+1
is "$(by_sysfs)" "$(by_status r)" "they agree after a remap and a loss"
like "$(by_sysfs)" '^rw normal 4096 2/[0-9]+ 0 2 1$' "and say what happened"
read -r UUID <"$DIR/uuid"
like "$(dmsetup table r)" "uuid=$UUID" "the UUID is that of the table"

for knob in "low_water 17 4294967295" "read_retries 3 17" "auto_remap 0 2" \
	"confirm_ms 10 60001" "storm_limit 9 0"; do
	read -r name good bad <<<"$knob"
	ok "$name can be set" set_knob "$name" "$good"
	fails "but not to $bad" set_knob "$name" "$bad"
	fails "nor to nothing" set_knob "$name" ""
	is "$(<"$DIR/$name") / $(dmsetup message r 0 "$name")" "$good / $name $good" \
		"its value is what was set, for messages too"
done
fails "with auto_remap off a bad block is an error" pattern_write $D 3000 8 2
dmsetup message r 0 auto_remap 1
is "$(<"$DIR/auto_remap")" 1 "a message changes what sysfs shows"
like "$(dmsetup table r)" 'low_water=17 .*confirm_ms=10' "the table has the values too"
dmsetup message r 0 storm_limit 1000

exec 8<"$DIR/state"
ok "suspend, while an attribute is held open" dmsetup suspend r
fails "takes the directory away" test -e "$DIR"
fails "what was open fails" cat <&8
exec 8<&-
ok "resume" dmsetup resume r
ok "brings it back" test -d "$DIR"
is "$(by_sysfs)" "$(by_status r)" "in agreement"
is "$(<"$DIR/read_retries")" 3 "with the knobs as they were"

# Tracepoints
T=/sys/kernel/tracing
mountpoint -q $T || mount -t tracefs tracefs $T
ok "tracepoints exist" test -e $T/events/dm_remap/remap_remapped/enable
echo 1 >$T/events/dm_remap/enable
pattern_write $D 3000 8 2
null_bad main +4000-4000
pattern_check $D 4000 8 1 --errors 4000+1
echo 0 >$T/events/dm_remap/enable
TRACE=$(grep -v '^#' $T/trace)
like "$TRACE" 'remap_fault: .*sector 3000\+8 on main error -5' "a failing write is traced"
like "$TRACE" 'remap_remapped: .*block 375 from -1 to spare block [0-9]+ lost 0 remap' \
	"so is its remap"
like "$TRACE" 'remap_remapped: .*block 500 from -1 to spare block [0-9]+ lost 1 remap' \
	"and a loss"

# NOWAIT: where the device would wait, it says so instead.
nowait() {
	fio --name=n --filename=$D --direct=1 --ioengine=pvsync2 --nowait=1 --rw="$1" --bs=4k \
		--offset=$((4096 * $2)) --size=4k --ignore_error=EAGAIN,EAGAIN --output=/run/nowait
}
ok "NOWAIT reads of main" nowait read 20
ok "and of the spare" nowait read 125
ok "a NOWAIT write to a lost block is told to try again, or done" nowait write 500

# Two at once, and one on the other.
make_null_blk main2 32
pattern_write $D 0 0 3
dm_create q "0 $LEN remap /dev/disk/main2 0 /dev/disk/spare2 0 1 format"
null_bad main2 +5000-5000 +1000-1000
ok "a second device takes data" pattern_write /dev/mapper/q 0 0 4
is "$(by_status q | cut -d' ' -f6)" 2 "and remaps by itself"
ok "the first one is as it was" pattern_check $D 0 0 3
ok "and so is the second" pattern_check /dev/mapper/q 0 0 4
fails "the spare of one is no spare for another" \
	dmsetup create x <<<"0 $LEN remap /dev/disk/main2 0 $S 0"
dmsetup remove x 2>/dev/null || true
dm_remove q

make_null_blk spare3 8
dm_create top "0 $LEN remap $D 0 /dev/disk/spare3 0 2 format confirm_ms=10"
null_bad main +6000-6000
ok "a device on a device takes data" pattern_write /dev/mapper/top 0 0 5
ok "and reads" pattern_check /dev/mapper/top 0 0 5
is "$(by_status top | cut -d' ' -f6)" 0 "the lower one makes the repairs"
dmsetup message r 0 auto_remap 0
null_bad main +7000-7000
ok "when it may not" pattern_write /dev/mapper/top 7000 8 6
is "$(by_status top | cut -d' ' -f6)" 1 "the upper one does"
ok "the data is right" pattern_check /dev/mapper/top 0 0 5,6
ok "the upper one is removed" dm_remove top
ok "and the lower one" dm_remove r
done_testing
