# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# summary: copies of the metadata come and go, with old content and new: right or refused, never stale
# timeout: 180

# shellcheck source=/dev/null
. "$VM_DIR/lib.sh"
# shellcheck source=/dev/null
. "$VM_DIR/tools/meta.sh"

load_core
make_null_blk main 4
make_null_blk spare 4
M=/dev/disk/main S=/dev/disk/spare D=/dev/mapper/r
LEN=$(sectors $M)
TABLE="0 $LEN remap $M 0 $S 0 1 confirm_ms=0"
RANDOM=${SEED:-4711}

dm_create r "0 $LEN remap $M 0 $S 0 2 format confirm_ms=0"
pattern_write $D 0 0 1
dmsetup message r 0 remap 0+30
dmsetup message r 0 remap 400+130
read_layout $S
cp /dev/null /run/history

# What a round makes bad: some 4 KiB of the metadata. The medium keeps its old
# content meanwhile and shows it again afterwards.
BAD=()
places() {
	local k
	for k in 0 1 2; do
		echo "$(table_block A $k) $(table_block B $k)"
	done
	echo "0 $SUPER_B"
}
mapfile -t PAIRS < <(places)

break_some() {
	local pair chance side
	BAD=()
	for pair in "${PAIRS[@]}"; do
		chance=$((RANDOM % 8))
		read -ra side <<<"$pair"
		case $chance in
		0 | 1) BAD+=("${side[0]}") ;;
		2 | 3) BAD+=("${side[1]}") ;;
		4) BAD+=("${side[@]}") ;;
		esac
	done
	local sector
	for sector in ${BAD[@]+"${BAD[@]}"}; do
		null_bad spare "+$(range "$sector" 8)"
	done
}

mend_all() {
	local sector
	for sector in ${BAD[@]+"${BAD[@]}"}; do
		null_bad spare "-$(range "$sector" 8)"
	done
	BAD=()
}

# What may be read: the last data written, and what a failed write may have left.
SEED=1 MAY=1
STARTED=0 REFUSED=0 STALE=
main_bad() { null_bad main "+$1-$1"; }

use_it() {
	local n=$((RANDOM % 3 + 1)) first=$((RANDOM % 900)) seed=$((SEED + 1)) sector
	# blocks move to the spare, where it is still allowed
	dmsetup message r 0 remap "$first+$((n * 8))" || true
	sector=$((RANDOM % LEN))
	main_bad $sector
	if pattern_write $D 0 0 $seed; then
		MAY=$seed
	else
		MAY+=,$seed
	fi
	SEED=$seed
	# A sector of main that went bad and could not be remapped is an error, rightly.
	null_bad main "-$sector-$sector"
}

right() { pattern_check $D 0 0 "$MAY" --errors-ok "0+$LEN" && readable; }
# Where an outcome is in doubt a block is an error until the next start; that
# is one block, or one batch, and not the disk.
readable() {
	local errors
	errors=$(pattern read-map $D 0 0 | awk '/error/ { n += $2 } END { print n + 0 }')
	((errors <= 33 * 8)) || { echo "$errors sectors do not read" && return 1; }
}

round() {
	if ! dmsetup create r <<<"$TABLE"; then
		[[ ! -e $D ]] || dmsetup remove r
		REFUSED=$((REFUSED + 1))
		return 0
	fi
	STARTED=$((STARTED + 1))
	right || STALE+=" $1 (start)"
	((RANDOM % 2)) || mend_all # errors that begin or end while the device runs
	((RANDOM % 2)) || { mend_all && break_some; }
	use_it
	right || STALE+=" $1 (use)"
	dmsetup status r
	dmsetup remove r
}

use_it
dmsetup remove r
ROUNDS=16
for ((i = 1; i <= ROUNDS; i++)); do
	mend_all
	break_some
	echo "round $i: bad at ${BAD[*]-}; may read $MAY"
	round $i
done
is "$STALE" "" "in $ROUNDS rounds nothing but the last data was read"
isnt "$STARTED" 0 "the device started in some of them ($STARTED, refused $REFUSED)"
mend_all
ok "with all copies there it starts" dm_create r "$TABLE"
ok "and every sector reads right" pattern_check $D 0 0 "$MAY"
dmsetup remove r

# Copies that were put back by hand, to what they were before later changes.
read_layout $S
area=$((8 * TABLE_BLOCKS))
raw_read $S "$TABLE_A" $area >/run/old.a
raw_read $S "$TABLE_B" $area >/run/old.b
raw_read $S 0 8 >/run/old.super
dm_create r "$TABLE"
ok "blocks are moved to the spare" dmsetup message r 0 remap 930+20
seed=$((SEED + 1))
ok "and written" pattern_write $D 0 0 $seed
dmsetup remove r
for copy in A B; do
	start=TABLE_$copy
	raw_write $S "${!start}" <"/run/old.${copy,}"
	ok "copy $copy of the table is as it was before: the device starts" dm_create r "$TABLE"
	ok "and all data is right" pattern_check $D 0 0 $seed
	dmsetup remove r
done
raw_write $S "$TABLE_A" </run/old.a
raw_write $S 0 </run/old.super
ok "copy A of table and superblock are as they were before: the device starts" dm_create r "$TABLE"
ok "and all data is right" pattern_check $D 0 0 $seed
dmsetup remove r
ok "both copies agree in the end" copies_agree $S
done_testing
