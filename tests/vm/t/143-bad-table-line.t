# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# summary: every argument of the table line given wrong is refused, and nothing changes
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
make_null_blk main4k 8 blocksize=4096
make_null_blk blank 4
M=/dev/disk/main S=/dev/disk/spare D=/dev/mapper/r
LEN=$(sectors $M)
TABLE="0 $LEN remap $M 0 $S 0"

dm_create r "$TABLE 3 format identity=one-of-a-kind low_water=2"
pattern_write $D 0 0 1
dmsetup message r 0 remap 0+20
dmsetup message r 0 storm_limit 100
pattern_write $D 0 0 2
state() { dmsetup status r && dmsetup table r && dmsetup message r 0 list; }
BEFORE=$(state)

written() { awk '{ print $5, $7, $12 }' "/sys/block/$(block "$1")/stat"; }
sync
MAIN_WRITTEN=$(written $M) SPARE_WRITTEN=$(written $S) BLANK_WRITTEN=$(written /dev/disk/blank)

# Given as a new table of the live device: the old one goes on.
rejects() {
	local regexp=$1 line=$2 out
	log_mark
	if out=$(dmsetup reload r --table "$line" 2>&1); then
		echo "it was accepted"
		dmsetup clear r
		return 1
	fi
	says "$regexp" || return
	[[ ! ${3:-} || $out =~ $3 ]] || { echo "$out" && return 1; }
}
bad() { ok "$1: refused" rejects "$2" "$3" "${4:-Invalid argument}"; }

FEW="Not enough arguments: <main> <start> <spare> <start>"
bad "no argument" "$FEW" "0 $LEN remap"
bad "one argument" "$FEW" "0 $LEN remap $M"
bad "two arguments" "$FEW" "0 $LEN remap $M 0"
bad "three arguments" "$FEW" "0 $LEN remap $M 0 $S"
# what dm_get_device() says of these depends on the kernel
NONE="No such device|No such file or directory|Block device required"
bad "a main device that does not exist" "Cannot open the main device" "0 $LEN remap /dev/nonesuch 0 $S 0" "$NONE"
bad "a spare device that does not exist" "Cannot open the spare device" "0 $LEN remap $M 0 /dev/nonesuch 0" "$NONE"
bad "a main device that is a file" "Cannot open the main device" "0 $LEN remap /etc/passwd 0 $S 0" "$NONE"
for start in -1 abc 0x8 18446744073709551616 "$LEN"; do
	bad "main start $start" "Invalid start on the main device" "0 8 remap $M $start $S 0"
	bad "spare start $start" "Invalid start on the spare device" "0 $LEN remap $M 0 $S $start"
done
bad "a spare start that is not aligned" "multiple of 8 sectors" "0 $LEN remap $M 0 $S 4"
bad "a main start that is not aligned" "multiple of the logical block" "0 8 remap /dev/disk/main4k 4 $S 0"
bad "a length that is not aligned" "multiple of the logical block|aligned|logical block size" "0 12 remap /dev/disk/main4k 0 $S 0"
bad "a length beyond the end of main" "The main device is too small" "0 $((LEN + 1)) remap $M 0 $S 0"
bad "start and length beyond the end of main" "The main device is too small" "0 $LEN remap $M 8 $S 0"

COUNT="Invalid number of optional arguments" MATCH="Number of optional arguments does not match"
for n in abc -1 17 4294967297 18446744073709551617; do
	bad "$n as the number of options" "$COUNT|$MATCH|not enough|Not enough" "0 $LEN remap $M 0 $S 0 $n"
done
bad "fewer options than announced" "$COUNT|$MATCH|not enough|Not enough" "0 $LEN remap $M 0 $S 0 2 format"
bad "more options than announced" "$MATCH" "0 $LEN remap $M 0 $S 0 1 format force"
bad "options that were not announced" "$MATCH" "0 $LEN remap $M 0 $S 0 0 format"
bad "too many options" "$COUNT" \
	"0 $LEN remap $M 0 $S 0 17$(printf ' format%.0s' {1..17})"
printf -v HUGE '%04000d' 7
printf -v LONG '%0128d' 7
option() { dmsetup reload r --table "0 $LEN remap $M 0 $S 0 1 $1"; }
bad_options() { ok "$1: refused" rejects_all "optional argument '" option "${@:2}"; }
bad_options "options that do not exist" nonesuch Format formats format=1 force=0 =5 "$HUGE"
bad_options "uuid that is none" uuid uuid= uuid=xyz uuid=3d3b0b1c-5a55-4f0e-9c3c-0123456789a \
	uuid=3d3b0b1c-5a55-4f0e-9c3c-0123456789abc uuid=3d3b0b1c-5a55-4f0e-9c3c-0123456789ag
bad_options "block_size out of range" block_size block_size= block_size=0 block_size=256 \
	block_size=3000 block_size=65536 block_size=-4096 block_size=0x1000 block_size=4294971392 block_size=4096k
bad_options "spare_blocks out of range" spare_blocks= spare_blocks=0 spare_blocks=-1 \
	spare_blocks=16777217 spare_blocks=4294967297 spare_blocks=a
bad_options "identity too long" identity="$LONG"
bad_options "low_water out of range" low_water low_water= low_water=-1 low_water=16777217 \
	low_water=4294967296 low_water=1e3
bad_options "read_retries out of range" read_retries= read_retries=17 read_retries=-1 read_retries=x
bad_options "auto_remap out of range" auto_remap=2 auto_remap=on auto_remap=-1
bad_options "confirm_ms out of range" confirm_ms=60001 confirm_ms=-1 confirm_ms=18446744073709551616
bad_options "storm_limit out of range" storm_limit=0 storm_limit=16777217 storm_limit=
bad "a block size too large for the logical block" "Block size is too large|out of range" \
	"0 $LEN remap $M 0 /dev/disk/blank 0 2 format block_size=65536"

is "$(state)" "$BEFORE" "status, table and map of the live device are as before"
is "$(written $M) / $(written $S) / $(written /dev/disk/blank)" \
	"$MAIN_WRITTEN / $SPARE_WRITTEN / $BLANK_WRITTEN" "no disk was written to"
ok "the device gives its data" pattern_check $D 0 0 2

# The kernel's own line.
LINE=$(dmsetup table r)
dmsetup remove r
ok "what 'dmsetup table' prints creates the device again" dm_create r "$LINE"
is "$(dmsetup table r)" "$LINE" "with the same table"
like "$LINE" "uuid=[0-9a-f-]{36} identity=one-of-a-kind low_water=2 storm_limit=100" "the line names the UUID of the spare, the identity and the changed knobs"
ok "and the data is right" pattern_check $D 0 0 2
dmsetup remove r
done_testing
