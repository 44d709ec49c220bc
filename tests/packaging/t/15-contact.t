#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# One maintainer and one page of the project, and every place that says them agrees.

# shellcheck source=/dev/null # it is beside
. "$(dirname "$0")/../lib.sh"

ok "the places agree" "$REPO/packaging/set-contact"

tar -x -f "$(tarball "$VERSION")"
cd "dm-remap-$VERSION" || exit 1
files=(packaging/debian/{control,copyright,changelog} packaging/rpm/dm-remap.spec)
# shellcheck source=packaging/contact
address=$(. packaging/contact && sed 's/.*<//; s/>.*//' <<<"$MAINTAINER")
is "$(grep -rlF "$address" packaging | sort | xargs)" "$(printf '%s\n' packaging/contact "${files[@]}" | sort | xargs)" \
	"and there are no others"

for file in "${files[@]}"; do
	cp "$file" kept
	sed -i "0,/$address/s//else@example.net/" "$file"
	refuse "another address in $file is noticed" packaging/set-contact
	cp kept "$file"
done
rm kept

before=$(sha256sum packaging/debian/* packaging/rpm/* 2>/dev/null)
ok "writing what is there already" packaging/set-contact --write
is "$(sha256sum packaging/debian/* packaging/rpm/* 2>/dev/null)" "$before" "changes nothing"

ok "a new version" packaging/set-version 9.8.7
cat >packaging/contact <<'END'
MAINTAINER='Jane O. "J/&\" Doe <jane@example.org>'
HOMEPAGE='https://example.org/dm-remap?a&b'
END
refuse "another maintainer and a page are noticed" packaging/set-contact
ok "and written" packaging/set-contact --write
ok "to all places" packaging/set-contact
jane='Jane O. "J/&\" Doe <jane@example.org>'
is "$(dpkg-parsechangelog -l packaging/debian/changelog -S Maintainer)" "$jane" "Debian's changelog names her"
is "$(dpkg-parsechangelog -l packaging/debian/changelog --count 1 --offset 1 -S Maintainer | sed 's/.*<//')" "$address>" \
	"and who made the entry before it"
is "$(grep -cE '^Homepage: https://example.org/dm-remap\?a&b$' packaging/debian/control)" 1 "the page is in the control file"
try rpmspec -q --nodebuginfo --srpm --qf '%{URL}' --define "_dbpath $WORK/db" packaging/rpm/dm-remap.spec
is "$OUTPUT" "https://example.org/dm-remap?a&b" "and in the spec"
sed -i 's/^HOMEPAGE=.*/HOMEPAGE=/' packaging/contact
ok "a page that is gone" packaging/set-contact --write
nothing "is gone everywhere" "$(grep -rn 'example.org/dm' packaging)"

before=$(sha256sum "${files[@]}")
for wrong in "MAINTAINER=jane" "MAINTAINER='Jane <jane>'" "HOMEPAGE=example.org"; do
	cp packaging/contact kept
	echo "$wrong" >>packaging/contact
	refuse "$wrong is refused" packaging/set-contact --write
	cp kept packaging/contact
done
is "$(sha256sum "${files[@]}")" "$before" "and nothing was written"

done_testing
