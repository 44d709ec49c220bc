// SPDX-License-Identifier: GPL-2.0-only
/*
 * Beyond power cuts: see judge.h for what is promised.
 */
#include <stdio.h>
#include <stdlib.h>

#include "activation.h"
#include "change.h"
#include "damage.h"
#include "model.h"

enum way {
	UNREADABLE,		/* but it can be rewritten */
	GONE,			/* neither read nor written, then back */
	GONE_BACK_OLDER,	/* back with what it held some time before */
	OLDER,
	WRITE_LOST,		/* reads; a write fails and did not land */
	WRITE_LANDED,		/* fails and landed */
	WRITE_TORN,
	WAYS
};

static const char * const way_names[WAYS] = {
	"unreadable", "neither readable nor writable", "gone (and back with older content)", "older",
	"not writable", "not writable (but writes land)", "not writable (writes are torn)",
};

/* One copy of one metadata block. */
struct copy {
	enum { SUPER, TABLE, HEALTH } kind;
	u32 block, copy;
	u32 sector;		/* of the spare */
};

struct damage {
	struct copy at;
	enum way way;
};

/* what a metadata block held, by its first sector on the spare */
struct past {
	const struct content **versions;
	u32 nr;
};

static struct past *pasts;
static struct remap_super super;	/* of the undamaged state */
static bool supers_agree;
static char how[240];
static struct record record;

void judge_history(u32 sector, const struct content *content)
{
	struct past *p;

	if (!pasts)
		pasts = calloc(geometry.spare_sectors, sizeof(*pasts));
	assert(pasts);
	p = &pasts[sector - geometry.spare_at];
	if (!(p->nr & (p->nr - 1)))
		p->versions = realloc(p->versions, (2 * p->nr + 1) * sizeof(*p->versions));
	assert(p->versions);
	p->versions[p->nr++] = content;
}

static u32 nr_copies(void)
{
	return 4 + 2 * super.table_blocks;
}

static struct copy copy_number(u32 n)
{
	struct copy c = { .copy = n & 1, .block = n / 2 };

	if (n < 2) {
		c.kind = SUPER;
		c.sector = c.copy ? super.super_b : 0;
	} else if (n < 4) {
		c.kind = HEALTH;
		c.sector = super.health[c.copy];
	} else {
		c.kind = TABLE;
		c.block -= 2;
		c.sector = super.table[c.copy] + c.block * REMAP_META_SECTORS;
	}
	return c;
}

static bool usable(const struct copy *c, u32 copy)
{
	switch (c->kind) {
	case SUPER:
		return recover_super_usable(&super, copy);
	case TABLE:
		return recover_usable(&super, c->block, copy);
	default:
		return true;	/* without it, the record starts empty */
	}
}

static bool is_hidden(const struct damage *d)
{
	return d->way <= GONE_BACK_OLDER;
}

static u64 generation(const struct content *first)
{
	return ((const struct remap_disk_header *)first->bytes)->generation;
}

/* Puts an older content there, of a generation below @limit; false if there was none. */
static bool make_older(const struct copy *c, u64 limit)
{
	struct past *p = pasts ? &pasts[c->sector] : NULL;
	const struct content *old;
	u32 i;

	if (!p || !p->nr)
		return false;
	/* most often the last few: they are the ones that could be taken for current */
	i = random_below(2) ? p->nr - 1 - random_below(min(p->nr, 3U)) : random_below(p->nr);
	old = p->versions[i];
	if (generation(old) >= limit)
		return false;
	for (i = 0; i < META_SECTORS; i++)
		state_put(geometry.spare_at + c->sector + i, &old[i]);
	return true;
}

static void set_fault(const struct damage *d)
{
	static const enum effect effects[WAYS] = {
		[WRITE_LANDED] = EFFECT_LANDED, [WRITE_TORN] = EFFECT_TORN,
	};

	if (d->way == OLDER)
		return;
	disk_faults[disk_nr_faults++] = (struct fault){
		.first = d->at.sector, .count = META_SECTORS,
		.reads = is_hidden(d), .writes = d->way != UNREADABLE,
		.effect = effects[d->way],
	};
}

static void set_faults(const struct damage *d, u32 nr)
{
	disk_heal();
	while (nr--)
		set_fault(&d[nr]);
}

static void describe(const struct damage *d, u32 nr, const char *then)
{
	static const char * const kinds[] = { "superblock", "table block", "health record" };
	u32 i, n = 0;

	for (i = 0; i < nr; i++)
		n += snprintf(how + n, sizeof(how) - n, "%s copy %c of %s %u %s",
			      i ? " and" : "with", 'A' + d[i].at.copy, kinds[d[i].at.kind],
			      d[i].at.block, way_names[d[i].way]);
	snprintf(how + n, sizeof(how) - n, "%s: ", then);
}

/* The copies are back; what was written in between must be found. */
static void load_again(const struct damage *d, u32 nr, const struct outcome *o)
{
	static struct record again;
	struct outcome back;
	u32 i;

	disk_heal();
	for (i = 0; i < nr; i++)
		if (d[i].way == GONE_BACK_OLDER && !make_older(&d[i].at, U64_MAX))
			return;
	describe(d, nr, ", and then back");
	back = recover(&again);
	if (back.error)
		violated("%sthe spare is refused (error %d)", how, back.error);
	else if (o->mode < REMAP_MODE_READ_ONLY && back.map != o->map)
		violated("%sthe map is another one than while it was away", how);
	else
		values_are_right(how);
}

/*
 * What load has found. A write of a higher generation that the power cut has dropped or torn is
 * in the past of the log, but never was on this disk: it is not older.
 */
static u64 found_generation(const struct copy *c)
{
	switch (c->kind) {
	case SUPER:
		return super.generation;
	case TABLE:
		return recover_md.table[c->block].header.generation;
	default:
		return U64_MAX;
	}
}

/* What missed the change is older already; it may be older still. */
static void come_back_older(const struct damage *d, u32 nr, const u64 *limits)
{
	while (nr--)
		if (d[nr].way == GONE_BACK_OLDER || (d[nr].way >= WRITE_LOST && random_below(2)))
			make_older(&d[nr].at, limits[nr]);
}

static void judge_return(const struct change *c, u32 end, bool served)
{
	static struct record again;
	struct outcome back;

	back = recover(&again);
	if (back.error)
		violated("%sthe spare is refused (error %d): %s", how, back.error, recover_reason());
	else if (served && !change_allows(c, back.map, end))
		violated("%sthe map does not go with a change (%s) that %s", how,
			 change_names[c->kind], change_outcome(c));
}

/* One change of the map while they are away: from the load on, or only after it. */
static void change_meanwhile(const struct damage *d, u32 nr, bool loaded, bool twins)
{
	static struct record changing;
	u32 tables = super.table_blocks, mark = state_mark(), prefer;
	u64 limits[2];
	struct outcome o;
	struct change c;
	u32 i;

	__sync_fetch_and_add(&tally->away, 1);
	/* what is away, as the old place or as the new one */
	prefer = d->at.kind == TABLE ? d->at.block : random_below(tables);
	prefer += tables * (random_below(2) ? prefer : random_below(tables));
	disk_heal();
	if (!loaded)
		set_faults(d, nr);
	o = recover(&changing);
	for (i = 0; i < nr; i++)
		limits[i] = found_generation(&d[i].at);
	change_activate();
	set_faults(d, nr);
	describe(d, nr, loaded ? " after the load, a change, and then back" :
		 ", a change, and then back");
	if (!o.error && change_any(&c, random_below(CHANGES), prefer, o.map)) {
		disk_heal();
		if (twins)
			come_back_older(d, nr, limits);
		judge_return(&c, changing.nr, o.mode < REMAP_MODE_READ_ONLY);
	}
	disk_heal();
	state_rollback(mark);
}

/*
 * The power goes while it is loaded; the copies may be back or not at the next load. Nobody was
 * served, so another map is fine as long as every block reads as it may.
 */
static void look_after_cut(u32 event, void *unused)
{
	static struct record again;
	struct fault faults[MAX_FAULTS];
	u32 nr = disk_nr_faults;
	struct outcome o;

	__sync_fetch_and_add(&tally->damaged, 1);
	memcpy(faults, disk_faults, sizeof(faults));
	if (random_below(2))
		disk_heal();
	o = recover(&again);
	if (o.error)
		violated("%sthe spare is refused (error %d): %s", how, o.error, recover_reason());
	else
		values_are_right(how);
	memcpy(disk_faults, faults, sizeof(faults));
	disk_nr_faults = nr;
}

static void cut_damaged_load(const struct damage *d, u32 nr)
{
	static const struct cut_limits limits = { .units = 2, .whole = 2, .random = 1 };
	u32 i;

	for (i = 0; i < nr; i++)
		if (d[i].way >= WRITE_LANDED)
			return;	/* the record does not tell what landed */
	set_faults(d, nr);
	describe(d, nr, ", and a power cut during that load");
	activation_cuts(&record, 0, &limits, look_after_cut, NULL);
}

/* Is there something to go by, and must it do? */
static bool twins_are_usable(const struct damage *d, u32 nr)
{
	u32 i;

	for (i = 0; i < nr; i++)
		if (!usable(&d[i].at, !d[i].at.copy))
			return false;
	return true;
}

/* With a superblock away, the other one says what is usable. */
static void load_damaged(const struct damage *d, u32 nr, bool twins)
{
	bool hidden = false;
	u32 mark = state_mark(), i;
	struct outcome o;

	__sync_fetch_and_add(&tally->damaged, 1);
	for (i = 0; i < nr; i++)
		hidden |= is_hidden(&d[i]) && !usable(&d[i].at, !d[i].at.copy);
	set_faults(d, nr);
	describe(d, nr, "");
	o = recover(&record);
	if (o.error && (twins || !hidden))
		violated("%sthe spare is refused (error %d): %s", how, o.error, recover_reason());
	else if (!o.error && hidden && nr == 1)
		violated("%sthe spare is started with a part of the map missing", how);
	else if (!o.error && nr == 1 && !recover_main_fits())
		violated("%sthe spare says that it was stopped with another content of main", how);
	else if (!o.error && values_are_right(how)) {
		load_again(d, nr, &o);
		state_rollback(mark);
		change_meanwhile(d, nr, false, twins);
		if (twins && !random_below(4))
			cut_damaged_load(d, nr);
	}
}

static void damage(const struct damage *d, u32 nr)
{
	u32 mark = state_mark(), i;
	bool twins = twins_are_usable(d, nr), possible = true;

	for (i = 0; i < nr; i++)
		if (d[i].way == OLDER)
			possible &= twins && make_older(&d[i].at, U64_MAX);
	if (possible)
		load_damaged(d, nr, twins);
	disk_heal();
	state_rollback(mark);
	for (i = 0; i < nr; i++)
		possible &= d[i].way != OLDER;
	if (possible && twins)
		change_meanwhile(d, nr, true, twins);
}

static struct damage damage_number(u32 n)
{
	return (struct damage){ copy_number(n / WAYS), n % WAYS };
}

/*
 * A superblock as well: it should say what was done about the first. If the power cut has
 * already left the two superblocks different, that would be one trouble too many.
 */
static void damage_two(struct damage d)
{
	struct damage both[2] = { d, damage_number(random_below(2 * WAYS)) };

	if (d.at.kind == TABLE && supers_agree)
		damage(both, 2);
}

void damage_all(u32 nr)
{
	u32 all, i;

	/* as it stands on the disk: load forgets marks of copies that it heals */
	super = *recover_super();
	supers_agree = recover_supers_agree();
	all = nr_copies() * WAYS;
	for (i = 0; i < (nr ? nr : all); i++) {
		struct damage d = damage_number(nr ? random_below(all) : i);

		damage(&d, 1);
		damage_two(d);
	}
}
