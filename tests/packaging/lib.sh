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

nr=0 failed=0

pass() { nr=$((nr + 1)) && echo "ok $nr - $1"; }

# fail TEXT [WHY]
fail() {
	nr=$((nr + 1)) failed=$((failed + 1))
	echo "not ok $nr - $1"
	[[ -z ${2:-} ]] || echo "# ${2//$'\n'/$'\n'# }"
}

is() { if [[ $1 == "$2" ]]; then pass "$3"; else fail "$3" "got '$1', expected '$2'"; fi; }

# try COMMAND...: its status in STATUS, all it says in OUTPUT.
try() { OUTPUT=$("$@" 2>&1 </dev/null) && STATUS=0 || STATUS=$?; }

# ok TEXT COMMAND...
ok() {
	local text=$1
	shift
	try "$@"
	if ((STATUS == 0)); then pass "$text"; else fail "$text" "$* exited with $STATUS: $OUTPUT"; fi
}

# refuse TEXT COMMAND...
refuse() {
	local text=$1
	shift
	try "$@"
	if ((STATUS != 0)); then pass "$text"; else fail "$text" "$* succeeded: $OUTPUT"; fi
}

# nothing TEXT OUTPUT: there is none
nothing() { if [[ -z $2 ]]; then pass "$1"; else fail "$1" "$2"; fi; }

done_testing() {
	echo "1..$nr"
	exit $((failed > 0))
}

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

# debs VERSION, rpms VERSION [RELEASE]: prints the directory with those packages.
debs() {
	local dir=$PACKAGES/deb-$1
	[[ -d $dir ]] || "$REPO/packaging/build-deb" "$(tarball "$1")" "$dir" >/dev/null || return
	echo "$dir"
}

rpms() {
	local dir=$PACKAGES/rpm-$1-${2:-1}
	[[ -d $dir ]] || "$REPO/packaging/build-rpm" "$(tarball "$1")" "$dir" "${2:-1}" >/dev/null || return
	echo "$dir"
}
