# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# summary: remapsetup recover, evacuate and grow: back to the main device, with all data
# timeout: 240

# shellcheck source=/dev/null
. "$VM_DIR/lib.sh"
# shellcheck source=/dev/null
. "$VM_DIR/tools/remapsetup.sh"

load_core
make_null_blk base 32
make_null_blk spare 16
B=/dev/disk/base M=/dev/mapper/m S=/dev/disk/spare D=/dev/mapper/r
LEN=65536 SMALL=61440
below() { echo "0 $1 linear $B 0"; }
dm_create m "$(below $SMALL)"
remapped() { dmsetup status r | cut -d' ' -f9; }
lookup() { dmsetup message r 0 lookup "$1"; }
# change TABLE: of the disk below, with the remap device at work
change() {
	dmsetup reload m <<<"$1"
	dmsetup suspend --noflush --nolockfs m
	dmsetup resume m
}

ok "format" rs format $S --data-device $M -q
ok "open" rs open $S r --data-device $M
dmsetup message r 0 confirm_ms 0
pattern_write $D 0 0 1
null_bad base +800-1119 +40000-40007
ok "writes over bad places are remapped" pattern_write $D 792 400 2
pattern_write $D 40000 8 2
is "$(remapped)" 41 "41 blocks are remapped"

# recover
refuses 1 'is no range' "what is no range" rs recover r x
refuses 1 'reaches beyond the end of r, which has 7680 blocks' "a range beyond the end" rs recover r 100 7680
refuses 1 'wrong number of arguments' "no range" rs recover r
refuses 4 'nobody is not active' "no device" rs recover nobody 1
is "$(remapped)" 41 "nothing was changed"
refuses 4 'the kernel says: block 100 stays.*40 blocks stay on the spare, with their data' \
	"a disk that takes nothing back" rs recover r 100+40
is "$(remapped)" 41 "keeps none of them"
null_bad base -800-1119
ok "recover" rs recover r 100+10 120+5
is "$OUTPUT" "15 blocks are back on the main device" "says how many went back"
is "$(remapped)" 26 "only these"
is "$(lookup 124)" "124 main" "one of them"
like "$(lookup 110)" "^110 [0-9]+ 0 write-error" "not one that lies between"
ok "all data is there" pattern_check $D 0 0 1,2
ok "on the disk itself, too" pattern_check $M 800 80 2
refuses 4 '1 blocks stay' "a part of them" rs recover r 110+10 5000
is "$(remapped)" 16 "those that could went back"
ok "what is on main already" rs recover r 0+50
is "$OUTPUT" "0 blocks are back on the main device" "counts for nothing"

# What is somebody else's
dmsetup suspend r
refuses 5 'is suspended, and not by remapsetup' "a device that somebody has suspended" rs recover r 125
is "$(dmsetup info -c --noheadings -o suspended r)" Suspended "stays so"
dmsetup resume r
dmsetup table r | dmsetup reload r
refuses 5 "'dmsetup clear r' drops it" "one with a table that waits" rs recover r 125
dmsetup clear r
is "$(remapped)" 16 "nothing was changed"

# evacuate
null_bad base +16000-16001
attempt pattern_check $D 16000 8 1
null_bad base -16000-16001 -40000-40007
is "$(remapped)" 17 "one block more, with two lost sectors"
refuses 4 '16 blocks are back on the main device.*1 blocks stay on the spare because some of their data is lost' \
	"evacuate" rs evacuate r --progress-frequency 0
like "$OUTPUT" "1 blocks are still on the spare: it is needed" "what is left is told"
ok "lost is lost, and all else is right" pattern_check $D 0 0 1,2 --errors 16000+2
pattern_write $D 16000 2 3 --bs 512
ok "when it was written" rs evacuate r
like "$OUTPUT" "nothing is on the spare any more" "nothing is left"
is "$(dmsetup message r 0 list)" empty "the map is empty"
ok "main alone has all of it" pattern_check $M 0 0 1,2,3
ok "so has the device" pattern_check $D 0 0 1,2,3

# Many that lie apart, under load; each second one.
for ((i = 0; i < 400; i += 2)); do dmsetup message r 0 remap $((4000 + i)) >/dev/null; done
fio --name=load --filename=$D --rw=randrw --bs=4k --offset=16m --size=8m --iodepth=4 --ioengine=libaio \
	--direct=1 --verify=crc32c --verify_backlog=64 --time_based --runtime=15 --output=/tmp/fio &
FIO=$!
ok "evacuate under load" rs evacuate r --progress-json
json=$(grep -c '"device_bytes"' <<<"$OUTPUT")
isnt "$json" 0 "progress in JSON"
wait $FIO && fio=0 || fio=$?
is "$fio" 0 "fio finds no wrong byte"
is "$(remapped)" 0 "all blocks are back"
dmsetup message r 0 remap 4000+401 >/dev/null
dmsetup message r 0 recover 4000 >/dev/null
ok "what somebody else wished for is no obstacle" rs recover r 4200+10
is "$(remapped)" 391 "and was taken back"

# Interrupted
change "0 $SMALL delay $B 0 0 $B 0 30 $B 0 0"
"$REMAPSETUP" evacuate r >/tmp/evacuate 2>&1 &
PID=$!
sleep 2
kill $PID
wait $PID && status=0 || status=$?
is "$status" 1 "an evacuation that is interrupted"
like "$(</tmp/evacuate)" "interrupted; [0-9]+ blocks are back on the main device, [0-9]+ stay" "says how far it came"
like "$(dmsetup message r 0 recover)" "^0 waiting" "nothing waits for a later suspend"
is "$(dmsetup info -c --noheadings -o suspended r)" Active "the device runs"
change "$(below $SMALL)"
ok "evacuate the rest" rs evacuate r
pattern_write $D 0 0 4
ok "close" rs close r
ok "main alone" pattern_check $M 0 0 4

# grow
ok "open" rs open $S r --data-device $M
dmsetup message r 0 remap 7679
pattern_write $D 61432 8 5
ok "nothing to grow into" rs grow r
like "$OUTPUT" "covers all of $M already: $SMALL sectors" "is said"
change "$(below $LEN)"
refuses 1 "has room for $LEN sectors only" "more than there is" rs grow r --data-length $((LEN + 8))
refuses 4 'would become smaller' "less than there was" rs grow r --data-length 8
ok "grow" rs grow r
is "$(sectors $D)" $LEN "the device is larger"
like "$OUTPUT" "has $LEN sectors now, it had $SMALL.*replace-spare" "it says what is next"
is "$(dmsetup status r | cut -d' ' -f4,9)" "rw 1" "it goes on"
pattern_write $D $SMALL 0 6
ok "all data is there" pattern_check $D 0 0 4,5,6
ok "close" rs close r
ok "open again" rs open $S r --data-device $M
ok "all data is there" pattern_check $D 0 0 4,5,6
rs close r
done_testing
