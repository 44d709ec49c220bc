#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# "make modules_install" ends with depmod, for the kernel that was built for: the headers of a kernel that stand for it here
# have none of their own, as Debian's.

# shellcheck source=/dev/null # it is beside
. "$(dirname "$0")/../lib.sh"

mkdir -p headers/include/config
echo 9.9.9-test >headers/include/config/kernel.release
printf 'modules modules_install clean:\n\t@echo "kernel $@" >>%s\n\t@! test -e %s\n' "$WORK/calls" "$WORK/fail" >headers/Makefile
printf '#!/bin/sh\necho "depmod $*" >>%s\n' "$WORK/calls" >depmod
chmod 755 depmod

# install TEXT EXPECTED OPTION...
install() {
	: >calls
	ok "$1" make -C "$REPO" -s KDIR="$WORK/headers" DEPMOD="$WORK/depmod" "${@:3}"
	is "$(paste -sd , calls)" "$2" "does what it should, in order"
}

install "modules" "kernel modules" modules
install "modules_install" "kernel modules_install,depmod -a 9.9.9-test" modules_install
install "in another place" "kernel modules_install,depmod -a -b /nowhere 9.9.9-test" modules_install INSTALL_MOD_PATH=/nowhere
touch fail
: >calls
refuse "when the kernel's fails" make -C "$REPO" -s KDIR="$WORK/headers" DEPMOD="$WORK/depmod" modules_install
is "$(paste -sd , calls)" "kernel modules_install" "depmod is not run"

done_testing
