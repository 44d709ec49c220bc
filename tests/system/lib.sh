# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# For tests on the host that boot whole systems in virtual machines. README.md tells
# what there is.

SYSTEM_DIR=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
SUITE=${DM_REMAP_SUITE:-bookworm}
PATIENCE=${DM_REMAP_PATIENCE:-1}
KEEP=${DM_REMAP_KEEP:-}

WORK=$(mktemp -d "${TMPDIR:-/tmp}/dm-remap-system.XXXXXX")
TREE=/nonexistent QEMU='' COUNT=0 FAILED=0 BOOTS=0

system_cleanup() {
	system_stop
	if [[ $KEEP ]] || ((FAILED)); then
		echo "# logs: $WORK"
		[[ $KEEP ]] || rm -rf "$WORK"/*.img "$WORK"/tree* "$WORK"/initrd*
	else
		rm -rf "$WORK"
	fi
}
trap system_cleanup EXIT
trap 'exit 130' INT TERM HUP

bail() {
	echo "Bail out! $*"
	exit 2
}

#
# TAP
#

result() {
	COUNT=$((COUNT + 1))
	[[ $1 == ok ]] || FAILED=$((FAILED + 1))
	echo "$1 $COUNT - $2"
}

# ok TEXT COMMAND...: a check on the host.
ok() {
	local text=$1
	shift
	if "$@" >"$WORK/ok.log" 2>&1; then
		result ok "$text"
	else
		result "not ok" "$text"
		sed 's/^/# /' "$WORK/ok.log" | tail -n 20
	fi
}

done_testing() {
	echo "1..$COUNT"
	((FAILED == 0)) || exit 1
}

#
# A system, as a tree
#

# tree_new NAME [PACKAGE...]: a system of the suite, a copy that may be changed; TREE is its path.
tree_new() {
	local base name=$1
	shift
	base=$("$SYSTEM_DIR/base" "$SUITE" "$@") || bail "there is no system to boot"
	TREE=$WORK/tree-$name
	cp -a --reflink=auto "$base" "$TREE"
	RELEASE=$(ls "$TREE/lib/modules")
	tree_configure
}

# What takes time at boot and is not looked at.
MASKED="apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer
	fstrim.timer systemd-timesyncd.service systemd-update-utmp.service systemd-pstore.service
	e2scrub_reap.service getty@tty1.service getty-static.service systemd-binfmt.service
	systemd-firstboot.service serial-getty@ttyS0.service systemd-networkd.service
	systemd-logind.service systemd-user-sessions.service systemd-random-seed.service
	lvm2-monitor.service blk-availability.service systemd-journal-flush.service"

tree_configure() {
	local unit
	printf 'LABEL=system / ext4 errors=remount-ro 0 1\n' >"$TREE/etc/fstab"
	echo guest >"$TREE/etc/hostname"
	echo 0123456789abcdef0123456789abcdef >"$TREE/etc/machine-id"
	rm -f "$TREE/etc/resolv.conf"
	for unit in $MASKED; do
		ln -sf /dev/null "$TREE/etc/systemd/system/$unit"
	done
	# Only what is needed, uncompressed: both save emulated time.
	printf '%s\n' virtio_pci virtio_blk virtio_scsi sd_mod ext4 >>"$TREE/etc/initramfs-tools/modules"
	sed -i 's/^MODULES=.*/MODULES=list/; s/^COMPRESS=.*/COMPRESS=gzip\nCOMPRESSLEVEL=1/' \
		"$TREE/etc/initramfs-tools/initramfs.conf"
	echo update_initramfs=yes >"$TREE/etc/initramfs-tools/update-initramfs.conf"
	install -D -m 755 "$SYSTEM_DIR/guest/job" "$TREE/usr/local/lib/dm-remap-test/job"
	install -m 644 "$SYSTEM_DIR"/guest/dm-remap-job*.service "$TREE/etc/systemd/system"
	mkdir -p "$TREE"/etc/systemd/system/{multi-user,emergency,rescue}.target.wants
	ln -s ../dm-remap-job.service "$TREE/etc/systemd/system/multi-user.target.wants/"
	ln -s ../dm-remap-job-emergency.service "$TREE/etc/systemd/system/emergency.target.wants/"
	ln -s ../dm-remap-job-emergency.service "$TREE/etc/systemd/system/rescue.target.wants/"
}

# tree_run COMMAND...: in the tree, on this machine.
tree_run() {
	timeout $((600 * PATIENCE)) chroot "$TREE" /usr/bin/env -i \
		PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C HOME=/root DEBIAN_FRONTEND=noninteractive "$@"
}

# tree_install: this repository's modules and tool.
tree_install() {
	local built
	built=$("$SYSTEM_DIR/build" "$SUITE" "$RELEASE") || bail "dm-remap cannot be built for $SUITE"
	cp -a "$built/." "$TREE/"
	depmod -b "$TREE" "$RELEASE"
}

# tree_initramfs [-]: makes the initramfs, by initramfs-tools.
tree_initramfs() {
	tree_run update-initramfs -c -k "$RELEASE" >"$WORK/initramfs.log" 2>&1 ||
		bail "the initramfs was not made: $(tail -n 3 "$WORK/initramfs.log")"
}

#
# Disks
#

# image NAME SIZE [LABEL]: the tree as a file system on the disk NAME.
image() {
	local name=$1 size=$2 label=${3:-system}
	truncate -s "$size" "$WORK/$name.img"
	mke2fs -q -t ext4 -L "$label" -d "$TREE" -E lazy_itable_init=1,lazy_journal_init=1 \
		"$WORK/$name.img" || bail "the file system of $name was not made"
}

# blank NAME SIZE: an empty disk.
blank() {
	rm -f "$WORK/$1.img"
	truncate -s "$2" "$WORK/$1.img"
}

# copy NAME NEW: a copy of a disk.
copy() { cp --reflink=auto --sparse=always "$WORK/$1.img" "$WORK/$2.img"; }

# from_image NAME PATH FILE: a file out of a file system; links are followed by their names.
from_image() {
	debugfs -R "dump $2 $3" "$WORK/$1.img" >/dev/null 2>&1
	[[ -s $3 ]] || bail "there is no $2 on $1"
}

#
# The machine
#

system_stop() {
	[[ -z $QEMU ]] || kill -KILL "$QEMU" 2>/dev/null || true
	[[ -z $QEMU ]] || wait "$QEMU" 2>/dev/null || true
	QEMU=
}

drive() {
	local name=$1
	[[ -e $WORK/$name.img ]] || bail "there is no disk $name"
	QEMU_ARGS+=(-drive "if=none,id=$name,file=$WORK/$name.img,format=raw,cache=writeback,discard=unmap"
		-device "virtio-blk-pci,drive=$name,serial=$name,write-cache=on")
}

# What the guest's script is and needs, as a disk of its own.
make_job() {
	local dir=$WORK/job
	rm -rf "$dir" && mkdir "$dir"
	{
		echo '. ./lib.sh'
		printf '%s=%q\n' PATIENCE "$PATIENCE"
		cat
	} >"$dir/script"
	cp "$SYSTEM_DIR/guest/lib.sh" "$dir/lib.sh"
	((${#JOB_FILES[@]} == 0)) || cp -a "${JOB_FILES[@]}" "$dir/"
	tar -C "$dir" -b 128 -cf "$WORK/job.img" .
}
JOB_FILES=()

# See tests/vm/run: the emulated time stamp counter is this machine's own.
clock_words() {
	awk '/^bogomips/ { printf "tsc_early_khz=%d", $3 * 500; exit }' /proc/cpuinfo
}

WORDS="console=ttyS0 oops=panic panic=-1 mitigations=off tsc=reliable no_timer_check"
WORDS+=" systemd.show_status=1 systemd.log_target=kmsg systemd.journald.forward_to_console=0"

# After twice that the kernel complains of a processor that does nothing; on a busy machine the emulated ones wait longer.
watchdog_words() { echo "watchdog_thresh=$((PATIENCE < 6 ? 10 * PATIENCE : 60))"; }

# compose SYSTEM-DISK ROOT DISK...
compose() {
	local system=$1 root=$2 name
	shift 2
	from_image "$system" "/boot/vmlinuz-$RELEASE" "$WORK/vmlinuz"
	[[ $INITRD ]] || from_image "$system" "/boot/initrd.img-$RELEASE" "$WORK/initrd"
	# shellcheck disable=SC2054 # QEMU's commas
	QEMU_ARGS=(-nodefaults -no-user-config -display none -no-reboot -machine pc
		-m "${MEM:-768M}" -accel "tcg,thread=multi" -cpu Nehalem,+rdrand -smp 2
		-kernel "$WORK/vmlinuz" -initrd "${INITRD:-$WORK/initrd}"
		-append "$WORDS $(clock_words) $(watchdog_words) root=$root rw ${CMDLINE:-}"
		-serial "file:$WORK/console-$BOOTS.log" -serial stdio)
	drive job
	for name in "$system" "$@"; do
		drive "$name"
	done
}
INITRD=''

# take LINE: from the guest.
take() {
	local line=$1
	if [[ $line =~ ^(ok|not\ ok)(\ +-)?\ (.*) ]]; then
		result "${BASH_REMATCH[1]}" "${BASH_REMATCH[3]}"
	elif [[ $line == @power-cut ]]; then
		END='power cut'
		kill -KILL "$QEMU"
	elif [[ $line == "@done "* ]]; then
		END="done ${line#@done }"
	else
		echo "# ${line#\# }"
	fi
}

follow() {
	local line left deadline=$((SECONDS + $1))
	END=''
	while true; do
		left=$((deadline - SECONDS))
		if ((left <= 0)); then
			END=timeout
			break
		fi
		if IFS= read -r -t "$left" -u "$PORT" line; then
			take "${line%$'\r'}"
		elif (($? <= 128)); then
			break
		fi
	done
	exec {PORT}<&-
}

# boot TEXT SECONDS ROOT DISK... <<script: boots the first disk, with the others
# beside it, and runs the script in it; ROOT is the kernel's root=.
# The script's lines of TAP become ours. It ends with the script, after which the
# system shuts down, or with power_cut. BOOT_SECONDS: how long it took.
boot() {
	local text=$1 limit=$(($2 * PATIENCE))
	run_machine "$limit" "${@:3}"
	case $END in
	"done 0" | "power cut") result ok "$text" ;;
	done*) result "not ok" "$text (the script ended with ${END#done })" ;;
	timeout) result "not ok" "$text (not within $limit s)" ;;
	*) result "not ok" "$text (the machine went away)" ;;
	esac
	[[ $END == "done 0" || $END == "power cut" ]] || console_tail
}

# boot_fails TEXT SECONDS ROOT DISK...: the machine restarts before any script could run.
boot_fails() {
	local text=$1 limit=$(($2 * PATIENCE))
	run_machine "$limit" "${@:3}" <<<"exit 0"
	if [[ -z $END ]]; then
		result ok "$text"
	else
		result "not ok" "$text (ended with '$END')"
		console_tail
	fi
}

# run_machine SECONDS ROOT DISK... <<script: sets END
run_machine() {
	local limit=$1 root=$2 started=$SECONDS
	shift 2
	BOOTS=$((BOOTS + 1))
	make_job
	compose "$1" "$root" "${@:2}"
	exec {PORT}< <(exec setpriv --pdeathsig KILL qemu-system-x86_64 "${QEMU_ARGS[@]}" \
		2>"$WORK/qemu-$BOOTS.log" </dev/null)
	QEMU=$!
	follow "$limit"
	system_stop
	BOOT_SECONDS=$((SECONDS - started))
	echo "# boot $BOOTS took $BOOT_SECONDS s"
}

# on_console TEXT: something printed it in the last boot.
on_console() { tr -d '\r' <"$WORK/console-$BOOTS.log" | grep -aF -- "$1"; }

console_tail() {
	tail -n 40 "$WORK/console-$BOOTS.log" | tr -d '\r' | sed 's/\x1b\[[0-9;]*m//g; s/^/# /'
	[[ ! -s $WORK/qemu-$BOOTS.log ]] || tail -n 5 "$WORK/qemu-$BOOTS.log" | sed 's/^/# /'
}

# The kernel had nothing to complain about, in any boot.
no_complaints() {
	! cat "$WORK"/console-*.log | tr -d '\r' |
		grep -aE 'BUG:|WARNING:|Oops|Call Trace|general protection|KASAN|blocked for more than|Kernel panic'
}
