#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The scripts of the packages as they are in them, on a made-up system with a dkms that only notes what it is asked
# for. long/50-install-deb.t and 60-install-rpm.t have the real one.

# shellcheck source=/dev/null # it is beside
. "$(dirname "$0")/../lib.sh"

try debs "$VERSION"
((STATUS == 0)) || { fail "the packages are built" "$OUTPUT" && done_testing; }
dir=$OUTPUT
try rpms "$VERSION"
((STATUS == 0)) || { fail "the rpm packages are built" "$OUTPUT" && done_testing; }
rpms=$OUTPUT
export ROOT=$WORK/root
export PATH=$WORK/bin:$PATH

# script PACKAGE NAME [COMMAND...]: as ./PACKAGE.NAME, with the places of the made-up system; what the command prints, or the
# script of that name in the deb.
script() {
	local from=("${@:3}")
	((${#from[@]})) || from=(dpkg-deb -I "$dir"/"$1"_"$VERSION"-1_*.deb "$2")
	"${from[@]}" |
		sed -E "s#(^|[^[:alnum:]_/])/(usr|lib|etc|var|boot|run)/#\1$ROOT/\2/#g; 1s#.*#\#!/bin/sh#" >"$1.$2"
	chmod 755 "$1.$2"
	[[ -s $1.$2 ]]
}

# scriptlet PACKAGE TAG: of the rpm, as ./PACKAGE.TAG
scriptlet() { script "$1" "$2" rpm -qp --qf "#!/bin/sh\n%{${2^^}}\n" "$rpms/$1-$VERSION"-1.*.rpm; }

mkdir bin
# For a kernel with a file "bad" nothing can be built; "installed" is the module. Quiet is as quiet as the real one.
cat >bin/dkms <<'END'
#!/bin/bash
echo "$*" >>"$ROOT/calls"
[[ " $* " != *" -q "* ]] || exec >/dev/null 2>&1
for kernel in "$ROOT"/lib/modules/*; do
	[[ $* != *" -k "* || "$* " == *" -k ${kernel##*/} "* ]] || continue
	case $1 in
	status) [[ ! -e $kernel/installed ]] || echo "dm-remap/1, ${kernel##*/}, x86_64: installed" ;;
	remove) rm -f "$kernel/installed" ;;
	install)
		[[ ! -e $kernel/excluded ]] || exit 77
		[[ ! -e $kernel/bad ]] || { echo "Error! Bad return status for module build" >&2 && exit 10; }
		touch "$kernel/installed"
		echo "Installing"
		;;
	esac
done
END
# modinfo knows what has been built, and what somebody has put before it.
cat >bin/modinfo <<'END'
#!/bin/sh
dir=$ROOT/lib/modules/$2
case "$1 $3" in
"-k dm-remap-core") [ -e "$dir/installed" ] ;;
"-k -n")
	for path in "$dir/updates/$4/$4.ko" "$dir/installed"; do
		[ -e "$path" ] || continue
		[ "$path" = "$dir/installed" ] && echo "$dir/updates/dkms/$4.ko" || echo "$path"
		exit
	done
	exit 1
	;;
*) exit 1 ;;
esac
END
chmod 755 bin/dkms bin/modinfo

# fresh KERNEL...: a system with them, their headers, and dkms.
fresh() {
	local kernel
	rm -rf "$ROOT"
	mkdir -p "$ROOT"/{etc/dkms,usr/lib/dkms,lib/modules/headless,boot,var/lib}
	for kernel; do mkdir -p "$ROOT/lib/modules/$kernel/build/include" && touch "$ROOT/lib/modules/$kernel/build/Makefile"; done
	# As that of Debian: for the running kernel, here the first one, and it ends with what cannot be built.
	cat >"$ROOT/usr/lib/dkms/common.postinst" <<-END
		#!/bin/sh
		[ ! -e "$ROOT/etc/dkms/no-autoinstall" ] || exit 0
		dkms install -m dm-remap -v '$VERSION' -k '$1'
	END
	chmod 755 "$ROOT/usr/lib/dkms/common.postinst"
}

built() { find "$ROOT/lib/modules" -name installed -printf '%P\n' | cut -d / -f 1 | sort | paste -sd ' '; }

#
# dm-remap-dkms: the module is built for as many kernels as possible
#
ok "the postinst of dm-remap-dkms" script dm-remap-dkms postinst
fresh a b c
ok "it" ./dm-remap-dkms.postinst configure
is "$(built)" "a b c" "has the module built for each kernel with headers"
nothing "and says nothing of other modules" "$(grep 'not of this package' <<<"$OUTPUT")"
touch "$ROOT/lib/modules/a/bad"
rm "$ROOT"/lib/modules/*/installed
exits 10 "a kernel that dkms stops at is an error" ./dm-remap-dkms.postinst configure
is "$(built)" "b c" "and the others are built for all the same"
is "$(grep -c 'no module for the kernel a,' <<<"$OUTPUT")" 1 "which says for which kernel there is no module"
fresh a b c
touch "$ROOT"/lib/modules/b/bad "$ROOT"/lib/modules/c/excluded
ok "one of the others is none" ./dm-remap-dkms.postinst configure
is "$(built)" a "neither is one that dkms.conf leaves out"
is "$(grep -o 'no module for the kernel [a-z]' <<<"$OUTPUT")" "no module for the kernel b" "the former is told"
fresh a b
touch "$ROOT/etc/dkms/no-autoinstall"
ok "where dkms is told to do nothing by itself" ./dm-remap-dkms.postinst configure
is "$(built)" "" "nothing is built"
for how in "abort-remove" "abort-upgrade 1" "abort-deconfigure in-favour x 1"; do
	fresh a b
	touch "$ROOT/lib/modules/a/installed"
	# shellcheck disable=SC2086 # words
	ok "$how" ./dm-remap-dkms.postinst $how
	is "$(built)" "a b" "brings back what was taken away, for each kernel"
	is "$(grep -c '^install' "$ROOT/calls")" 1 "and builds nothing that is there"
done

fresh a b
mkdir -p "$ROOT"/lib/modules/{b,headless}/updates/dm-remap-core
touch "$ROOT"/lib/modules/{b,headless}/updates/dm-remap-core/dm-remap-core.ko
ok "with modules that somebody else has installed" ./dm-remap-dkms.postinst configure
is "$(built)" "a b" "all is built"
is "$(grep -o "the kernel [a-z]* loads $ROOT/[^ ,]*, which is not" <<<"$OUTPUT" | sed "s#$ROOT/lib/modules##")" \
	"$(printf 'the kernel %s loads /%s/updates/dm-remap-core/dm-remap-core.ko, which is not\n' b b headless headless)" "which says what comes before it, and for which kernels"

ok "%post of the rpm" scriptlet dm-remap-dkms postin
fresh a b c
ok "it" ./dm-remap-dkms.postin 1
is "$(built)" "a b c" "has the module built for each kernel with headers"
nothing "and says nothing" "$OUTPUT"
fresh a b c
touch "$ROOT"/lib/modules/b/bad "$ROOT"/lib/modules/c/excluded
ok "a kernel that dkms stops at is no error" ./dm-remap-dkms.postin 2
is "$(built)" a "nor one that dkms.conf leaves out"
is "$(grep -o 'no module for the kernel [a-z]' <<<"$OUTPUT")" "no module for the kernel b" "the former is told"
is "$(grep -c 'Error! Bad return status' <<<"$OUTPUT")" 1 "with what dkms says of it"

#
# dm-remap-dkms and dm-remap-initramfs stay while the initramfs opens something
#
early() {
	local hook=$ROOT/usr/share/initramfs-tools/hooks/dm-remap
	mkdir -p "${hook%/*}"
	# shellcheck disable=SC2016 # the hook expands it
	printf '#!/bin/sh\n[ "$1" = early ] && printf "%%s\\n" %s\n' "$*" >"$hook"
	chmod 755 "$hook"
}

for package in dm-remap-dkms dm-remap-initramfs; do
	ok "the prerm of $package" script $package prerm
	fresh a b
	touch "$ROOT"/lib/modules/{a,b}/installed
	early root usr
	refuse "it refuses to go while the initramfs opens something" ./$package.prerm remove
	is "$(grep -o 'not removed, .* these devices: .*' <<<"$OUTPUT" | sed 's/.*: //')" "root usr" "which names the devices"
	is "$(built) $(cat "$ROOT/calls" 2>/dev/null)" "a b " "before anything is changed"
	ok "but if told that it is meant" env DM_REMAP_REMOVE_ANYWAY=1 ./$package.prerm remove
	is "$(grep -c "$package: removed, though .*: root usr$" <<<"$OUTPUT")" 1 "with a last word"
	for how in "upgrade 2" "remove in-favour x 2" "deconfigure in-favour x 2"; do
		early
		[[ $how == remove* ]] || early root
		# shellcheck disable=SC2086 # words
		ok "'$how' is not refused$([[ $how != remove* ]] || echo ' when nothing is opened')" ./$package.prerm $how
	done
done
# Where LVM or md is in the initramfs, it is not for the root only.
for hook in lvm2 mdadm; do
	fresh a
	early
	printf '%s\n' '# old UUID=1' '' ' data UUID=2 - nofail' 'more UUID=3' >"$ROOT/etc/remaptab"
	ok "without $hook's hook dm-remap-initramfs goes, though devices are listed" ./dm-remap-initramfs.prerm remove
	touch "$ROOT/usr/share/initramfs-tools/hooks/$hook"
	refuse "with it, it does not" ./dm-remap-initramfs.prerm remove
	is "$(grep -o 'not removed, .* hides .* these devices: .*' <<<"$OUTPUT" | sed 's/.*: //')" "data more" "and names the devices"
	is "$(grep -c 'dracut takes the place' <<<"$OUTPUT")" 1 "and the change to dracut"
	ok "but if told that it is meant" env DM_REMAP_REMOVE_ANYWAY=1 ./dm-remap-initramfs.prerm remove
	is "$(grep -c "dm-remap-initramfs: removed, though .* hide .*: data more$" <<<"$OUTPUT")" 1 "with a last word"
	ok "an upgrade is not refused" ./dm-remap-initramfs.prerm upgrade 2
	echo '# old UUID=1' >"$ROOT/etc/remaptab"
	ok "nor where none is listed" ./dm-remap-initramfs.prerm remove
	rm "$ROOT/etc/remaptab"
	ok "nor without remaptab" ./dm-remap-initramfs.prerm remove
done
fresh a
touch "$ROOT/lib/modules/a/installed"
ok "without the hook dm-remap-dkms goes" ./dm-remap-dkms.prerm remove
is "$(built)" "" "and its modules"

#
# dm-remap-dkms where dracut makes the initramfs: deb, and rpm
#
# with_dracut LINE: a system with dracut, and remapsetup's part of it
with_dracut() {
	local module=$ROOT/usr/lib/dracut/modules.d/91dm-remap
	fresh a b
	touch "$ROOT"/lib/modules/{a,b}/installed "$ROOT/calls"
	mkdir -p "$module" "$ROOT/usr/bin"
	cp "$REPO/tools/boot/dracut/module-setup.sh" "$module"
	touch "$ROOT/usr/bin/dracut"
	printf '%s\n' '# old UUID=1 - x-initrd.attach' 'data UUID=2 - nofail' "$@" >"$ROOT/etc/remaptab"
}

# stays SCRIPT GOING STAYING: as goes below
stays() {
	local line='root UUID=3 - nofail,x-initrd.attach' word
	with_dracut "$line"
	refuse "$1 refuses '$2' while dracut's initramfs opens something" ./"$1" "$2"
	is "$(grep -o 'not removed, .* these devices: .*' <<<"$OUTPUT" | sed 's/.*: //')" root "which names the device, and it alone"
	is "$(built) $(cat "$ROOT/calls")" "a b " "before anything is changed"
	ok "but if told that it is meant" env DM_REMAP_REMOVE_ANYWAY=1 ./"$1" "$2"
	is "$(grep -c "dm-remap-dkms: removed, though .*: root$" <<<"$OUTPUT") $(built)" "1 " "with a last word"
	for word in "${@:3}"; do
		with_dracut "$line"
		# shellcheck disable=SC2086 # words
		ok "'$word' is not refused" ./"$1" $word
	done
	with_dracut
	ok "nor '$2' when nothing is opened there" ./"$1" "$2"
	for file in bin/dracut lib/dracut; do
		with_dracut "$line"
		rm -r "${ROOT:?}/usr/$file"
		ok "nor without /usr/$file" ./"$1" "$2"
		is "$(built)" "" "the modules go"
	done
}

export dracutsysrootdir=$ROOT
stays dm-remap-dkms.prerm remove "upgrade 2"
ok "%preun of the rpm" scriptlet dm-remap-dkms preun
stays dm-remap-dkms.preun 0 1

#
# dm-remap-initramfs: an initramfs that is missing is made
#
# update-initramfs fails for a kernel that has a file "bad".
cat >bin/update-initramfs <<'END'
#!/bin/sh
echo "$*" >>"$ROOT/calls"
[ "$1" != -u ] || exit 0
[ "$1 $2" = "-c -k" ] && [ ! -e "$ROOT/lib/modules/$3/bad" ] && touch "$ROOT/boot/initrd.img-$3"
END
chmod 755 bin/update-initramfs
# b's is missing, c's too, but there is no module
three() {
	fresh a b c
	touch "$ROOT"/lib/modules/{a,b}/installed "$ROOT"/boot/{vmlinuz-{a,b,c},initrd.img-a}
	early "$@"
}

ok "the postinst of dm-remap-initramfs" script dm-remap-initramfs postinst
for how in "configure" "triggered update-initramfs"; do
	three root
	# shellcheck disable=SC2086 # words
	ok "$how" ./dm-remap-initramfs.postinst $how
	is "$(grep -v '^-u$' "$ROOT/calls")" "-c -k b" "makes the initramfs that is missing, where there is a module"
done
three
ok "when nothing is opened" ./dm-remap-initramfs.postinst configure
is "$(cat "$ROOT/calls")" "-u" "what is there is made anew, and no other"
three root
touch "$ROOT/lib/modules/b/bad"
ok "one that cannot be made is no error" ./dm-remap-initramfs.postinst configure
is "$(grep -c 'the kernel b has no initramfs' <<<"$OUTPUT")" 1 "but told"

#
# remapsetup, deb and rpm: with the package go the links that "systemctl enable" has made, and not before
#
enabled() {
	fresh a
	mkdir -p "$ROOT"/etc/systemd/system/timers.target.wants "$ROOT"/var/lib/systemd/timers
	touch "$ROOT"/etc/systemd/system/timers.target.wants/{remap-scan@data,other}.timer \
		"$ROOT"/var/lib/systemd/timers/stamp-{remap-scan@data,other}.timer
}
links() { find "$ROOT"/etc/systemd "$ROOT"/var/lib/systemd -name '*.timer' -printf '%f\n' | sort | paste -sd ' '; }

# goes SCRIPT GOING STAYING: what the packager's program says when the package goes, and when it stays or another comes
goes() {
	local word all='other.timer remap-scan@data.timer stamp-other.timer stamp-remap-scan@data.timer'
	for word in "${@:3}"; do
		enabled
		# shellcheck disable=SC2086 # words
		ok "$1 with '$word'" "./$1" $word
		is "$(links)" "$all" "leaves the timers enabled"
	done
	enabled
	ok "$1 with '$2'" ./"$1" "$2"
	is "$(links)" "other.timer stamp-other.timer" "takes away ours, and them alone"
}

ok "the postrm of remapsetup" script remapsetup postrm
goes remapsetup.postrm purge remove "upgrade 2"
ok "%postun of the rpm" scriptlet remapsetup postun
goes remapsetup.postun 0 1

done_testing
