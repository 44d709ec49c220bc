# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# For the scripts of boot(), in the guest: TAP on their standard output.

# run COMMAND...: what it prints is in OUTPUT, its exit status in STATUS.
run() {
	STATUS=0
	OUTPUT=$("$@" 2>&1) || STATUS=$?
}

diag() { echo "# ${*//$'\n'/$'\n# '}"; }

# check TEXT COMMAND...: it succeeds.
check() {
	local text=$1
	shift
	run "$@"
	if ((STATUS == 0)); then
		echo "ok - $text"
	else
		echo "not ok - $text"
		diag "$* (exit status $STATUS)"
		diag "$OUTPUT"
	fi
}

# refuse TEXT COMMAND...: it fails.
refuse() {
	local text=$1
	shift
	run "$@"
	if ((STATUS != 0)); then
		echo "ok - $text"
	else
		echo "not ok - $text"
		diag "$* succeeded"
		diag "$OUTPUT"
	fi
}

# is TEXT WHAT EXPECTED
is() {
	if [[ $2 == "$3" ]]; then
		echo "ok - $1"
	else
		echo "not ok - $1"
		diag "is:       $2"
		diag "expected: $3"
	fi
}

# like TEXT WHAT REGEXP
like() {
	if [[ $2 =~ $3 ]]; then
		echo "ok - $1"
	else
		echo "not ok - $1"
		diag "is:        $2"
		diag "not like:  $3"
	fi
}

# Everything that is started at boot has started, or failed.
wait_for_boot() { systemctl is-system-running --wait >/dev/null 2>&1; }

# disk NAME: the disk that boot() was given under that name, by no link of udev's.
disk() {
	local path
	for path in /sys/block/*; do
		if [[ $(cat "$path/serial" 2>/dev/null) == "$1" ]]; then
			echo "/dev/${path##*/}"
			return 0
		fi
	done
	return 1
}

# udev_property DEVICE KEY
udev_property() { udevadm info --query=property --name="$1" | sed -n "s/^$2=//p"; }

# The machine loses its power, now; what was not flushed may be lost.
power_cut() {
	echo "@power-cut"
	sleep 1000
}
