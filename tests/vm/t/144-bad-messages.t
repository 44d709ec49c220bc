# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# summary: every message and sysfs file given wrong is refused, and nothing changes
# timeout: 180

# shellcheck source=/dev/null
. "$VM_DIR/lib.sh"
# shellcheck source=/dev/null
. "$VM_DIR/tools/meta.sh"
# shellcheck source=/dev/null
. "$VM_DIR/tools/rejects.sh"

load_core
make_null_blk main 8
make_null_blk spare 4
M=/dev/disk/main S=/dev/disk/spare D=/dev/mapper/r
LEN=$(sectors $M)
BLOCKS=$((LEN / 8))
dm_create r "0 $LEN remap $M 0 $S 0 1 format"
pattern_write $D 0 0 1
dmsetup message r 0 remap 0+20
pattern_write $D 0 0 2
DIR=$(dm_remap_dir r)
state() { dmsetup status r && dmsetup table r && dmsetup message r 0 list; }
knobs() { cat "$DIR"/{low_water,read_retries,auto_remap,confirm_ms,storm_limit}; }
BEFORE=$(state) KNOBS=$(knobs)

message() {
	local words
	read -ra words <<<"$1"
	dmsetup message -- r 0 "${words[@]}"
}
bad() { ok "$1: refused" rejects_all "message " message "${@:2}"; }

printf -v HUGE '%03000d' 7
bad "messages that do not exist" nonesuch Version "${HUGE:0:200}"
for message in remap retry report; do
	bad "'$message' with too little or too much" "$message" "$message 1 2"
	words=()
	for range in x -1 0x10 + 0+ +5x 0+0 0+x 1++1 $BLOCKS $((BLOCKS - 1))+2 \
		18446744073709551616 5+18446744073709551615 5+18446744073709551612 "${HUGE//0/9}"; do
		words+=("$message $range")
	done
	bad "'$message' with a wrong range" "${words[@]}"
done
bad "'lookup' with a wrong block" lookup "lookup 1 2" "lookup x" "lookup -1" "lookup 0x10" \
	"lookup $BLOCKS" "lookup 18446744073709551616"
bad "'list' with a wrong block" "list x" "list -1" "list 0x10" "list 18446744073709551616" "list 1 2"
bad "'version' with too much" "version 1"
for knob in low_water read_retries auto_remap confirm_ms storm_limit; do
	bad "'$knob' with a wrong value" "$knob 1 2" "$knob x" "$knob -1" "$knob 0x1" "$knob 16777217" \
		"$knob 4294967296" "$knob 18446744073709551617"
done
bad "knobs just out of their range" "read_retries 17" "auto_remap 2" "confirm_ms 60001" "storm_limit 0"
is "$(state)" "$BEFORE" "status, table and map are as before"
is "$(knobs)" "$KNOBS" "and every knob"

# One value that is right, to see that the wrong ones failed for their content.
for value in 3 2; do
	is "$(dmsetup message r 0 read_retries $value)" "read_retries $value" "a good value is taken by message"
	is "$(<"$DIR/read_retries")" $value "and shown in sysfs"
done
echo 1 >"$DIR/read_retries"
is "$(dmsetup message r 0 read_retries)" "read_retries 1" "a good value is taken in sysfs"

# write FILE TEXT: with one write(2), as `echo` does.
write() { printf '%s' "$2" >"$DIR/$1"; }
sysfs_rejects() {
	local name=$1 value
	shift
	for value in "$@"; do
		! write "$name" "$value" 2>/dev/null || { echo "'${value:0:40}' was accepted" && return 1; }
	done
}
WRONG=(x -1 0x1 1.5 "1 2" " 1" 16777217 4294967296 18446744073709551617 "${HUGE//0/9}" $'\n')
ok "low_water in sysfs takes no bad value" sysfs_rejects low_water "${WRONG[@]}"
ok "nor does read_retries" sysfs_rejects read_retries "${WRONG[@]}" 17
ok "nor auto_remap" sysfs_rejects auto_remap "${WRONG[@]}" 2 on
ok "nor confirm_ms" sysfs_rejects confirm_ms "${WRONG[@]}" 60001
ok "nor storm_limit" sysfs_rejects storm_limit "${WRONG[@]}" 0
log_mark
fails "a bad value in sysfs fails" write storm_limit 0
like "$OUTPUT" "Invalid argument" "with 'invalid argument'"
ok "and the log says what was expected" says "storm_limit.* 1 to 16777216"
is "$(knobs)" "$KNOBS" "every knob is as before"
for file in uuid mode state block_size spare_total spare_used spare_bad remapped lost; do
	fails "$file in sysfs cannot be written" write $file 0
done
is "$(state)" "$BEFORE" "status, table and map are as before"

nobody() { setpriv --reuid 65534 --regid 65534 --clear-groups "$@"; }
fails "nobody but root changes a knob in sysfs" nobody bash -c "echo 5 >$DIR/read_retries"
chmod 666 "$DIR/read_retries"
fails "not even where the file's mode would allow it" nobody bash -c "echo 5 >$DIR/read_retries"
is "$(knobs)" "$KNOBS" "the knob is as before"
ok "everybody reads it" nobody cat "$DIR/read_retries"
fails "nobody but root sends a message" nobody dmsetup message r 0 remap 30

dmsetup suspend r
fails "a suspended device moves no block" dmsetup message r 0 remap 30
dmsetup resume r
is "$(state)" "$BEFORE" "status, table and map are as before"
ok "the device gives its data" pattern_check $D 0 0 2
ok "and moves a block" dmsetup message r 0 remap 30
dmsetup remove r
done_testing
