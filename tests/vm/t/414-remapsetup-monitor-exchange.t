# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# summary: remapsetup monitor keeps a backup that fits when the spare or the main device is another, or has grown
# timeout: 240
# disk: main 16M
# disk: other 16M

# shellcheck source=/dev/null
. "$VM_DIR/lib.sh"
# shellcheck source=/dev/null
. "$VM_DIR/tools/remapsetup.sh"
# shellcheck source=/dev/null
. "$VM_DIR/tools/picky.sh"

S=/dev/disk/spare L=/dev/mapper/larger D=/dev/mapper/r W=/run/backups
load_core
picky_load
make_null_blk spare 4
make_null_blk larger 8
dm_create larger "0 $(sectors /dev/disk/larger) picky /dev/disk/larger 0"
mkdir $W
rs format $S --data-device /dev/disk/main --data-length 30000 -q
rs open $S r
dmsetup message r 0 confirm_ms 0
pattern_write $D 0 0 1
rs remap r 100+20
pattern_write $D 0 0 2

"$REMAPSETUP" monitor --event-dir $W/none --delay 2 --backup-dir $W >/run/out 2>&1 &
MONITOR=$!
latest() { find $W -name '*.backup' -printf '%T@ %p\n' | sort -n | tail -n 1 | cut -d' ' -f2; }
# layout: without the lines that are of the moment
layout() { grep -vE '^(#|created|highest-generation|health|crc32c)' "$@"; }
# kept SPARE: the newest backup is one of this spare as it is now
kept() { [[ $(latest) ]] && diff <(rs backup "$1" 2>/dev/null | layout) <(layout "$(latest)"); }
ok "a backup" eventually 20 kept $S

ok "another spare" rs replace-spare r $L -q
ok "has a backup of its own" eventually 30 kept $L
before=$(latest)
# the monitor looks every two seconds, also while the new table is there and the spare does not say so yet
picky larger hold write 0 8
rs grow r --data-length 32768 &
GROW=$!
ok "more of the main device: its superblock is to be written" eventually 60 picky_met_more larger write 0
sleep 7
picky larger pass write
succeeds $GROW "and is"
is "$(sectors $D)" 32768 "is mapped"
ok "and in the backup" eventually 30 kept $L
is "$(latest)" "$before" "which has the name of the one with the same map"
ok "another main device" rs evacuate r --to /dev/disk/other -q
ok "is in the backup" eventually 30 kept $L
like "$(<"$(latest)")" 'identity serial:other' "by its identity"
inode=$(stat -c %i "$(latest)")
sleep 8
is "$(stat -c %i "$(latest)")" "$inode" "one that fits is not written again"
kill -TERM $MONITOR
wait $MONITOR
rs close r

backup=$(latest)
rs erase -q $L
ok "it is restored" rs restore -q "$backup" $L
ok "the device opens" rs open $L r --force
like "$(dmsetup table r)" "^0 32768 remap $(stat -Lc %Hr:%Lr /dev/disk/other) 0 " "as it was last"
ok "with all data" pattern_check $D 0 30000 2
done_testing
