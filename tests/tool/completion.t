#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Completion in bash, asked as bash asks.

# shellcheck source=tests/tool/lib.sh
. "$(dirname "$0")/lib.sh"

mkdir -p bin sys/dm-0/dm sys/dm-1/dm sys/dm-2/dm
cp "$TOOL" bin/remapsetup
echo REMAP-00-safe >sys/dm-0/dm/uuid
echo safe >sys/dm-0/dm/name
echo LVM-00 >sys/dm-1/dm/uuid
echo vg-root >sys/dm-1/dm/name
echo REMAP-11-second >sys/dm-2/dm/uuid
echo second >sys/dm-2/dm/name
export PATH=$WORK/bin:$PATH REMAPSETUP_SYSFS=$WORK/sys

# shellcheck source=tools/completion/remapsetup
. "$here/../../tools/completion/remapsetup"
is "$(complete -p remapsetup)" "complete -o filenames -F _remapsetup remapsetup" "bash knows of it"

# completes WORD...: what the last one may become
completes() {
	COMP_WORDS=(remapsetup "$@")
	COMP_CWORD=$#
	local previous=remapsetup
	(($# < 2)) || previous=${COMP_WORDS[COMP_CWORD - 1]}
	_remapsetup remapsetup "${COMP_WORDS[COMP_CWORD]}" "$previous"
	printf '%s\n' "${COMPREPLY[@]}" | sort | tr '\n' ' ' | sed 's/ $//'
}

is "$(completes re)" "recover relocate remap repair replace-spare restore" "commands"
is "$(completes '' | tr ' ' '\n' | grep -c .)" "$(($(remapsetup --help | grep -cE '^  [a-zA-Z-]+ ') + 2))" "all of them"
is "$(completes --v)" "--version" "options without a command"
is "$(completes close --)" "--cancel-deferred --deferred --help --verbose --version" "options of one"
is "$(completes import safe --b)" "--badblocks --block-size" "behind an argument"
is "$(completes status '')" "safe second" "names of open devices"
is "$(completes close s)" "safe second" "and of those alone"
is "$(completes remap sa)" "safe" "that begin so"
is "$(completes remap safe '')" "" "a range is not known"
is "$(completes scan st)" "start status stop" "what scan can do"
is "$(completes scan start se)" "second" "with which"
is "$(completes guard safe o)" "off on" "what guard can do"
is "$(completes replace-spare sa)" "safe" "which gets another spare"
is "$(completes scan --progress-frequency 5 start se)" "second" "whatever stands before it"
touch spare.img other.img
is "$(completes check sp)" "spare.img" "a spare"
is "$(completes check --data-device o)" "other.img" "a main device"
is "$(completes open spare.img '')" "" "a new name is not known"
is "$(completes import safe other)" "other.img" "a file"
is "$(completes restore other)" "other.img" "a file, first"
is "$(completes restore other.img sp)" "spare.img" "then a spare"
is "$(completes metrics --output sp)" "spare.img" "a file to write"
is "$(completes status --output s)" "" "columns are no files, nor names"
printf '# people\n\nboots UUID=1 - nofail\n  later\t/dev/x\n' >tab
export REMAPSETUP_TAB=$WORK/tab
is "$(completes attach '')" "boots later" "names of remaptab"
mkdir directory
is "$(completes monitor --backup-dir d)" "directory" "a directory"
for verb in $(remapsetup --help | sed -n '/^Commands:/,/^$/s/^  \([a-zA-Z-]*\) .*/\1/p'); do
	is "$(completes "$verb" -- | tr ' ' '\n')" "$(remapsetup "$verb" --help | sed -n '/^Options:/,$p' | grep -oE '^ +(-., )?--[a-z-]+' | grep -oE -- '--[a-z-]+' | sort)" "all options of $verb"
done
done_testing
