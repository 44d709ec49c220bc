# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# summary: remapsetup attach: what /etc/remaptab lists, as its disks come
# timeout: 300

# shellcheck source=/dev/null
. "$VM_DIR/lib.sh"
# shellcheck source=/dev/null
. "$VM_DIR/tools/meta.sh"
# shellcheck source=/dev/null
. "$VM_DIR/tools/remapsetup.sh"

load_core
M=/dev/disk/main D=/dev/mapper/r
make_null_blk main 16
make_null_blk one 4
make_null_blk two 4
TAB=/run/remaptab
attach() { rs attach --tab $TAB "$@"; }
# Spares that come and go, in the middle of a disk, so that it does not show them itself.
plug() { dm_create "$1" "0 $(($(sectors "/dev/disk/$1") - 4096)) linear /dev/disk/$1 2048"; }
later() { (sleep 6 && plug "$1") & }

plug one
rs format /dev/mapper/one --data-device $M -q
rs open /dev/mapper/one r --data-device $M
pattern_write $D 0 0 1
dmsetup message r 0 remap 0+50
pattern_write $D 0 0 2
UUID=$(uuid_of r)
rs close r
dm_remove one
echo "r UUID=$UUID $(readlink -f $M) spare-timeout=60s" >$TAB
later one
ok "a spare that comes late is waited for" attach r
ok "and has what was moved" pattern_check $D 0 0 2
ok "twice is no error" attach r
sed "s/$UUID/${UUID//[0-9a-f]/7}/" $TAB >$TAB.other
refuses 5 "other:1: r is open already, but with another spare, UUID=$UUID" "another device of that name is one" \
	rs attach --tab $TAB.other r

rs close r
# held by somebody, for three seconds, and then for good
dm_create holder "0 8 linear $M 0"
(sleep 3 && dmsetup remove holder) &
ok "a main device that is in use for a moment is tried again" attach r
ok "it has what was moved" pattern_check $D 0 0 2
rs close r
dm_create holder "0 8 linear $M 0"
refuses 5 'is a part of .*holder' "one that stays in use is refused" attach r --timeout 2
dmsetup remove holder
ok "and open once it is not" attach r

rs close r
# An array takes a part of itself, and shows its spare a while later.
dm_create array "0 8 linear /dev/mapper/one 16"
(sleep 3 && dmsetup load array --table "0 $(sectors /dev/mapper/one) linear /dev/mapper/one 0" && dmsetup resume array) &
ok "a spare that shows on a part of an array first" attach r
is "$(dmsetup table r | cut -d' ' -f6)" "$(stat -Lc %Hr:%Lr /dev/mapper/array)" "is that on the array"
ok "it has what was moved" pattern_check $D 0 0 2
rs close r
dm_remove array
ok "without the array it is the part" attach r
rs close r
# What udev knows of a part, where the array does not come, or late. There is no udev here.
db=/run/udev/data/b$(stat -Lc %Hr:%Lr /dev/mapper/one)
mkdir -p /run/udev/data
for says in ID_FS_TYPE={linux_raid,isw_raid,ddf_raid,mpath}_member ID_FS_TYPE=drbd DM_MULTIPATH_DEVICE_PATH=1; do
	printf '%s\n' S:disk/by-id/x "E:$says" >"$db"
	refuses 4 "is here only on /dev/mapper/one, which is a part of .*none any more, give its path, or wipe .*wipefs" "$says: a part alone is not opened" attach r --timeout 0
done
ok "by its path it is" rs open /dev/mapper/one r --data-device $M
rs close r
(sleep 3 && dm_create array "0 $(sectors /dev/mapper/one) linear /dev/mapper/one 0") &
ok "the array is waited for" attach r
is "$(dmsetup table r | cut -d' ' -f6)" "$(stat -Lc %Hr:%Lr /dev/mapper/array)" "and used"
ok "it has what was moved" pattern_check $D 0 0 2
rs close r
dm_remove array
printf '%s\n' E:DM_MULTIPATH_DEVICE_PATH=0 E:ID_FS_TYPE=dm_remap_spare E:ID_RAID=isw_raid_member >"$db"
ok "what is a part of nothing is opened" attach r
rs close r
# The one that was to replace it, while the active one is here on such a part. (76: the state, 3: standby)
make_null_blk next 4
save /dev/disk/one /run/one
restore /dev/disk/next /run/one
rm /run/one
plug next
read_layout /dev/mapper/next
forge /dev/mapper/next 0 76 3
forge /dev/mapper/next "$SUPER_B" 76 3
echo E:ID_FS_TYPE=linux_raid_member >"$db"
refuses 4 "replace another spare, which is the active one still" "a standby beside it is not opened by force" rs open /dev/mapper/next r --data-device $M --force
refuses 4 "is here only on /dev/mapper/one, which is a part of" "nor taken for it" rs open UUID="$UUID" r --data-device $M --force
ok "it is a standby still" cmp -s -n 4 -i $((76)):0 /dev/mapper/next <(printf '\3\0\0\0')
rm "$db"

# What is suspended does not answer: neither it nor what stands on it is waited for.
# resumed DEVICE COMMAND...: resumes it later, lest the test hang; the command does not need that
resumed() {
	local device=$1 pid code=0
	shift
	SECONDS=0
	(sleep 40 && dmsetup resume "$device") &
	pid=$!
	"$@" || code=$?
	kill $pid && dmsetup resume "$device" && ((SECONDS < 35)) && return "$code"
	echo "it took $SECONDS seconds, exit code $code"
	return 99
}
dmsetup suspend one
refuses 4 "/dev/mapper/one is suspended, .*replace another spare, which is the active one still" "the active one may be on a disk that is suspended" \
	resumed one rs open /dev/mapper/next r --data-device $M --force
ok "the standby is one still" cmp -s -n 4 -i $((76)):0 /dev/mapper/next <(printf '\3\0\0\0')
dm_remove next
dmsetup suspend one
refuses 4 "/dev/mapper/one is suspended, .*the spare UUID=$UUID is not here" "the spare may be on it" \
	resumed one rs open UUID="$UUID" r --data-device $M
rs backup /dev/mapper/one /run/backup
dmsetup suspend one
refuses 4 "/dev/mapper/one is suspended, .*the spare may be on it" "so it is not opened without" \
	resumed one rs open --degraded /run/backup r --data-device $M -q
make_null_blk idle 4
dm_create idle "0 8192 linear /dev/disk/idle 0"
dm_create above "0 8192 linear /dev/mapper/idle 0"
dmsetup suspend idle
ok "the spare is found beside one that is" resumed idle attach r --timeout 0
dm_remove above
dm_remove idle
ok "with what was moved" pattern_check $D 0 0 2
rs close r

# udev runs, and has not looked at the disk yet. (It says so with a socket, of which only the name counts.)
touch /run/udev/control
# udev_says DEVICE FILE-SYSTEM-TYPE: in one step, as udev does
udev_says() {
	echo "E:ID_FS_TYPE=$2" >/run/udev/new
	mv /run/udev/new "/run/udev/data/b$(stat -Lc %Hr:%Lr "$1")"
}
refuses 4 "is on /dev/mapper/one, which udev has not finished with" "what may be a part is not opened" attach r --timeout 0
# An array that is not started yet, or a loop device without a file, has a record, of nothing.
printf '%s\n' E:DM_NAME=one E:SYSTEMD_READY=0 >"$db"
refuses 4 "is on /dev/mapper/one, which udev has not finished with" "nor what had nothing when udev looked" attach r --timeout 0
for says in ID_FS_TYPE=dm_remap_spare DM_UUID=CRYPT-LUKS2-1-one SYSTEMD_READY=1; do
	printf '%s\n' "E:$says" >"$db"
	[[ $says == SYSTEMD* ]] || echo E:SYSTEMD_READY=0 >>"$db"
	ok "$says: that is opened" attach r --timeout 0
	rs close r
done
echo E:SYSTEMD_READY=0 >"$db"
rm /run/udev/control
ok "without udev nobody would look again" attach r --timeout 0
rs close r
touch /run/udev/control
rm "$db"
SECONDS=0
refuses 4 "is on /dev/mapper/one, which udev has not finished with" "by hand neither" rs open UUID="$UUID" r --data-device $M
ok "udev has some time for it" test $SECONDS -ge 9
make_null_blk lazy 4
dm_create lazy "0 8192 delay /dev/disk/lazy 0 500"
SECONDS=0
refuses 4 "is on /dev/mapper/one, which udev has not finished with" "nor beside a disk that is slow" rs open UUID="$UUID" r --data-device $M
ok "which makes it no longer than that" test $SECONDS -lt 35
dm_remove lazy
refuses 4 "the spare is here: /dev/mapper/one" "it is here, though" rs open --degraded /run/backup r --data-device $M -q
ok "and opened by its path" rs open /dev/mapper/one r --data-device $M
rs close r
(sleep 1 && udev_says /dev/mapper/one linux_raid_member) &
refuses 4 "is here only on /dev/mapper/one, which is a part of" "it was one" rs open UUID="$UUID" r --data-device $M
rm "$db"
(sleep 1 && udev_says /dev/mapper/one dm_remap_spare) &
ok "it was none, and is opened by hand" rs open UUID="$UUID" r --data-device $M
rs close r
rm "$db"
(sleep 3 && udev_says /dev/mapper/one dm_remap_spare) &
ok "and by attach, which waits for udev" attach r
rs close r
rm "$db"
(
	sleep 2
	udev_says /dev/mapper/one linux_raid_member
	sleep 2
	dm_create array "0 $(sectors /dev/mapper/one) linear /dev/mapper/one 0"
	sleep 2
	udev_says /dev/mapper/array dm_remap_spare
) &
ok "and for the array, if it is a part" attach r
is "$(dmsetup table r | cut -d' ' -f6)" "$(stat -Lc %Hr:%Lr /dev/mapper/array)" "which is used"
ok "it has what was moved" pattern_check $D 0 0 2
rs close r
rm "$db" "/run/udev/data/b$(stat -Lc %Hr:%Lr /dev/mapper/array)" /run/udev/control
dm_remove array

# On the tail of its own main disk, with an array above the mapped device: udev calls the disk a part by what main holds.
make_null_blk tail 8
db=/run/udev/data/b$(stat -Lc %Hr:%Lr /dev/disk/tail)
printf '%s\n' E:ID_SERIAL=tail E:ID_FS_TYPE=linux_raid_member >"$db"
OWN=$(rs format /dev/disk/tail --data-device /dev/disk/tail --data-length 8192 --spare-start 8192 -q | sed -n 's/^UUID: //p')
ok "a spare on its own main disk, which an array is on" rs open UUID="$OWN" own --spare-start 8192
rs close own
printf '%s\n' E:ID_SERIAL=other E:ID_FS_TYPE=linux_raid_member >"$db"
refuses 4 "is here only on .*, which is a part of" "on another disk it is a part" rs open UUID="$OWN" own --spare-start 8192
printf '%s\n' E:ID_SERIAL=tail E:DM_MULTIPATH_DEVICE_PATH=1 >"$db"
refuses 4 "is here only on .*, which is a part of" "one path of its main disk is one, too" rs open UUID="$OWN" own --spare-start 8192
rm "$db"

# A part of an array has the partitions of the whole; udev says of the disk only what it is.
make_null_blk leg 16
sfdisk -q /dev/disk/leg <<<'label: dos
2048,8192
16384,8192' || true
dirs=(/sys/class/block/"$(basename "$(readlink -f /dev/disk/leg)")"/*/partition)
dirs=("${dirs[@]%/partition}")
P1=/dev/${dirs[0]##*/} P2=/dev/${dirs[1]##*/}
db_of() { echo "/run/udev/data/b$(stat -Lc %Hr:%Lr "$1")"; }
db=$(db_of /dev/disk/leg)
echo E:ID_SERIAL=leg >"$db"
OWN=$(rs format "$P2" --data-device "$P1" -q | sed -n 's/^UUID: //p')
for says in ID_FS_TYPE=linux_raid_member ID_FS_TYPE=isw_raid_member DM_MULTIPATH_DEVICE_PATH=1; do
	printf '%s\n' E:ID_SERIAL=leg "E:$says" >"$db"
	refuses 4 "is here only on $P2, which is a part of" "$says: nor a partition of a part" rs open UUID="$OWN" own
done
echo E:ID_SERIAL=leg >"$db"
echo E:ID_FS_TYPE=linux_raid_member >"$(db_of "$P1")"
ok "one next to its main device, which an array is on" rs open UUID="$OWN" own
rs close own
rm "$db" "$(db_of "$P1")"

N=$(sectors /dev/mapper/one)
dm_remove one
plug_lv() { dmsetup create lv -u "LVM-$1" --table "0 $N linear /dev/disk/one 2048"; }
plug_lv "$(printf %064d 1)-rimage"
refuses 4 "is here only on /dev/mapper/lv, which is a part of" "nor an image of a logical volume alone" attach r --timeout 0
dm_remove lv
plug_lv "$(printf %064d 1)"
ok "a logical volume is" attach r
rs close r
dm_remove lv
plug one
ok "and the disk" attach r

plug two
ok "another spare takes its place" rs replace-spare r /dev/mapper/two -q
rs close r
dm_remove two
later two
ok "the retired one is not taken for it" attach r
is "$(dmsetup table r | cut -d' ' -f6)" "$(stat -Lc %Hr:%Lr /dev/mapper/two)" "the one that came late is"
ok "all data is there" pattern_check $D 0 0 2
rs close r
dm_remove two
refuses 4 'another one has taken its place' "if it never comes, it is said why" attach r --timeout 3
done_testing
