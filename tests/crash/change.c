// SPDX-License-Identifier: GPL-2.0-only
#include "change.h"
#include "judge.h"

const char * const change_names[CHANGES] = {
	"add", "add with loss", "move", "move with loss", "clear", "back", "bad", "forget", "bury",
};

static struct remap_metadata * const md = &recover_md;

const char *change_outcome(const struct change *c)
{
	static const char * const names[] = {
		[REMAP_HAPPENED] = "happened",
		[REMAP_DID_NOT_HAPPEN] = "did not happen",
		[REMAP_IN_DOUBT] = "is in doubt",
	};

	return names[c->outcome];
}

bool change_allows(const struct change *c, u64 map, u32 event)
{
	u32 i;

	for (i = 0; i < c->nr_maps; i++)
		if (map == c->maps[i].map && event >= c->maps[i].from && event < c->maps[i].until)
			return true;
	return false;
}

/* What is written from now on makes it @map. */
static void begins(struct change *c, u64 map)
{
	c->maps[c->nr_maps].map = map;
	c->maps[c->nr_maps].from = disk_recorded();
	c->maps[c->nr_maps++].until = U32_MAX;
}

static void ends(struct change *c, enum remap_outcome outcome)
{
	u32 last = c->nr_maps - 1;

	if (outcome == REMAP_HAPPENED)
		c->maps[last - 1].until = disk_recorded();
	else if (outcome == REMAP_DID_NOT_HAPPEN)
		c->maps[last].until = disk_recorded();
	if (last == 1)
		c->outcome = outcome;
}

/* In memory stands what happened, and nothing else. */
static void commit(struct remap_change *changes, u32 nr)
{
	struct remap_disk_entry old[REMAP_BATCH];
	u32 i;

	for (i = 0; i < nr; i++)
		old[i] = *remap_metadata_truth(md, changes[i].spare);
	remap_metadata_commit(md, changes, nr);
	for (i = 0; i < nr; i++) {
		bool happened = changes[i].outcome == REMAP_HAPPENED;

		if (memcmp(remap_metadata_truth(md, changes[i].spare),
			   happened ? &changes[i].entry : &old[i], sizeof(*old)))
			violated("a change that %s is %s in memory", happened ? "happened" :
				 "did not happen or is in doubt", happened ? "not" : "visible");
	}
}

static void step(struct change *c, struct remap_change *change, u64 map)
{
	begins(c, map);
	commit(change, 1);
	ends(c, change->outcome);
}

/*
 * What there is
 */

static bool is_good(u32 spare)
{
	return remap_metadata_block_state(md, spare) == REMAP_BLOCK_GOOD;
}

static bool is_place(u32 spare)
{
	const struct remap_disk_entry *e = remap_metadata_truth(md, spare);

	return remap_metadata_block_state(md, spare) != REMAP_BLOCK_DEAD &&
	       e->state == REMAP_ENTRY_MAPPED && recover_place[e->main_block] == spare;
}

static bool is_superseded(u32 spare)
{
	return remap_metadata_block_state(md, spare) != REMAP_BLOCK_DEAD &&
	       remap_metadata_truth(md, spare)->state == REMAP_ENTRY_MAPPED && !is_place(spare);
}

static bool is_free(u32 spare)
{
	return is_good(spare) && remap_metadata_truth(md, spare)->state == REMAP_ENTRY_FREE;
}

static bool has_loss(u32 spare)
{
	return is_good(spare) && is_place(spare) && remap_metadata_truth(md, spare)->lost;
}

static bool may_go_back(u32 spare)
{
	return is_good(spare) && is_place(spare) && !remap_metadata_truth(md, spare)->lost;
}

static bool is_rescuable(u32 spare)
{
	return is_place(spare) && recover_rescuable[remap_metadata_truth(md, spare)->main_block];
}

/* One in the table block that is preferred, or after it; or none. */
static u32 find(bool (*is)(u32 spare), u32 prefer)
{
	u32 n = md->super.spare_blocks, i;

	for (i = 0; i < n; i++) {
		u32 spare = (prefer % md->super.table_blocks * REMAP_ENTRIES_PER_BLOCK + i) % n;

		if (is(spare))
			return spare;
	}
	return REMAP_NO_SPARE;
}

/* The other choice that is in it. */
static u32 another(u32 prefer)
{
	return prefer / md->super.table_blocks;
}

static u64 not_lost(u64 lost)
{
	u64 left = remap_format_full_mask(&md->super) & ~lost;

	return left & -left;
}

static u64 weight(const struct remap_change *c)
{
	const struct remap_disk_entry *e = &c->entry;

	return recover_weight(e->main_block, c->spare, e->lost,
			      e->flags & REMAP_ENTRY_RESCUABLE);
}

/* In the map as it was loaded. */
static u64 weight_of(u32 spare)
{
	struct remap_change c = { .spare = spare, .entry = *remap_metadata_truth(md, spare) };

	return weight(&c);
}

/*
 * Kinds
 */

static bool add(struct change *c, u32 prefer, u64 lost)
{
	struct remap_change change = { .spare = find(is_free, prefer) };
	u32 n = geometry.main_sectors / geometry.block_sectors, block;

	for (block = 0; block < n; block++)
		if (recover_place[block] == REMAP_NO_SPARE)
			break;
	if (change.spare == REMAP_NO_SPARE || block == n)
		return false;
	change.entry.main_block = block;
	change.entry.state = REMAP_ENTRY_MAPPED;
	change.entry.lost = lost;
	change.entry.reason = lost ? REMAP_REASON_READ_ERROR : REMAP_REASON_WRITE_ERROR;
	change.entry.flags = lost ? REMAP_ENTRY_RESCUABLE : 0;
	step(c, &change, c->maps[0].map + weight(&change));
	return true;
}

static void give_up(struct change *c, u32 spare, bool bad, u64 map)
{
	struct remap_change change = { .spare = spare };

	if (!is_good(spare))
		return;		/* it goes with its table block */
	if (bad) {
		change.entry.state = REMAP_ENTRY_BAD;
		change.entry.reason = REMAP_REASON_SPARE_FAILED;
		map += recover_bad_weight(spare);
	}
	step(c, &change, map);
}

static bool move(struct change *c, u32 prefer, bool loss)
{
	u32 from = find(is_place, another(prefer));
	struct remap_change change = { .spare = find(is_free, prefer) };
	u64 map, more = 0;

	if (from == REMAP_NO_SPARE || change.spare == REMAP_NO_SPARE)
		return false;
	change.entry = *remap_metadata_truth(md, from);
	change.entry.reason = REMAP_REASON_SPARE_FAILED;
	if (loss)
		more = not_lost(change.entry.lost);
	change.entry.lost |= more;
	if (more)
		change.entry.flags &= ~REMAP_ENTRY_RESCUABLE;
	map = c->maps[0].map - weight_of(from) + weight(&change);
	step(c, &change, map);
	if (change.outcome == REMAP_HAPPENED)
		give_up(c, from, loss, map);
	return true;
}

static bool clear(struct change *c, u32 prefer)
{
	struct remap_change change = { .spare = find(has_loss, prefer) };
	u64 map = c->maps[0].map;

	if (change.spare == REMAP_NO_SPARE)
		return false;
	change.entry = *remap_metadata_truth(md, change.spare);
	change.entry.lost &= another(prefer) & 1 ? change.entry.lost - 1 : 0;
	step(c, &change, map - weight_of(change.spare) + weight(&change));
	return true;
}

/* An older entry of the block would be the winner then. */
static bool back(struct change *c, u32 prefer)
{
	struct remap_change change = { .spare = find(may_go_back, prefer) };

	if (change.spare == REMAP_NO_SPARE || find(is_superseded, 0) != REMAP_NO_SPARE)
		return false;
	step(c, &change, c->maps[0].map - weight_of(change.spare));
	return true;
}

static bool bad(struct change *c, u32 prefer)
{
	u32 spare = find(is_free, prefer);

	if (spare == REMAP_NO_SPARE)
		return false;
	give_up(c, spare, true, c->maps[0].map);
	return true;
}

static bool commit_forgotten(struct remap_change *changes, u32 nr)
{
	bool happened = true;
	u32 i;

	remap_metadata_commit(md, changes, nr);
	for (i = 0; i < nr; i++)
		happened &= changes[i].outcome == REMAP_HAPPENED;
	return happened;
}

static bool forget_entries(void)
{
	struct remap_change changes[REMAP_BATCH];
	bool happened = true;
	u32 nr = 0, i;

	for (i = 0; i < md->super.spare_blocks; i++) {
		struct remap_disk_entry *e = remap_metadata_truth(md, i);

		if (!(e->flags & REMAP_ENTRY_RESCUABLE))
			continue;
		e->flags &= ~REMAP_ENTRY_RESCUABLE;
		if (!is_place(i))
			continue;
		if (!is_good(i)) {
			happened = false;
			continue;
		}
		changes[nr].spare = i;
		changes[nr++].entry = *e;
		if (nr == REMAP_BATCH) {
			happened &= commit_forgotten(changes, nr);
			nr = 0;
		}
	}
	return (!nr || commit_forgotten(changes, nr)) && happened;
}

static void go_on_forgetting(void)
{
	if (!(md->super.flags & REMAP_SUPER_FORGET) || !forget_entries() ||
	    md->mode != REMAP_MODE_RW)
		return;
	md->super.flags &= ~REMAP_SUPER_FORGET;
	remap_super_write(md);
}

/* Once FORGET is durable nothing is rescuable, whatever the entries say. */
static bool forget(struct change *c)
{
	u64 map = c->maps[0].map;
	bool any = false;
	u32 i;

	for (i = 0; i < md->super.spare_blocks; i++) {
		const struct remap_disk_entry *e = remap_metadata_truth(md, i);

		if (!is_rescuable(i))
			continue;
		any = true;
		map += recover_weight(e->main_block, i, e->lost, false) - weight_of(i);
	}
	if (!any || md->mode != REMAP_MODE_RW)
		return false;
	md->super.flags |= REMAP_SUPER_FORGET;
	begins(c, map);
	if (remap_super_write(md)) {
		ends(c, REMAP_IN_DOUBT);
		remap_metadata_degrade(md, REMAP_MODE_READ_ONLY, "FORGET cannot be written");
		return true;
	}
	ends(c, REMAP_HAPPENED);
	go_on_forgetting();
	return true;
}

static bool holds_nothing(u32 block)
{
	u32 first = block * REMAP_ENTRIES_PER_BLOCK, i;

	for (i = first; i < first + REMAP_ENTRIES_PER_BLOCK && i < md->super.spare_blocks; i++)
		if (is_place(i))
			return false;
	return true;
}

static bool bury(struct change *c)
{
	u32 k;

	for (k = 0; k < md->super.table_blocks; k++)
		if (md->block_state[k] == REMAP_BLOCK_FROZEN && holds_nothing(k))
			break;
	if (k == md->super.table_blocks || md->mode != REMAP_MODE_RW)
		return false;
	begins(c, c->maps[0].map);
	ends(c, remap_metadata_bury(md, k) ? REMAP_IN_DOUBT : REMAP_HAPPENED);
	return true;
}

static bool make(struct change *c, u32 prefer)
{
	switch (c->kind) {
	case CHANGE_ADD:
		return add(c, prefer, 0);
	case CHANGE_ADD_LOST:
		return add(c, prefer, 1 | BIT_ULL(another(prefer) % 8));
	case CHANGE_MOVE:
		return move(c, prefer, false);
	case CHANGE_MOVE_LOST:
		return move(c, prefer, true);
	case CHANGE_CLEAR:
		return clear(c, prefer);
	case CHANGE_BACK:
		return back(c, prefer);
	case CHANGE_BAD:
		return bad(c, prefer);
	case CHANGE_FORGET:
		return forget(c);
	default:
		return bury(c);
	}
}

bool change_make(struct change *c, enum change_kind kind, u32 prefer, u64 map)
{
	memset(c, 0, sizeof(*c));
	c->kind = kind;
	c->maps[0].map = map;
	c->maps[0].until = U32_MAX;
	c->nr_maps = 1;
	if (!make(c, prefer))
		return false;
	__sync_fetch_and_add(&tally->changes[kind], 1);
	if (!recover_settled())
		violated("after a change (%s) that %s a table block that counts is not the same in both copies and in memory",
			 change_names[kind], change_outcome(c));
	return true;
}

bool change_any(struct change *c, enum change_kind kind, u32 prefer, u64 map)
{
	u32 i;

	for (i = 0; i < CHANGES; i++)
		if (change_make(c, (kind + i) % CHANGES, prefer, map))
			return true;
	return false;
}

/*
 * The rest of an activation
 */

static void retire_superseded(void)
{
	struct remap_change changes[REMAP_BATCH];
	u32 nr = 0, i;

	for (i = 0; i < md->super.spare_blocks; i++) {
		if (is_superseded(i) && is_good(i)) {
			memset(&changes[nr], 0, sizeof(changes[nr]));
			changes[nr++].spare = i;
		}
		if (nr == REMAP_BATCH || (nr && i == md->super.spare_blocks - 1)) {
			commit(changes, nr);
			nr = 0;
		}
	}
}

void change_activate(void)
{
	md->super.flags &= ~(REMAP_SUPER_CLEAN | REMAP_SUPER_FINGERPRINT);
	if (md->mode == REMAP_MODE_RW && remap_super_write(md))
		remap_metadata_degrade(md, REMAP_MODE_RO_MAP, "no superblock can be written");
	go_on_forgetting();
	retire_superseded();
}
