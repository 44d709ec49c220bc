#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# One version, and every place that says one agrees.

# shellcheck source=/dev/null # it is beside
. "$(dirname "$0")/../lib.sh"

ok "the places agree" "$REPO/packaging/set-version"
is "$OUTPUT" "$VERSION" "on the version of include/dm-remap/version.h"

for module in core scanner; do
	ok "dm-remap-$module has its MODULE_VERSION from there" \
		grep -q '^MODULE_VERSION(DM_REMAP_VERSION);$' "$REPO/dm-remap-$module/module.c"
done
nothing "and nothing else in the sources says a version of its own" \
	"$(grep -rnE "\"$VERSION\"" "$REPO"/{dm-remap-core,dm-remap-scanner,tools,include,compat} \
		--include='*.[ch]' | grep -v 'include/dm-remap/version.h:')"

# Each place for itself is noticed.
tar -x -f "$(tarball "$VERSION")"
tree=$WORK/dm-remap-$VERSION
for place in include/dm-remap/version.h dkms.conf packaging/debian/changelog packaging/rpm/dm-remap.spec CHANGELOG.md README.md \
	docs/dm-remap.rst docs/packaging.md; do
	cp "$tree/$place" kept
	sed -i "s/${VERSION//./\\.}/9.8.7/" "$tree/$place"
	refuse "another version in $place is noticed" "$tree/packaging/set-version"
	cp kept "$tree/$place"
done

ok "a new version is written" "$tree/packaging/set-version" 9.8.7
ok "to all places" "$tree/packaging/set-version"
is "$OUTPUT" 9.8.7 "which agree on it"
is "$(dpkg-parsechangelog -l "$tree/packaging/debian/changelog" -S Version)" 9.8.7-1 "Debian's changelog can be read"
before=$(cd "$tree" && find . -type f -exec sha256sum {} + | sort)
refuse "what is no version is refused" "$tree/packaging/set-version" 1.2-3
is "$(cd "$tree" && find . -type f -exec sha256sum {} + | sort)" "$before" "and changes nothing"

done_testing
