# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# summary: remapsetup import and export: mapfiles of ddrescue, lists of badblocks, smartctl's pending defects
# timeout: 240

# shellcheck source=/dev/null
. "$VM_DIR/lib.sh"
# shellcheck source=/dev/null
. "$VM_DIR/tools/remapsetup.sh"

M=/dev/disk/main S=/dev/disk/spare D=/dev/mapper/r
START=1024 # sectors of main before the device
load_core
make_null_blk main 16
make_null_blk spare 8
rs format $S --data-device $M --data-start $START -q
rs open $S r --data-device $M
dmsetup message r 0 confirm_ms 20
pattern_write $D 0 0 1
cd /run || exit

# on_main BLOCK: its first byte on the main device
on_main() { echo $(($1 * 4096 + START * 512)); }
counts() { sed -n 's/.* list: \([0-9]*\) moved to the spare, \([0-9]*\) were there already, \([0-9]*\) read well.*/\1 \2 \3/p' <<<"$OUTPUT"; }

# Blocks 100 and 200 do not read, 300 does.
null_bad main "+$((START + 800))-$((START + 800))" "+$((START + 1600))-$((START + 1607))"
cat >mapfile <<END
# Mapfile. Created by GNU ddrescue version 1.27
0x00000000     *               1
0x00000000  $(on_main 100)  +
$(on_main 100)  512  -
$(on_main 200)  0x1000  *
$(on_main 300)  0x1000  -
$((16 << 20))  0x1000  -
END
before=$(dmsetup message r 0 list)
ok "what would be done" rs import r mapfile --dry-run
is "$OUTPUT" "remapsetup: warning: 1 places on the list are not, or not all, on r, and are left out
100+1
200+1
300+1" "is told in blocks"
is "$(dmsetup message r 0 list)" "$before" "and not done"
ok "a mapfile" rs import r mapfile
is "$(counts)" "2 0 1" "what does not read is moved, what reads stays"
like "$OUTPUT" '9 logical blocks could not be read and are lost: see remapsetup list --lost r' "what is lost is said"
is "$(dmsetup message r 0 list | cut -d' ' -f1,4)" "100 read-error
200 read-error" "just these, with the reason that they had"
ok "again" rs import r mapfile
is "$(counts)" "0 2 1" "there is nothing left to do"
ok "all that is sure" rs import r mapfile --remap
is "$(counts)" "1 1 0" "is moved, though it reads"

# A list of badblocks
null_bad main "+$((START + 3200))-$((START + 3200))"
printf '%s\n' $(($(on_main 400) / 1024)) $(($(on_main 401) / 1024)) >list
ok "a list of badblocks" rs import r list --badblocks
is "$(counts)" "1 0 1" "has blocks of 1024 bytes"
printf '%s\n' $(($(on_main 402) / 512)) $(($(on_main 403) / 512)) | rs import r - --badblocks --block-size 512 --dry-run >out
is "$(<out)" "402+2" "or of another size, and may come from a pipe"

# What the disk itself suspects
null_bad main "+$((START + 4001))-$((START + 4001))"
cat >smart <<END
{ "json_format_version": [1, 0], "device": {"name": "/dev/sda", "protocol": "ATA"}, "logical_block_size": 512,
  "ata_pending_defects_log": { "size": 65535, "count": 5, "table": [
    { "lba": $((START + 4001)), "power_on_hours": 7 }, { "lba": $((START + 4100)), "power_on_hours": 9 } ] } }
END
ok "the log of pending defects" rs import r --smart smart
is "$(counts)" "1 0 1" "one is pending, one reads"
like "$OUTPUT" 'the disk.s log has 3 defects that are not in it' "what is missing in it is said"
echo '{}' >empty
refuses 1 'no log of pending defects' "a text of smartctl without it" rs import r --smart empty

# Out again
ok "export" rs export r
is "$OUTPUT" "$(printf '# Mapfile. Created by remapsetup %s
# current_pos  current_status  current_pass
0x00080000     ?               1
#      pos        size  status
0x00080000  0x00064000  ?
0x000e4000  0x00001000  -
0x000e5000  0x00063000  ?
0x00148000  0x00001000  -
0x00149000  0x00063000  ?
0x001ac000  0x00001000  -
0x001ad000  0x00063000  ?
0x00210000  0x00001000  -
0x00211000  0x00063000  ?
0x00274000  0x00001000  -
0x00275000  0x00d8b000  ?' "$(rs --version | cut -d' ' -f2)")" "is a mapfile of the main device"
ok "to a file" rs export r map.out
ok "which import takes" rs import r map.out --remap
is "$(counts)" "0 5 0" "and there is nothing new in it"
refuses 5 'exists already' "a file that is there" rs export r map.out --lost
ok "but for --force" rs export r map.out --lost --force
is "$(grep -c -- '-$' map.out)" 4 "only what was lost"
ok "a list of badblocks" rs export r --badblocks --block-size 4096
is "$OUTPUT" "$(printf '%s\n' 228 328 428 528 628)" "in its blocks"
ok "mke2fs understands it" bash -c "head -c 16M /dev/zero >fs.img && '$REMAPSETUP' export r --badblocks >bad.list && mke2fs -q -F -b 1024 -l bad.list fs.img"
is "$(dumpe2fs -b fs.img 2>/dev/null | head -n 4 | tr '\n' ' ')" "912 913 914 915 " "as the same places"

# What is wrong changes nothing.
before=$(dmsetup message r 0 list)
printf '0 ?\n0 512 -\n0 512 -\n' >wrong
refuses 1 'line 3: it begins before the last one ends. Nothing was changed' "a list that contradicts itself" rs import r wrong
refuses 1 "line 1: it has too many words" "a list of another kind" rs import r smart --badblocks
refuses 4 'cannot be opened' "no such list" rs import r nothing
refuses 1 'exclude each other' "two kinds" rs import r list --badblocks --smart
refuses 1 'for --badblocks only' "a block size that says nothing" rs import r mapfile --block-size 512
refuses 1 'for --badblocks only' "in export, too" rs export r --block-size 512
refuses 4 'q is not active' "another device" rs import q mapfile
is "$(dmsetup message r 0 list)" "$before" "nothing was moved"
ok "the data is there" pattern_check $D 0 0 1 --errors 800+1,1600+8,3200+1,4001+1
rs close r
done_testing
