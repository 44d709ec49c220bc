# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# summary: random operations, faults and power cuts against a model of every sector
# timeout: 240
# mem: 1G

# A short run with fixed seeds; tests/torture/run is the long one.

# shellcheck source=/dev/null
. "$VM_DIR/lib.sh"
# shellcheck source=tests/torture/guest.sh
. "$VM_DIR/../torture/guest.sh"

torture_setup
for i in "${!PROFILES[@]}"; do
	torture_ok "${PROFILES[i]}: no violation" --profile "$i" --seed $((i + 1)) --episodes 1 \
		--ops 1500 --shrink 30
done
done_testing
