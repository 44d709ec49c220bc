# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# What the checks share: which files there are, the kernel's sources, exceptions.

# tracked [PATHSPEC...]: files of the tree, and new ones that are not ignored;
# but for what is wrong on purpose. That is not for git to leave out: asked for
# one file without two folders, git 2.39 may leave out the file.
tracked() {
	local file
	git ls-files -co --exclude-standard -- "$@" |
		grep -vE '^tests/(lint/samples|vm/debug/bugs)/' |
		while read -r file; do
			[[ ! -f $file ]] || echo "$file"
		done
}

# What people have written: not the licence, nor what is data for a test.
written() { tracked ':!LICENSE' ':!*.patch' ':!tests/fuzz/corpus' ':!tests/vm/golden' ':!tests/tool/golden' ':!tests/fuzz/regressions'; }

# Folders with modules for the tests.
test_modules() {
	tracked 'tests/**/Kbuild' | sed 's,/Kbuild$,,'
}

# In the tests' folders only what their Kbuild names: the rest is for the host.
kernel_c() {
	local folder object
	tracked 'dm-remap-*/*.[ch]' 'include/**.h' 'compat/**.[ch]'
	for folder in $(test_modules); do
		grep -o '[^ ]*\.o\b' "$folder/Kbuild" | while read -r object; do
			tracked "$folder/${object%.o}.c"
		done
	done
}

host_c() {
	tracked '*.c' '*.h' | grep -vxFf <(kernel_c)
}

# By their first line, or a line for shellcheck in those that are sourced.
shell_scripts() {
	tracked | xargs awk 'FNR > 3 { nextfile }
		/^#!.*[\/ ](ba|da)?sh$|^# shellcheck shell=/ { print FILENAME; nextfile }'
}

# The kernel's sources; only needed by some checks.
linux() {
	[[ -n ${LINUX:-} ]] || LINUX=$(tests/vm/kernel source) || return 1
	echo "$LINUX"
}

# without_exceptions CHECK: drops what the file `exceptions` allows, and says
# which of its lines were not needed any more.
without_exceptions() {
	awk -v check="$1" '
	function glob(text) {
		gsub(/[.+()]/, "\\\\&", text)
		gsub(/[*]/, ".*", text)
		return "^" text "$"
	}
	allowed {
		if ($1 == check) {
			file[++n] = glob($2)
			text[n] = $3
			line[n] = FNR
		}
		next
	}
	{
		split($0, part, ":")
		for (i = 1; i <= n; i++)
			if (part[1] ~ file[i] && index($0, text[i])) {
				used[i] = 1
				next
			}
		print
	}
	END {
		for (i = 1; i <= n; i++)
			if (!used[i])
				print "tests/lint/exceptions:" line[i] ": not needed any more"
	}' allowed=1 tests/lint/exceptions allowed=0 -
}
