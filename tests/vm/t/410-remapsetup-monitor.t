# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# summary: remapsetup monitor tells of events: program, directory, mail, journal, syslog; and keeps backups
# timeout: 240

# shellcheck source=/dev/null
. "$VM_DIR/lib.sh"
# shellcheck source=/dev/null
. "$VM_DIR/tools/remapsetup.sh"

S=/dev/disk/spare
load_core
make_null_blk spare 8
make_null_blk bad 16
W=/run/monitor
mkdir -p $W/bin $W/event.d $W/backups
chmod 755 $W/event.d

# What is called writes down how.
recorder() { # FILE LOG
	# shellcheck disable=SC2016 # for the shell that runs it
	printf '#!/bin/sh\nfor a; do printf "[%%s]" "$a"; done >>%s\necho " $DM_REMAP_EVENT $DM_REMAP_BAD" >>%s\n' "$2" "$2" >"$1"
	chmod 755 "$1"
}
recorder $W/program $W/program.log
recorder $W/event.d/10-first $W/parts.log
recorder $W/event.d/20.bak $W/never.log
recorder $W/event.d/30-open $W/never.log
chmod 777 $W/event.d/30-open
printf '#!/bin/sh\n{ echo "args: $*"; cat; } >>%s\n' $W/mail.log >$W/bin/sendmail
chmod 755 $W/bin/sendmail
export PATH=$W/bin:$PATH

# Something that listens where journald would.
mkdir -p /run/systemd/journal
listen() { # SOCKET LOG
	perl -MIO::Socket::UNIX -MSocket -e '
		my $s = IO::Socket::UNIX->new(Type => SOCK_DGRAM, Local => $ARGV[0]) or die;
		while (1) { $s->recv(my $data, 65536); syswrite(STDOUT, "$data--\n") }' "$1" >"$2" &
	LISTENER=$!
	eventually 10 test -S "$1"
}

#
# Once
#

ok "without a device there is nothing to tell" rs monitor --oneshot --event-dir $W/event.d
is "$OUTPUT" "" "not a word"
rs format $S --data-device /dev/disk/bad -q
rs open $S safe --data-device /dev/disk/bad
listen /dev/log $W/syslog.log
ok "a device that is well" rs monitor -1 --mail root@localhost --program $W/program --event-dir $W/event.d
kill "$LISTENER"
like "$OUTPUT" "DeviceAppeared /dev/mapper/safe: safe on /dev/" "has appeared"
like "$OUTPUT" '30-open is not run: others than root' "what others can write is not run"
is "$(<$W/program.log)" "[DeviceAppeared][/dev/mapper/safe] DeviceAppeared 0" "the program is told"
is "$(<$W/parts.log)" "$(<$W/program.log)" "and what is in the directory"
fails "but nothing that is not meant" test -e $W/never.log
fails "no mail" test -e $W/mail.log
like "$(<$W/syslog.log)" 'remapsetup.*safe: DeviceAppeared: ' "without a journal syslog is told"

listen /run/systemd/journal/socket $W/journal.log
JOURNAL=$LISTENER
rm $W/program.log
ok "a test" rs monitor --oneshot --test --mail root@localhost --program $W/program --event-dir $W/none
is "$(<$W/program.log)" "[DeviceAppeared][/dev/mapper/safe] DeviceAppeared 0
[TestMessage][/dev/mapper/safe] TestMessage 1" "is an event"
like "$(<$W/mail.log)" 'args: -t.*To: root@localhost.*Subject: TestMessage on /dev/mapper/safe:.*nothing has happened to safe' "that is mailed"
like "$(<$W/journal.log)" 'DM_REMAP_EVENT=TestMessage
DM_REMAP_DEVICE=/dev/mapper/safe
DM_REMAP_UUID=[0-9a-f-]{36}
' "and stands in the journal with its fields"
refuses 1 'no mail address' "an address that would be a header" rs monitor -1 --mail $'root\nBcc: x'
refuses 1 'not the full path' "a program that is none" rs monitor -1 --program nothing
refuses 1 'not a directory' "a place for backups that is none" rs monitor -1 --backup-dir $W/program
refuses 1 'delay needs a number' "no delay" rs monitor -1 --delay 0

#
# Watching. It looks once a day by itself: what is told sooner was an event.
#

rm -f $W/*.log
"$REMAPSETUP" monitor --mail root@localhost --program $W/program --event-dir $W/none --delay 86400 \
	--backup-dir $W/backups --backup-keep 3 >$W/out 2>&1 &
MONITOR=$!
told() { grep -qF "$1" $W/program.log; }
ok "it begins" eventually 20 told '[DeviceAppeared][/dev/mapper/safe]'
rs remap safe 100+2
ok "a moved block is told" eventually 20 told "[RemapAdded][/dev/mapper/safe][/dev/"
null_bad bad +1600-1600
rs remap safe 200
ok "a lost one is told" eventually 20 told "[DataLost][/dev/mapper/safe][/dev/"
null_bad bad -1600-1600
pattern_write /dev/mapper/safe 1600 8 1
ok "and when it is written" eventually 20 told "[DataLostCleared][/dev/mapper/safe]"
dmsetup message safe 0 low_water 3000
rs remap safe 300
ok "few spare blocks" eventually 20 told "[SpareLow][/dev/mapper/safe][/dev/"
backups() { find $W/backups -name '*.backup' | wc -l; }
ok "backups are made" eventually 20 test "$(backups)" -ge 1
sleep 6
rs remap safe 301
sleep 6
rs remap safe 302
latest() { find $W/backups -name '*.backup' -printf '%T@ %p\n' | sort -n | tail -n 1 | cut -d' ' -f2; }
newest() { "$REMAPSETUP" backup $S 2>/dev/null | grep '^entry' | diff -q - <(grep -h '^entry' "$(latest)") >/dev/null; }
ok "the newest is the map" eventually 30 newest
rs remap safe 303
ok "and again" eventually 30 newest
rs remap safe 304
ok "and again" eventually 30 newest
is "$(backups)" 3 "three are kept"
is "$(find $W/backups -type f | wc -l)" 3 "and nothing else"
mv $W/backups $W/away
rs remap safe 305
ok "a backup that cannot be written is told" eventually 20 grep -q 'cannot be written: the map has no backup' $W/out
mv $W/away $W/backups
ok "and tried again" eventually 40 newest
rs close safe
ok "closing is told" eventually 20 told '[DeviceGone][/dev/mapper/safe]'
rs open $S safe --data-device /dev/disk/bad
ok "opening is" eventually 20 bash -c "grep -cF '[DeviceAppeared][/dev/mapper/safe]' $W/program.log | grep -qx 2"
rs close safe
kill -TERM $MONITOR
code=0
wait $MONITOR || code=$?
is "$code" 0 "it ends when told to"
is "$(grep -c '^Subject: DataLost' $W/mail.log)" 1 "the loss was mailed"
is "$(grep -c '^Subject: \(RemapAdded\|Device\)' $W/mail.log || true)" 0 "nothing that is not bad"
restored() { rs erase -q $S && rs restore -q "$(latest)" $S; }
ok "a backup can be restored" restored
rs open $S safe --data-device /dev/disk/bad --force
is "$(dmsetup message safe 0 list | grep -c manual)" 9 "with all blocks"

#
# Metrics
#

ok "metrics" rs metrics
ok "a parser takes them" bash -c "'$VM_DIR/../tool/prometheus' <<<'$OUTPUT' >$W/metrics"
ok "they know of it" grep -qx 'dm_remap_remapped_blocks name=safe: 9' $W/metrics
ok "to a file" rs metrics --output $W/dm_remap.prom
is "$(stat -c %a $W/dm_remap.prom)" 644 "that everybody can read"
is "$(grep -v _total $W/dm_remap.prom)" "$(grep -v _total <(rs metrics))" "the same"
ln -f $W/dm_remap.prom $W/old
ok "again" rs metrics --output $W/dm_remap.prom
isnt "$(stat -c %i $W/old)" "$(stat -c %i $W/dm_remap.prom)" "by another file"
refuses 4 'cannot be written' "where there is no place" rs metrics --output $W/none/x
load_scanner
rs metrics | "$VM_DIR/../tool/prometheus" >$W/metrics
ok "the scanner's, too" grep -qx 'dm_remap_health_ratio name=safe: [01]\.[0-9][0-9]' $W/metrics
ok "JSON has a version" rs status --json
is "$(json .version)" 1 "of status"
ok "JSON" rs list safe --json
is "$(json .version)" 1 "of list"
ok "JSON" rs scan status safe --json
is "$(json .version)" 1 "of scan status"
rs close safe
kill "$JOURNAL"
done_testing
