# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Sourced by the tests in the guest, after tests/vm/lib.sh.

# shellcheck source=tests/torture/where.sh
. "$VM_DIR/../torture/where.sh"

torture_find() {
	TORTURE=$(torture_dir "$VM_TREE")
	[[ -x $TORTURE/torture ]] || bail "not built: run tests/torture/run --build for this kernel"
}

torture_setup() {
	torture_find
	load_core
	insmod "$TORTURE/testdisk.ko"
}

# torture ARGUMENT...: what it prints becomes diagnostics at once.
torture() {
	local status=0
	"$TORTURE/torture" "$@" 2>&1 | sed -u 's/^/# /' >&3 || status=$?
	return "$status"
}

# torture_ok TEXT ARGUMENT...
torture_ok() {
	local text=$1
	shift
	if torture "$@"; then
		pass "$text"
	else
		fail "$text"
	fi
}

PROFILES=(calm faults outages bad-spare bad-table full all)

# torture_profiles SECONDS SEED SHRINK: a share of the time for each kind of trouble
torture_profiles() {
	local share=$(($1 / ${#PROFILES[@]})) seed=$2 shrink=$3 i
	for i in "${!PROFILES[@]}"; do
		torture_ok "${PROFILES[i]}, $share s, seeds from $seed" --profile "$i" --time "$share" \
			--seed "$seed" --shrink "$shrink"
	done
}

#
# Mutations
#

torture_mutants() {
	torture_find
	modprobe -a dm-mod
	modprobe -q libcrc32c || true
	insmod "$TORTURE/testdisk.ko"
}

# mutant NAME MODULE PROFILE SECONDS KINDS: expects a violation of one of these kinds.
mutant() {
	local name=$1 kinds=$5 found began=$SECONDS
	insmod "$2"
	"$TORTURE/torture" --profile "$3" --time "$4" --seed 1 >/run/mutant 2>&1 || true
	found=$(grep -m1 -A1 'VIOLATION in episode' /run/mutant | sed -n 2p || true)
	if [[ -z $found ]]; then
		fail "$name: NOT NOTICED in $4 s"
		diag "$(tail -n 15 /run/mutant)"
	elif [[ " $kinds " != *" ${found%%:*} "* ]]; then
		fail "$name: noticed, but not as $kinds: $found"
	else
		pass "$name: $found ($((SECONDS - began)) s)"
	fi
	rmmod dm_remap_core
}
