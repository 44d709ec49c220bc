# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Sourced by the tests of this directory. Each works in a directory of its own, which goes at the end. Packages are
# built once, in $PACKAGES, for all of them.

set -uo pipefail

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
REPO=$(cd "$HERE/../.." && pwd -P)
WORK=$(mktemp -d)
trap 'rm -rf "$WORK"' EXIT
PACKAGES=${PACKAGES:-$WORK/packages}
VERSION=$("$REPO/packaging/set-version" 2>/dev/null || sed -n 's/^#define DM_REMAP_VERSION "\(.*\)"$/\1/p' "$REPO/include/dm-remap/version.h")
mkdir -p "$PACKAGES"
cd "$WORK" || exit 1

# shellcheck source=tests/tap.sh
. "$REPO/tests/tap.sh"

# What no script of a package may do; "remapsetup evacuate" is advice that one gives.
# shellcheck disable=SC2034 # for the tests
TOUCHES='modprobe|rmmod|insmod|depmod|systemctl.* (start|stop|restart|reload|try-restart|isolate|kill)|deb-systemd-invoke|invoke-rc\.d|dmsetup|udevadm|remapsetup (open|close|attach|scan|remap|relocate|recover|repair|format|erase)'

# tarball VERSION: prints the path of this checkout as a release of that version.
tarball() {
	local version=$1 path=$PACKAGES/dm-remap-$1.tar.gz dir
	if [[ ! -e $path && $version == "$VERSION" ]]; then
		"$REPO/packaging/dist" --worktree "$PACKAGES" >/dev/null || return
	elif [[ ! -e $path ]]; then
		dir=$(mktemp -d "$WORK/bump.XXXXXX")
		tar -x -C "$dir" -f "$(tarball "$VERSION")" || return
		mv "$dir/dm-remap-$VERSION" "$dir/dm-remap-$version"
		"$dir/dm-remap-$version/packaging/set-version" "$version" >/dev/null || return
		tar -cz -C "$dir" -f "$path" "dm-remap-$version"
		rm -rf "$dir"
	fi
	echo "$path"
}

# whole DIRECTORY SCRIPT TARBALL [RELEASE]: the directory is there when its packages are.
whole() {
	rm -rf "$1.new"
	"$2" "$3" "$1.new" "${@:4}" >/dev/null && mv -T "$1.new" "$1"
}

# debs VERSION, rpms VERSION [RELEASE]: prints the directory with those packages.
debs() {
	local dir=$PACKAGES/deb-$1
	[[ -d $dir ]] || whole "$dir" "$REPO/packaging/build-deb" "$(tarball "$1")" || return
	echo "$dir"
}

# A later release is made of another source, by one line.
rpms() {
	local dir=$PACKAGES/rpm-$1-${2:-1} tarball
	tarball=$(tarball "$1") || return
	if [[ ! -d $dir && ${2:-1} != 1 ]]; then
		tar -x -C "$WORK" -f "$tarball" || return
		echo "extern int release_$2;" >>"$WORK/dm-remap-$1/dm-remap-core/io.c"
		mkdir -p "$WORK/release-$2"
		tarball=$WORK/release-$2/${tarball##*/}
		tar -cz -C "$WORK" -f "$tarball" "dm-remap-$1" && rm -rf "$WORK/dm-remap-$1"
	fi
	[[ -d $dir ]] || whole "$dir" "$REPO/packaging/build-rpm" "$tarball" "${2:-1}" || return
	echo "$dir"
}

#
# For the tests that install packages in a chroot
#

# The version after this one, made of the same source.
# shellcheck disable=SC2034 # for the tests
NEXT=${VERSION%.*}.$((${VERSION##*.} + 1))

only_root() { ((EUID == 0)) || { echo "1..0 # SKIP only root can make a chroot" && exit 0; }; }

# for_chroot DIRECTORY PATTERN: from there into /out of the chroots.
for_chroot() {
	export OUT=$WORK/out
	mkdir -p "$OUT"
	find "$1" -name "$2" ! -name '*dbgsym*' -exec cp -t "$OUT" {} +
}

# in_chroot LABEL SUITE SCRIPT ARGUMENT...: what the script says there; its lines of TAP are numbered anew. One that checks
# nothing has failed.
in_chroot() {
	local label=$1 suite=$2 script=$3 status=0 line
	"$REPO/tests/packaging/chroot" run "$suite" "/repo/tests/packaging/long/$script" "${@:4}" >said 2>&1 </dev/null || status=$?
	while IFS= read -r line; do
		case $line in
		"ok "*) pass "$label: ${line#ok }" ;;
		"not ok "*) fail "$label: ${line#not ok }" ;;
		*) echo "# $line" ;;
		esac
	done <said
	grep -qE '^(not )?ok ' said || status="$status, without a check"
	is "$status" 0 "$label: all steps were taken"
}
