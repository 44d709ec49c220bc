# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# summary: seven sectors in a hundred are bad and nobody knows them: no reason to call the disk silent
# timeout: 90

# Control reads go to random places, of which these are many. Two of three have to answer: every
# seventieth time they do not, so some hundred repairs tell.

# shellcheck source=/dev/null
. "$VM_DIR/lib.sh"

M=/dev/disk/main S=/dev/disk/spare D=/dev/mapper/r
OPTIONS="confirm_ms=0 storm_limit=1000000"
LEN=7168 # sectors in use; null_blk knows at most 512 bad places
RANDOM=${SEED:-7}

# mode and state; remapped and lost
state_of() { dmsetup status r | cut -d' ' -f4,5; }
field() { dmsetup status r | cut -d' ' -f"$1"; }
events() { dmsetup info -c --noheadings -o events r; }

# choose: BAD, a list of 500 different sectors in order
choose() {
	local -A chosen=()
	while ((${#chosen[@]} < 500)); do
		chosen[$((RANDOM % LEN))]=1
	done
	mapfile -t BAD < <(printf '%s\n' "${!chosen[@]}" | sort -n)
}

# bad + | -
bad() {
	local sector list=()
	for sector in "${BAD[@]}"; do
		list+=("$1$sector-$sector")
	done
	null_bad main "${list[@]}"
}

blocks() { printf '%s\n' "${BAD[@]}" | awk '{ print int($1 / 8) }' | sort -nu; }
listed() {
	local from=0 answer
	while [[ $from ]]; do
		answer=$(dmsetup message r 0 list "$from")
		from=$(sed -n 's/^more //p' <<<"$answer")
		sed '/^more/d; s/ .*//' <<<"$answer"
	done
}
silent() { log_since | grep "does not answer"; }

# verdict TEXT: the right blocks are remapped, and nothing else happened.
verdict() {
	is "$(state_of)" "rw normal" "$1: the state is normal"
	fails "$1: and never was another" silent
	is "$(listed)" "$(blocks)" "$1: just the blocks with bad sectors were remapped"
}

# start: main has seed 1 in all sectors
start() {
	make_null_blk main 4
	make_null_blk spare 16
	pattern_write $M 0 $LEN 1
	choose
	dm_create r "0 $LEN remap $M 0 $S 0 3 format $OPTIONS"
	bad +
	log_mark
}

again() {
	bad -
	dmsetup remove r
	dm_create r "0 $LEN remap $M 0 $S 0"
}

end() {
	dmsetup remove r
	remove_null_blk main
	remove_null_blk spare
}

load_core

start
ok "writes of one block: all succeed" pattern_write $D 0 0 2 --bs 4096
verdict "writes of one block"
ok "writes of one block: the data is there" pattern_check $D 0 0 2
again
ok "writes of one block: after another activation too" pattern_check $D 0 0 2
end

start
ERRORS=$(printf ',%s+1' "${BAD[@]}")
ok "reads: just the bad sectors are lost" pattern_check $D 0 0 1 --bs 4096 --errors "${ERRORS#,}"
verdict "reads"
is "$(field 10)" 500 "reads: 500 sectors are lost"
again
ok "reads: so they are after another activation, although the disk reads" \
	pattern_check $D 0 0 1 --errors "${ERRORS#,}"
ok "reads: retry rescues them" dmsetup message r 0 retry 0+$((LEN / 8))
ok "reads: all data is there" pattern_check $D 0 0 1
end
done_testing
