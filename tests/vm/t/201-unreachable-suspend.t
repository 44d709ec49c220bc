# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# summary: suspend, resume and reload while the main device is unreachable; it comes back by itself
# timeout: 90

# shellcheck source=/dev/null
. "$VM_DIR/lib.sh"

DISK=/dev/disk/base S=/dev/disk/spare D=/dev/mapper/r
OPTIONS="confirm_ms=20 storm_limit=1000000"

load_core
make_null_blk base 8
make_null_blk spare 8
LEN=$(sectors $DISK)
GOOD="0 $LEN linear $DISK 0"
GONE="0 $LEN error"
TABLE="0 $LEN remap /dev/mapper/m 0 $S 0"

# noflush, for nothing below can be flushed
swap() {
	dmsetup reload m <<<"$1"
	dmsetup resume --noflush m
}

# within COMMAND...: it does not hang
within() { timeout -k 1 20 "$@"; }

# mode state used/total bad remapped lost
state_of() { dmsetup status r | cut -d' ' -f4,5,7-10; }

dm_create m "$GOOD"
dm_create r "$TABLE 3 format $OPTIONS"
pattern_write $D 0 0 1
# One block is remapped before, so that there is something to keep.
null_bad base +800-800
pattern_write $D 0 0 2
WELL=$(state_of)
like "$WELL" "^rw normal 1/[0-9]+ 0 1 0$" "one block is remapped to begin with"

# Reads and writes of blocks on main until the file /run/busy is gone, from user space
# that does not know of the suspends. Each of them must fail, and soon.
user() {
	while [[ -e /run/busy ]]; do
		pattern_write $D 4096 16 9 --bs 4096 --ack || true
		pattern_check $D 4096 16 none || true
	done >"/run/user.$1" 2>&1
}

pull() {
	swap "$GONE"
	fails "$1: the main device is gone" pattern_check $D 2000 8 2
	ok "$1: it is unreachable" dm_wait r ' unreachable ' 10
	touch /run/busy
	user "$1" &
	USER_PID=$!
}

give_back() {
	rm /run/busy
	ok "$1: no I/O of those times hangs" eventually 20 user_ended
	wait $USER_PID || true
	fails "$1: and no write to the disk that was gone was acknowledged" grep ack "/run/user.$1"
	is "$(state_of)" "${WELL/normal/unreachable}" "$1: it is still unreachable; nothing was remapped or lost"
	ok "$1: the remapped block works" pattern_write $D 800 8 2
	swap "$GOOD"
	ok "$1: when the main device is back, the state is normal by itself" dm_wait r ' normal ' 60
	is "$(state_of)" "$WELL" "$1: and no spare block was used"
	ok "$1: all data is there" pattern_check $D 0 0 2
}
user_ended() { ! kill -0 $USER_PID 2>/dev/null; }

pull "suspend"
ok "suspend: suspend" within dmsetup suspend r
sleep 2 # longer than to the next probe
ok "suspend: resume" within dmsetup resume r
is "$(state_of)" "${WELL/normal/unreachable}" "suspend: which changes nothing"
sleep 2 # the probes go on in vain
give_back "suspend"

pull "noflush"
ok "noflush: suspend" within dmsetup suspend --noflush --nolockfs r
ok "noflush: resume" within dmsetup resume r
give_back "noflush"

# The new table has to find out by itself. Then it is suspended as well.
pull "reload"
ok "reload: load" within dmsetup reload r --table "$TABLE 3 $OPTIONS read_retries=0"
ok "reload: resume" within dmsetup resume r
ok "reload: it finds out that the main device is gone" dm_wait r ' unreachable ' 15
ok "reload: suspend" within dmsetup suspend r
ok "reload: resume" within dmsetup resume r
give_back "reload"

null_bad base +12000-12001
ok "bad sectors are remapped again" pattern_write $D 12000 8 2
like "$(state_of)" "^rw normal 2/[0-9]+ 0 2 0$" "exactly the block that is bad"
ok "remove" within dmsetup remove r
dm_create r "$TABLE"
ok "all data is there after another activation" pattern_check $D 0 0 2
dmsetup remove r
done_testing
