# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# summary: remapsetup status, its JSON and its exit codes
# timeout: 240
# disk: main 16M

# shellcheck source=/dev/null
. "$VM_DIR/lib.sh"
# shellcheck source=/dev/null
. "$VM_DIR/tools/remapsetup.sh"

M=/dev/disk/main S=/dev/disk/spare D=/dev/mapper/safe
load_core
ok "without a device" rs status
is "$OUTPUT" "" "there is nothing to tell"
ok "as JSON, too" rs status --json
is "$(json '.devices | length')" 0 "it is an empty list"
exits 0 "--check finds nothing wrong" rs status --check

make_null_blk spare 8
make_null_blk bad 16
UUID=$(rs format $S --data-device $M --uuid 3d3b0b1c-5a55-4f0e-9c3c-0123456789ab -q | sed -n 's/^UUID: //p')
rs open $S safe
ok "status" rs status safe
golden status -e 's,/dev/vd[a-z],DISK,'
ok "status as JSON" rs status safe -J
golden status.json -e 's,/dev/vd[a-z],DISK,'
is "$(json '.devices[0] | [.name, .uuid, .mode, .suspended, .sectors, .lost, .scan] | @json')" \
	"[\"safe\",\"$UUID\",\"rw\",false,32768,0,null]" "a parser reads what it is meant to"
exits 0 "--check finds nothing wrong" rs status safe --check
refuses 4 'unsafe is not active' "no such device" rs status unsafe
ok "a name may be a path" rs status /dev/mapper/safe -n -o NAME,MODE
is "$OUTPUT" "safe rw" "of the same device"
dm_create zero "0 100 zero"
refuses 4 'another kind' "another device" rs status zero
dm_remove zero

# The bits, one after the other
dmsetup message safe 0 remap 5
exits 8 "a moved block" rs status safe --check
exits 0 "without --check it is no error" rs status safe
dmsetup message safe 0 low_water 5000
exits 24 "few are free" rs status safe --check
like "$OUTPUT" '1 of 2012 spare blocks are in use' "and that is said"
dmsetup message safe 0 low_water 0
dmsetup message safe 0 remap 10+1600
exits 24 "three quarters are in use" rs status safe --check
rs close safe

rs format $S --data-device /dev/disk/bad -q --force
rs open $S safe --data-device /dev/disk/bad
ok "the scanner comes" load_scanner
exits 0 "--check with the scanner" rs status safe --check
null_bad bad +80-80 +1000-1003
pattern_check $D 80 1 1 --errors 80+1 || true
exits 40 "a lost block" rs status safe --check
like "$OUTPUT" '1 logical blocks are lost and read as errors until' "and that is said"
ok "JSON" rs status safe --json
is "$(json '.devices[0] | [.remapped, .lost, .scan, (.health < 100)] | @json')" '[1,1,"waiting",true]' \
	"tells of the loss and of the scanner"
ok "chosen columns" rs status --output LOST,name --noheadings
is "$OUTPUT" "   1 safe" "in this order"
refuses 1 "no column 'SPEED'; there are:" "a column that is none" rs status -o NAME,SPEED

make_null_blk spare2 8
ok "a second device" rs format /dev/disk/spare2 --data-device $M -q
rs open /dev/disk/spare2 good
ok "all of them" rs status
golden status.all -e 's,/dev/vd[a-z],DISK,; s/(waiting|scanning|confirming) +[0-9]+/SCAN HEALTH/'
exits 40 "--check takes all together" rs status --check
exits 0 "one of them is well" rs status good --check
dmsetup suspend good
ok "a suspended one" rs status good
like "$OUTPUT" 'good is active and suspended' "says so"
dmsetup resume good
rs close good
ok "a read-only one" rs open /dev/disk/spare2 good --readonly
exits 0 "is well, though its map cannot change" rs status good --check
rs close good

# A superblock that cannot be written makes the mode ro-map.
rs close safe
null_bad spare "+$(($(sectors $S) - 8))-$(($(sectors $S) - 1))"
ok "a device whose spare fails is opened" rs open $S safe --data-device /dev/disk/bad
like "$OUTPUT" 'warning: safe is in the mode ro-map' "with a warning"
exits 104 "--check tells" rs status safe --check
like "$OUTPUT" 'ro-map: The map cannot change any more' "and status what it means"
rs close safe
done_testing
