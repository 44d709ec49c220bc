#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What remapsetup says of a module that is missing, or that Secure Boot refuses: on a made-up /sys, /proc and /lib.

# shellcheck source=/dev/null # it is beside
. "$(dirname "$0")/../lib.sh"

ok "the diagnosis is built alone" gcc -D_GNU_SOURCE -Wall -Wextra -Werror -fsanitize=address,undefined -g \
	-o refused "$REPO/tests/packaging/refused.c" "$REPO/tools/module_refused.c"

K=6.1.0-test
fresh() {
	rm -rf root
	mkdir -p root/lib/modules/$K root/sys/kernel/security root/sys/module/module/parameters root/proc/sys/kernel root/var/lib
	echo "updates/dkms/dm-remap-core.ko.xz: kernel/drivers/md/dm-mod.ko" >root/lib/modules/$K/modules.dep
	echo "[none] integrity confidentiality" >root/sys/kernel/security/lockdown
	echo N >root/sys/module/module/parameters/sig_enforce
	echo 0 >root/proc/sys/kernel/modules_disabled
}

says() {
	local text=$1 pattern=$2
	try ./refused root $K
	if [[ $STATUS -eq 0 && $OUTPUT == *$pattern* ]]; then pass "$text"; else fail "$text" "$OUTPUT"; fi
}

fresh
says "installed, nothing forbids it: the log" "see what 'modprobe dm-remap-core' and dmesg say"

rm root/lib/modules/$K/modules.dep
says "no modules at all" "not installed for this kernel, $K: install the package dm-remap-dkms"
echo "kernel/x.ko: updates/dkms/dm-remap-core.ko" >root/lib/modules/$K/modules.dep
says "named only as what another depends on" "not installed for this kernel"
echo "updates/dkms/my-dm-remap-core.ko:" >root/lib/modules/$K/modules.dep
says "a module with a longer name" "not installed for this kernel"
{ printf 'kernel/long.ko: '; head -c 20000 /dev/zero | tr '\0' 'x'; echo; echo "extra/dm-remap-core.ko:"; } \
	>root/lib/modules/$K/modules.dep
says "behind a very long line" "see what 'modprobe"

fresh
echo 1 >root/proc/sys/kernel/modules_disabled
says "loading is switched off" "kernel.modules_disabled = 1"

for level in "none [integrity] confidentiality" "none integrity [confidentiality]"; do
	fresh
	echo "$level" >root/sys/kernel/security/lockdown
	says "lockdown, $level: no key" "makes a key (none was found here)"
	says "there may be another reason" "if dmesg names the signature, a key or lockdown and no other reason"
	mkdir -p root/var/lib/shim-signed/mok && touch root/var/lib/shim-signed/mok/MOK.der
	says "with the key of shim, as on Ubuntu" "mokutil --import /var/lib/shim-signed/mok/MOK.der"
	mkdir -p root/var/lib/dkms && touch root/var/lib/dkms/mok.pub
	says "with one of DKMS's own" "mokutil --import /var/lib/dkms/mok.pub"
done
fresh
echo Y >root/sys/module/module/parameters/sig_enforce
says "signatures are enforced without lockdown" "loads only modules with a signature that it knows"

done_testing
