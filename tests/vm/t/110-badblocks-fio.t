# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# summary: badblocks and fio over scattered, clustered and unaligned bad sectors
# timeout: 90

# shellcheck source=/dev/null
. "$VM_DIR/lib.sh"

M=/dev/disk/main S=/dev/disk/spare D=/dev/mapper/r
OPTIONS="confirm_ms=20 storm_limit=1000000"

load_core
make_null_blk main 24
make_null_blk spare 8
LEN=$(sectors $M)
TABLE="0 $LEN remap $M 0 $S 0"

# The first and the last sector; single sectors far from each other; a cluster; runs that
# begin and end within blocks; neighbouring blocks; one long run.
BAD=(0-0 "$((LEN - 1))-$((LEN - 1))"
	4099-4099 9000-9000 15007-15007 22000-22000 33333-33333 40000-40000
	12001-12001 12003-12003 12010-12013 12025-12025 12040-12046
	18003-18010 18021-18021 26007-26008 30000-30300)
null_bad main "${BAD[@]/#/+}"

# The blocks of 8 sectors that hold the bad sectors, in order.
bad_blocks() {
	local range block
	for range in "${BAD[@]}"; do
		for ((block = ${range%-*} / 8; block <= ${range#*-} / 8; block++)); do
			echo "$block"
		done
	done | sort -nu
}

# All remapped blocks, as the device itself lists them.
listed_blocks() {
	local from=0 answer
	while [[ $from ]]; do
		answer=$(dmsetup message r 0 list "$from")
		from=$(sed -n 's/^more //p' <<<"$answer")
		sed '/^more/d; s/ .*//' <<<"$answer"
	done
}

content() { dd if=$D bs=1M iflag=direct status=none | sha256sum; }

# Every sector is written once, in pieces of all sizes that start anywhere.
run_fio() {
	fio --name=verify --filename=$D --ioengine=libaio --direct=1 --iodepth=32 --rw=randwrite \
		--bssplit=512/20:1536/12:4k/16:6656/12:16k/12:33k/12:100k/10:256k/6 \
		--verify=crc32c --verify_fatal=1 --verify_dump=0 --randseed=7 "$@"
}

ok "the bare disk fails badblocks" \
	bash -c "badblocks -b 512 -wsv -t 0x55 $M 40400 39900 | grep -q ."

ok "format" dm_create r "$TABLE 3 format $OPTIONS"
ok "fio writes and verifies every byte" run_fio --do_verify=1
is "$(listed_blocks)" "$(bad_blocks)" "exactly the bad blocks were remapped"
BEFORE=$(content)
ok "deactivation" dmsetup remove r
ok "activation" dm_create r "$TABLE 2 $OPTIONS"
is "$(content)" "$BEFORE" "the whole device reads as before"
ok "fio finds every byte again" run_fio --verify_only=1
ok "and can write over all of it" run_fio --do_verify=1 --randseed=8

ok "badblocks runs" bash -c "badblocks -b 512 -c 200 -wsv -t 0xa5 $D >/run/found"
is "$(cat /run/found)" "" "and finds nothing"
is "$(listed_blocks)" "$(bad_blocks)" "nothing else was remapped"

ok "every sector takes its pattern" pattern_write $D 0 0 5
dmsetup remove r
dm_create r "$TABLE 2 $OPTIONS"
ok "and has it after another activation" pattern_check $D 0 0 5
dmsetup status r
ok "remove" dmsetup remove r
done_testing
