#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The tarball of a release: the same bytes twice, whoever makes it, and every file says its licence.

# shellcheck source=/dev/null # it is beside
. "$(dirname "$0")/../lib.sh"

# A copy, so that the checkout of whoever runs this stays as it is.
# not --shared: a checkout of limited depth cannot be shared
git -c advice.detachedHead=false clone -q "file://$REPO" clone
first=$(clone/packaging/dist first 2>/dev/null)
sleep 1.1
second=$(cd / && umask 077 && TZ=Asia/Tokyo LC_ALL=C.UTF-8 "$WORK/clone/packaging/dist" "$WORK/second" 2>/dev/null)
ok "the same bytes at another time, with another umask, time zone and locale" cmp "$first" "$second"

# As somebody has it who works on Windows too. What is in the work tree is looked at only for changes.
git -C clone config core.autocrlf true
other=$(TAR_OPTIONS=--owner=1000 GZIP=-1 clone/packaging/dist other 2>/dev/null)
ok "the same bytes with git's autocrlf, and options for tar and gzip" cmp "$first" "$other"
git -C clone config --unset core.autocrlf

# As somebody has it who looks at signatures, and has rules of their own for files, for all repositories and for this one.
printf '%s\n' '*.md export-ignore' '*.c ident filter=upper' 'Makefile text eol=crlf' 'LICENSE export-ignore' >attributes
cp attributes clone/.git/info/attributes
mkdir template && touch template/junk
cat "${GIT_CONFIG_GLOBAL:-/dev/null}" >config
cat >>config <<END
[log]
	showSignature = true
	showRoot = false
[core]
	attributesFile = $WORK/attributes
	eol = crlf
	safecrlf = true
	quotePath = true
[tar]
	umask = 0777
[filter "upper"]
	smudge = tr a-z A-Z
	required = true
[init]
	templateDir = $WORK/template
	defaultObjectFormat = sha256
[color]
	ui = always
[gpg]
	program = $WORK/gpg
END
printf '#!/bin/sh\necho "gpg: signature"\n' >gpg
chmod 755 gpg
# A signature is part of the commit: here of one that says the same otherwise.
signed=$(git -C clone cat-file commit HEAD | sed 's/^committer .*/&\ngpgsig -----BEGIN PGP SIGNATURE-----\n \n x\n -----END PGP SIGNATURE-----/' |
	git -C clone hash-object -t commit -w --stdin)
git -C clone update-ref refs/heads/signed "$signed"
git -C clone symbolic-ref HEAD refs/heads/signed
own=$(export GIT_CONFIG_GLOBAL=$WORK/config && clone/packaging/dist own 2>/dev/null)
ok "the same bytes with a signature that git shows, attributes, filters and a template" cmp "$first" "$own"
rm clone/.git/info/attributes

find clone -exec touch {} +
chmod -R g+w clone
touch clone/tests/deps.o clone/tests/junk
third=$(clone/packaging/dist third 2>said)
ok "and from a checkout with files that do not belong to it" cmp "$first" "$third"
ok "which is said" grep -q 'not committed' said
is "$(stat -c %a "$first")" 644 "it can be read by all"
version=$(clone/packaging/set-version)
is "$(basename "$first")" "dm-remap-$version.tar.gz" "its name has the version"
is "$(tar -tf "$first" | cut -d/ -f1 | sort -u)" "dm-remap-$version" "and so has its one directory"
is "$(tar -tvf "$first" --numeric-owner | awk '{ print $2 }' | sort -u)" 0/0 "it belongs to nobody"
is "$(tar -tf "$first" | grep -v '/$' | cut -d/ -f2- | LC_ALL=C sort)" "$(git -C clone ls-files | LC_ALL=C sort)" \
	"it has the files of the commit, all and no others"
fourth=$(clone/packaging/dist --worktree fourth)
is "$(tar -tf "$fourth" | grep -c '/tests/\(junk\|deps\.o\)$')" 1 "--worktree takes new files, but none that git ignores"

#
# Licence: in the first lines, or by a rule of REUSE.toml (https://reuse.software) for files that have no
# place for it.
#
# shellcheck disable=SC2153 # of lib.sh
tar -xf "$(tarball "$VERSION")"
cd "dm-remap-$VERSION" || exit 1

patterns() { sed -n '/^path = \[/,/^]/s/^\t"\(.*\)",$/\1/p' REUSE.toml; }

# matching FILE: the patterns that it falls under.
matching() {
	local file=$1 pattern
	while read -r pattern; do
		# shellcheck disable=SC2053 # it is a pattern; ** there is * here
		[[ $file != ${pattern//\*\*/*} ]] || echo "$pattern"
	done < <(patterns)
}

covered() { [[ $(matching "$1") ]]; }

unlicensed() {
	local file
	find . -type f -printf '%P\n' | sort | while read -r file; do
		head -n 5 "$file" | grep -qa 'SPDX-License-Identifier: GPL-2.0' || covered "$file" || echo "$file"
	done
}

nothing "every file says its licence" "$(unlicensed)"
echo "int x;" >tools/new.c
is "$(unlicensed)" tools/new.c "a file that does not is noticed"
rm tools/new.c
# Those without which a file would not say its licence.
needed() {
	local file
	find . -type f -printf '%P\n' | while read -r file; do
		head -n 5 "$file" | grep -qa 'SPDX-License-Identifier: GPL-2.0' || matching "$file"
	done | sort -u
}
nothing "each rule of REUSE.toml is needed" "$(comm -23 <(patterns | sort) <(needed))"
sed -i '0,/^path = \[$/s//&\n\t"tools\/*.c",/' REUSE.toml
is "$(comm -23 <(patterns | sort) <(needed))" 'tools/*.c' "one that is not is noticed"

done_testing
