#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The rpm packages, as far as they can be built on Debian: docs/packaging.md.

# shellcheck source=/dev/null # it is beside
. "$(dirname "$0")/../lib.sh"

ok "the packages are built" rpms "$VERSION"
((STATUS == 0)) || done_testing
dir=$OUTPUT
export HOME=$WORK
dkms=$dir/dm-remap-dkms-$VERSION-1.noarch.rpm
tool=$dir/remapsetup-$VERSION-1.$(uname -m).rpm

is "$(cd "$dir" && echo *)" "dm-remap-$VERSION-1.src.rpm dm-remap-dkms-$VERSION-1.noarch.rpm $(basename "$tool")" \
	"the source, the modules, the tool, and nothing else"
try rpmlint -r "$REPO/packaging/rpm/dm-remap.rpmlintrc" "$dir"/*.rpm "$REPO/packaging/rpm/dm-remap.spec"
nothing "rpmlint finds nothing" "$(grep -E ': [EW]: ' <<<"$OUTPUT")"
is "$STATUS" 0 "and says so"
is "$(rpm -qpl "$dkms" | grep -c "^/usr/src/dm-remap-$VERSION-1/dkms.conf$")" 1 "the source is where DKMS looks for this release"
is "$(rpm2cpio "$dkms" | cpio -i --quiet --to-stdout "./usr/src/dm-remap-$VERSION-1/dkms.conf" | grep ^PACKAGE_VERSION)" \
	"PACKAGE_VERSION=\"$VERSION-1\"" "and says so itself"
for need in 'dkms >= 3.0.11' procps-ng bash coreutils gawk; do
	ok "the modules' package needs $need" grep -qx "$need" <(rpm -qp --requires "$dkms" | sort -u)
done
for need in coreutils sed; do
	ok "the tool's needs $need" grep -qx "$need" <(rpm -qp --requires "$tool" | sort -u)
done
is "$(rpm -qp --recommends "$tool")" "dm-remap-dkms >= $VERSION" "the tool asks for modules of its time"
is "$(rpm -qp --suggests "$tool")" mokutil "and mokutil, to which it sends people"
is "$(rpm -qp --recommends "$dkms")" "remapsetup >= $VERSION" "and the modules for a tool"
# Also --reinstall: rpm is at work already.
# untouched PACKAGE SCRIPT...
untouched() {
	local name=${1##*/} said
	name=${name%-"$VERSION"-*}
	said=$(rpm -qp --scripts --triggers --filetriggers "$1" 2>&1)
	is "$(sed -nE 's/^([a-z]+) (scriptlet|program).*/\1/p' <<<"$said" | sort | paste -sd ' ')" "${*:2}" "$name has these scripts and no others"
	nothing "$name: none touches what is loaded or running" "$(grep -nE -e "$TOUCHES" -e --reinstall <<<"$said")"
}
untouched "$dkms" postinstall preuninstall
untouched "$tool" postuninstall preuninstall
is "$(rpm -qpl "$tool" | grep -c '^/usr/sbin/remapsetup$')" 1 "the tool's package has the tool"
ok "and its manual" grep -q '/man8/remapsetup[.]8' <(rpm -qpl "$tool")
is "$(rpm -qpl "$tool" | grep -v '^/usr/share/licenses' | sort | uniq -d)" "" "each file once"
documents() { rpm -qp --docfiles "$1" | sed -n 's#^/usr/share/doc/[^/]*/##p' | sort; }
is "$(documents "$tool")" \
	"$(cd "$REPO" && printf '%s\n' README.md CHANGELOG.md SECURITY.md CONTRIBUTING.md docs/*.md docs/*.rst docs/ABI/* | sort)" \
	"the tool's package has all documents, where they name each other"
is "$(documents "$dkms" | grep -c '^docs/')" 5 "the modules' package has what is for them"
for package in "$dkms" "$tool"; do
	is "$(rpm -qpL "$package" 2>&1 | grep -c '/LICENSE$')" 1 "$(basename "$package"): the licence"
	rpm2cpio "$package" | cpio -t --quiet | sed 's/^\.//' >held
	nothing "$(basename "$package"): no directory of ours is nobody's" \
		"$(grep -oE '^.*/[^/]*(dm-remap|remapsetup)[^/]*/' held | sed 's#/$##' | sort -u | grep -vxFf <(rpm -qpl "$package"))"
done

done_testing
