# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# summary: what of ours a failed flush of somebody else may have cost is written again, and nothing else is doubted
# timeout: 300
# disk: vmain 16M
# disk: vspare 16M

# shellcheck source=/dev/null
. "$VM_DIR/lib.sh"
# shellcheck source=/dev/null
. "$VM_DIR/tools/flush-fails.sh"
# shellcheck source=/dev/null
. "$VM_DIR/tools/meta.sh"
# shellcheck source=/dev/null
. "$VM_DIR/tools/picky.sh"

# The disks are m and s, which can fail their flushes. Above them are pm and ps, which can fail one
# kind of command, and above ps the delay slow: its writes take a while, its flushes do not.
D=/dev/mapper/r M=/dev/mapper/pm S=/dev/mapper/slow
DELAY=10

seen() { pattern read-map $D $(($1 * 8)) 8; }
place() { dmsetup message r 0 lookup "$1" | cut -d' ' -f2; }
delay() {
	local to=/dev/mapper/ps
	echo "0 $LEN delay $to 0 0 $to 0 $1 $to 0 0"
}

# lost BLOCK: it is, and what is written to it from now on is written where it can't be read yet
lost() {
	picky pm refuse read $(($1 * 8)) 8
	seen "$1" >/run/seen || true
	picky pm pass read
	is "$(seen "$1")" "$(($1 * 8)) 8 error:ENODATA" "$TEXT: the block is lost"
}

# on_its_way WRITES: so many are in the delay
on_its_way() { (($(dmsetup status slow | cut -d' ' -f5) == $1)); }

# write_over BLOCK [OTHERS]: that is on its way for DELAY seconds, and ours to make durable after that
write_over() {
	pattern_write $D $(($1 * 8)) 8 2 &
	WRITE=$!
	ok "$TEXT: a write is on its way" eventually 5 on_its_way $((1 + ${2:-0}))
	START=$SECONDS
}

# drop: a little after the block at SPARE was written the drive loses it, as its failing flush may have meant
drop() {
	read_layout /dev/disk/vspare
	if ((SECONDS >= START + DELAY - 1)); then
		fail "$TEXT: too late, all was to happen within $DELAY seconds"
	fi
	sleep $((START + DELAY + 2 - SECONDS))
	raw_zero /dev/disk/vspare $((DATA + 8 * SPARE)) 8
}

load_core
load_scanner
picky_load
modprobe -a dm-flakey dm-delay
dm_create m "${GOOD//XXX/main}"
dm_create s "${GOOD//XXX/spare}"
dm_create pm "0 $LEN picky /dev/mapper/m 0"
dm_create ps "0 $LEN picky /dev/mapper/s 0"
dm_create slow "$(delay 0)"
dm_create r "0 $LEN remap $M 0 $S 0 3 format confirm_ms=3000 storm_limit=1000000"
pattern_write $D 0 0 1
dmsetup message r 0 remap 10 >/dev/null

# The flush of the record comes behind the data, and must not take away the error that the data's own needs.
TEXT="a record to be written"
lost 100
SPARE=$(place 100)
dm_reload slow "$(delay $((DELAY * 1000)))" --noflush --nolockfs
write_over 100
dmsetup message r 0 scan pause # and that is recorded at once
change s "$FAILS_FLUSH"
fails "$TEXT: a user's flush is told that the spare lost something" sync -d $D
change s "$GOOD"
drop
succeeds $WRITE "$TEXT: the write succeeds"
is "$(seen 100)" "800 8 seed:2" "$TEXT: its data was written again"

# Where the disk has no FUA, this is a write and a flush, and fails if either does.
TEXT="a write with FUA that fails"
dm_reload slow "$(delay 0)" --noflush --nolockfs
lost 101
SPARE=$(place 101)
read_layout /dev/disk/vspare
picky ps refuse fua $((DATA + 8 * $(place 10))) 8
dm_reload slow "$(delay $((DELAY * 1000)))" --noflush --nolockfs
pattern_write $D 80 8 3 --fua &
FUA=$!
ok "$TEXT: it is on its way" eventually 5 on_its_way 1
sleep $((DELAY / 2))
write_over 101 1
ok "$TEXT: it fails" eventually $DELAY picky_met_more ps fua 0
picky ps pass fua
drop
succeeds $WRITE "$TEXT: the other write succeeds"
is "$(seen 101)" "808 8 seed:2" "$TEXT: its data was written again"
succeeds $FUA "$TEXT: it succeeds as well"
is "$(seen 10)" "80 8 seed:3" "$TEXT: and was written"

# Whoever insists on a bad place does not keep all else from becoming durable.
TEXT="writes with FUA that fail all the time"
dm_reload slow "$(delay 500)" --noflush --nolockfs
dmsetup message r 0 auto_remap 0
picky ps refuse fua $((DATA + 8 * $(place 10))) 8
fails "$TEXT: they do" pattern_write $D 80 8 5 --fua
insist() {
	until [[ -e /run/enough ]]; do
		pattern_write $D 80 8 5 --fua 2>/dev/null || true
	done
}
for _ in 1 2 3; do
	insist &
done
ok "$TEXT: other blocks are moved" dmsetup message r 0 remap 500+12
is "$(mode)" rw "$TEXT: the map can still change"
picky ps pass fua
touch /run/enough
dm_reload slow "$(delay 0)" --noflush --nolockfs
dmsetup message r 0 auto_remap 1

# What a user wrote, and we for that user once more, is the user's to flush.
TEXT="a write to main that was tried again"
picky pm refuse write 160 8
dmsetup message r 0 confirm_ms 10000
pattern_write $D 160 8 4 &
WRITE=$!
ok "$TEXT: it fails at first" eventually 10 picky_met_more pm write 0
picky pm pass write
succeeds $WRITE "$TEXT: it succeeds"
is "$(place 20)" main "$TEXT: in place"
change m "$FAILS_FLUSH"
fails "$TEXT: a user's flush is told that main lost something" sync -d $D
change m "$GOOD"
log_mark
dm_remove r
unlike "$(log_since)" "cannot be flushed" "$TEXT: the stop does not tell it again"
done_testing
