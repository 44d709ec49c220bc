// SPDX-License-Identifier: GPL-2.0-only
/*
 * replace-spare: docs/architecture.md, section 3.4.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#include <linux/kernel.h>

#include "back.h"
#include "blank.h"
#include "device.h"
#include "klog.h"
#include "offline.h"
#include "pair.h"
#include "promote.h"
#include "successor.h"
#include "super.h"
#include "verb.h"
#include "warn_of_tab.h"
#include "window.h"

#define MAX_ALIGN	1048576	/* as format */
#define IN_RESERVE	8	/* spare blocks beyond those in use, and an eighth more */

struct replace {
	const struct call *call;
	struct remap_status status;
	struct pair pair;		/* main, and the new spare */
	struct disk old, new;		/* both open for writing, shared with the kernel */
	struct store_disk old_store, new_store;
	struct remap_super super;	/* of the old one, as it runs */
	struct successor s;
	bool wipe;
};

/*
 * Before anything
 */

/* The superblocks of a spare; inspect_free() in any case. */
static int read_supers(struct inspection *spare, struct store_disk *store, const struct disk *disk,
		       u64 start)
{
	memset(spare, 0, sizeof(*spare));
	if (store_disk(store, disk, start, STORE_WRITE))
		return fail(BAD_USE, "%s ends before sector %llu. Nothing was changed", disk->path,
			    start);
	return inspect_supers(spare, &store->store, false) ? no_memory() : OK;
}

static int read_old(struct replace *r)
{
	struct inspection spare = { 0 };
	char path[256];
	u32 i;
	int e = disk_open(&r->old, device_path(r->status.spare, path, sizeof(path)), DISK_WRITE);

	if (!e)
		e = read_supers(&spare, &r->old_store, &r->old, r->status.spare_start);
	if (!e && (spare.super_error || spare.super.state != REMAP_SUPER_ACTIVE ||
		   strcmp(offline_uuid(spare.super.uuid), r->status.uuid)))
		e = fail(WRONG_DEVICE, "%s: the superblocks of its spare, %s, cannot be read, or do not say what the kernel says. Close it and see remapsetup check %s",
			 r->status.name, path, path);
	r->super = spare.super;
	for (i = 0; !e && i < r->super.disowned_count; i++)
		if (!r->super.disowned[i].dead)
			e = fail(BUSY, "%s: a damaged part of the map on %s is being emptied; try again in a minute, or close it, remapsetup repair, and open it. Nothing was changed",
				 r->status.name, path);
	inspect_free(&spare);
	return e;
}

static int check_status(const struct replace *r)
{
	const struct remap_status *s = &r->status;

	if (strcmp(s->mode, "rw"))
		return fail(WRONG_DEVICE, "%s is in the mode %s; its spare can be replaced in the mode rw only. Close it, and copy the spare to a device of the same size or larger (ddrescue), or see remapsetup check. Nothing was changed",
			    s->name, s->mode);
	if (!strcmp(s->state, "spare-unreachable"))
		return fail(WRONG_DEVICE, "%s: its spare does not answer, so nothing can be copied from it. Nothing was changed",
			    s->name);
	return OK;
}

static int check_new(struct replace *r)
{
	char path[256];
	int e = pair_open_spare(&r->pair, r->call->args[1], true);

	if (!e)
		e = disk_open(&r->pair.main, device_path(r->status.main, path, sizeof(path)), 0);
	if (e)
		return e;
	r->pair.main_start = r->status.main_start;
	r->pair.main_length = r->status.sectors;
	e = pair_check(&r->pair);
	if (!e && device_overlap(&r->old, r->status.spare_start,
				 r->old.sectors - r->status.spare_start, &r->pair.spare,
				 r->pair.spare_start, r->pair.spare.sectors - r->pair.spare_start))
		e = fail(WRONG_DEVICE, "%s lies on the spare that it is to replace. Nothing was changed",
			 r->pair.spare.path);
	return e;
}

static int plan(struct replace *r)
{
	const struct disk *d = &r->pair.spare;
	u64 needed = r->status.remapped + r->status.remapped / 8 + IN_RESERVE;
	u32 align = min(max(d->physical, (u32)REMAP_META_SIZE), (u32)MAX_ALIGN);
	unsigned long long blocks = REMAP_DEFAULT_MAX_SPARES;
	int e = option_number(r->call, OPT_SPARE_BLOCKS, 1, REMAP_MAX_SPARES, &blocks);

	if (e)
		return e;
	r->s.sb.length = (d->sectors - r->pair.spare_start) & ~(u64)(REMAP_META_SECTORS - 1);
	r->s.sb.spare_blocks = blocks;
	e = successor_layout(&r->s.sb, &r->super, align,
			     ((d->start + r->pair.spare_start) << 9) & (align - 1));
	if (e || r->s.sb.spare_blocks < needed)
		return fail(WRONG_DEVICE, "%s is too small: it would have %u spare blocks, and at least %llu are needed. Nothing was changed",
			    d->path, e ? 0 : r->s.sb.spare_blocks, needed);
	return OK;
}

/* One that a replacement of this very spare left behind is of no use: the old one runs. */
static bool is_leftover(const struct replace *r, const struct inspection *spare)
{
	return !spare->super_error && spare->super.state == REMAP_SUPER_STANDBY &&
	       !memcmp(spare->super.uuid, r->super.uuid, sizeof(r->super.uuid));
}

static int refuse_used(struct replace *r, const char *what)
{
	r->wipe = true;
	if (given(r->call, OPT_FORCE))
		return OK;
	return fail(WRONG_DEVICE, "%s is not empty. It holds %s. Nothing was changed; --force overwrites it",
		    r->pair.spare.path, what);
}

static int look(struct replace *r)
{
	const struct disk *d = &r->pair.spare;
	struct inspection spare;
	const char *ours = NULL;
	char what[128] = "";
	bool blank = false;
	int e = read_supers(&spare, &r->new_store, d, r->pair.spare_start);

	if (!e) {
		ours = super_what(&spare);
		r->wipe = is_leftover(r, &spare);
	}
	inspect_free(&spare);
	if (e || r->wipe)
		return e;
	if (!r->pair.spare_start)
		e = blank_recognise(d, what, sizeof(what));
	if (!e)
		e = blank_check(d, r->pair.spare_start, &r->s.sb, false, &blank);
	if (e || (blank && !what[0]))
		return e;
	return refuse_used(r, ours ? ours : what[0] ? what : "data of an unknown kind");
}

/*
 * The standby
 */

static int prepare(struct replace *r)
{
	const struct disk *d = &r->pair.spare;
	int e = ask(given(r->call, OPT_BATCH), "%s will take the place of %s as the spare of %s.\nWhat it holds is lost. All I/O to %s waits while %llu blocks are copied.",
		    d->path, r->old.path, r->status.name, r->status.name, r->status.remapped);

	if (e)
		return e;
	e = r->wipe ? blank_make(d, r->pair.spare_start, &r->s.sb) : 0;
	store_disk(&r->old_store, &r->old, r->status.spare_start, STORE_WRITE);
	store_disk(&r->new_store, d, r->pair.spare_start, STORE_WRITE);
	r->s.old = &r->old_store.store;
	r->s.new = &r->new_store.store;
	if (!e)
		e = successor_prepare(&r->s);
	return e ? fail_errno(e, "%s cannot be prepared; %s goes on with its spare", d->path,
			      r->status.name) : OK;
}

/* From now on the kernel claims it. */
static int let_go(struct replace *r)
{
	int e = disk_open(&r->new, r->pair.spare.path, DISK_WRITE);

	r->new_store.disk = &r->new;
	disk_let_go(&r->pair.spare);
	return e;
}

static char *compose_params(const struct replace *r)
{
	char *live = window_table(r->status.name, false), *params = NULL;
	int rest = 0;

	if (live)
		sscanf(live, "%*u:%*u %*u %*u:%*u %*u%n", &rest);
	if (rest && asprintf(&params, "%u:%u %llu %u:%u %llu%s", major(r->status.main),
			     minor(r->status.main), r->status.main_start,
			     major(r->pair.spare.number), minor(r->pair.spare.number),
			     r->pair.spare_start, live + rest) < 0)
		params = NULL;
	free(live);
	return params;
}

/*
 * The window
 */

enum result {
	REPLACED,
	NOT_LOADED,
	NOT_SUSPENDED,
	NOT_FILLED,
	NOT_OURS,		/* somebody has changed something meanwhile */
	TAKEN_BACK,
	RESTORED,
	STUCK,
};

struct outcome {
	enum result result;
	int error;		/* of what went wrong */
	int resumed;
};

static bool ours_still(struct replace *r)
{
	struct window_state state;

	return !window_state(r->status.name, &state) && state.suspended && state.inactive &&
	       successor_unchanged(&r->s);
}

/* The old spare goes on. First nobody can promote the other any more. */
static void undo(struct replace *r)
{
	successor_destroy(r->s.new, &r->s.sb);
	window_clear(r->status.name);
}

static enum result commit(struct replace *r)
{
	switch (successor_commit(&r->s)) {
	case SUCCESSOR_DONE:
		return REPLACED;
	case SUCCESSOR_BACK:
		window_clear(r->status.name);
		return TAKEN_BACK;
	case SUCCESSOR_RESTORED:
		window_clear(r->status.name);
		return RESTORED;
	default:
		/* with the new table it comes up in the mode fail: no lie, and nobody hangs */
		return STUCK;
	}
}

static enum result in_window(struct replace *r, int *error)
{
	*error = successor_fill(&r->s);
	if (!*error && ours_still(r))
		return commit(r);
	undo(r);
	return *error ? NOT_FILLED : NOT_OURS;
}

static void exchange(struct replace *r, struct window *w, const char *params, struct outcome *o)
{
	o->result = NOT_LOADED;
	o->error = window_load(r->status.name, r->status.sectors, params);
	if (o->error) {
		undo(r);
		return;
	}
	o->result = NOT_SUSPENDED;
	o->error = window_suspend(w);
	if (o->error) {
		undo(r);
		return;
	}
	o->result = in_window(r, &o->error);
	o->resumed = window_resume(w);
}

/* For inspect_spare(), which allocates in the window. */
static size_t reserve(const struct replace *r)
{
	/* the table, what is known of its blocks, and of each entry */
	return (size_t)r->super.table_blocks * (REMAP_META_SIZE + 128) +
	       32 * (size_t)r->super.spare_blocks + (16 << 20);
}

static int open_window(struct replace *r, struct outcome *o)
{
	char *params = compose_params(r);
	struct window w;
	int e = params ? window_open(&w, r->status.name, reserve(r)) : no_memory();

	if (!e) {
		exchange(r, &w, params, o);
		window_close(&w);
	} else {
		undo(r);
	}
	free(params);
	return e;
}

/*
 * What came of it
 */

static int say_not_filled(const struct replace *r, int error)
{
	const char *name = r->status.name, *old = r->old.path, *new = r->pair.spare.path;

	switch (error) {
	case -ENODEV:
		return fail(WRONG_DEVICE, "%s does not answer, so nothing can be copied from it. %s goes on with it, nothing was changed",
			    old, name);
	case -EUCLEAN:
		return fail(WRONG_DEVICE, "%s: its spare %s could not be stopped cleanly, or its map is not in order: see remapsetup check %s. It goes on, nothing was changed",
			    name, old, old);
	case -ENOSPC:
		return fail(WRONG_DEVICE, "%s is too small for what is on %s by now. %s goes on, nothing was changed",
			    new, old, name);
	case -ENOMEM:
		return fail(NO_MEMORY, "out of memory; %s goes on with its spare, nothing was changed", name);
	default:
		return fail(WRONG_DEVICE, "%s does not take the data, or gives back something else; it is no spare. %s goes on with %s, nothing was changed",
			    new, name, old);
	}
}

static int say_failed(const struct replace *r, const struct outcome *o)
{
	const char *name = r->status.name, *old = r->old.path, *new = r->pair.spare.path;

	switch (o->result) {
	case NOT_LOADED:
		return fail_errno(o->error, "%s: the kernel does not take %s as its spare. It goes on with %s, nothing was changed",
				  name, new, old);
	case NOT_SUSPENDED:
		return fail_errno(o->error, "%s cannot be suspended. It goes on with %s, nothing was changed",
				  name, old);
	case NOT_FILLED:
		return say_not_filled(r, o->error);
	case NOT_OURS:
		return fail(BUSY, "%s was resumed or its spare written by somebody else meanwhile. Nothing was changed by us: see remapsetup status %s",
			    name, name);
	case TAKEN_BACK:
		return fail(WRONG_DEVICE, "%s cannot be written, so it cannot be retired. %s goes on with it, nothing was changed. Close %s and copy that spare with ddrescue",
			    old, name, name);
	case RESTORED:
		return fail(WRONG_DEVICE, "one of the two spares could not be written in the last moment. %s is the spare as before, with all data. The kernel wants %s to be closed and opened again before it goes on",
			    old, name);
	default:
		return fail(WRONG_DEVICE, "neither %s nor %s could be written in the last moment. %s fails all I/O now, so that nothing wrong is read. Nothing is lost: close it, see to the two devices, and open %s, then %s",
			    old, new, name, new, old);
	}
}

/* The new spare is the active one; that the device has come up with it is another matter. */
static int check_runs(const struct replace *r, struct remap_status *now)
{
	int e = dm_read_status(r->status.name, now);

	if (e || (!strcmp(now->mode, "rw") && now->spare == r->new.number))
		return e;
	return fail(WRONG_DEVICE, "%s has a new spare, %s, but has come up in the mode %s: close it and open it again. Nothing is lost",
		    now->name, r->new.path, now->mode);
}

static int report(const struct replace *r)
{
	struct remap_status now;
	int e = check_runs(r, &now);

	if (!e)
		printf("%s is the spare of %s now, with %u blocks; %u were copied.\n"
		       "%s is not used any more; remapsetup erase %s clears it\n",
		       r->pair.spare.path, now.name, now.total, r->s.copied, r->old.path,
		       r->old.path);
	warn_of_spare(r->status.name, r->call->args[1], r->status.uuid, r->pair.spare_start);
	if (e || !r->s.newly_lost)
		return e;
	warn("%s did not give %llu logical blocks any more; they are lost now: see remapsetup list --lost %s",
	     r->old.path, r->s.newly_lost, now.name);
	return OK;
}

static int exchange_spares(struct replace *r)
{
	struct outcome o = { .result = NOT_LOADED };
	struct klog log;
	int e = prepare(r);

	if (!e)
		e = let_go(r);
	if (e)
		return e;
	klog_begin(&log);
	e = open_window(r, &o);
	if (!e && o.resumed)
		e = window_say_stuck(r->status.name, o.resumed);
	if (!e && o.result != REPLACED)
		klog_tell(&log, r->status.name);
	if (!e)
		e = o.result == REPLACED ? report(r) : say_failed(r, &o);
	klog_end(&log);
	return e;
}

/*
 * One that was interrupted
 */

/* The tool died in its window; what the two spares say tells how far it was. */
static int settle(struct replace *r, const struct remap_super *old, const struct remap_super *new,
		  bool *done)
{
	int e = 0;

	*done = old->state == REMAP_SUPER_REPLACED && (new->state == REMAP_SUPER_ACTIVE ||
						       successor_fits(old, new));
	if (*done && new->state != REMAP_SUPER_ACTIVE)
		e = successor_promote(&r->old_store.store, old, &r->new_store.store, new);
	else if (!*done && old->state == REMAP_SUPER_ACTIVE && new->state == REMAP_SUPER_STANDBY)
		e = successor_destroy(&r->new_store.store, new);
	else if (!*done)
		return fail(WRONG_DEVICE, "%s and %s do not fit each other: see remapsetup check for both. Nothing was changed",
			    r->old.path, r->new.path);
	return e ? fail_errno(e, "%s or %s cannot be written; try again when they can", r->old.path,
			      r->new.path) : OK;
}

static int go_on(struct replace *r, const struct window_state *state, bool *done)
{
	struct inspection old = { 0 }, new = { 0 };
	int e = read_supers(&old, &r->old_store, &r->old, r->status.spare_start);

	if (!e)
		e = read_supers(&new, &r->new_store, &r->new, r->pair.spare_start);
	if (!e && (old.super_error || new.super_error ||
		   memcmp(old.super.uuid, new.super.uuid, sizeof(new.super.uuid))))
		e = window_refuse(r->status.name);
	else if (!e)
		e = settle(r, &old.super, &new.super, done);
	inspect_free(&old);
	inspect_free(&new);
	if (!e && !*done)
		e = window_clear(r->status.name);
	if (!e && state->suspended)
		e = window_end(r->status.name);
	return e < 0 ? fail_errno(e, "%s cannot be brought back: see dmsetup info %s",
				  r->status.name, r->status.name) : e;
}

/* Only if the table that waits is one for this very spare. */
static int continue_ours(struct replace *r, bool *done)
{
	struct window_state state;
	struct remap_status now;
	char *table, path[256];
	bool ours;
	int e = window_state(r->status.name, &state) ? WRONG_DEVICE : OK;

	*done = false;
	if (e || !state.inactive)
		return e;
	e = disk_open(&r->new, r->call->args[1], DISK_WRITE);
	table = window_table(r->status.name, true);
	ours = !e && window_names_spare(table, r->new.number);
	free(table);
	if (ours)
		e = disk_open(&r->old, device_path(r->status.spare, path, sizeof(path)),
			      DISK_WRITE);
	if (ours && !e)
		e = go_on(r, &state, done);
	disk_close(&r->old);
	if (!*done)
		disk_close(&r->new);
	if (e || !*done)
		return e;
	e = check_runs(r, &now);
	if (!e)
		printf("the replacement that was interrupted is complete: %s is the spare of %s\n",
		       r->call->args[1], r->status.name);
	warn_of_spare(r->status.name, r->call->args[1], r->status.uuid, r->pair.spare_start);
	return e;
}

/*
 * The verb
 */

static int begin(struct replace *r, bool *done)
{
	unsigned long long start = 0;
	int e = option_number(r->call, OPT_SPARE_START, 0, 1ULL << 53, &start);

	r->pair.spare_start = start;
	if (!e)
		e = dm_begin();
	if (!e)
		e = dm_read_status(r->call->args[0], &r->status);
	if (!e)
		e = dm_handshake(r->status.name);
	if (!e)
		e = window_lock(r->status.name);
	if (!e)
		e = continue_ours(r, done);
	if (e || *done)
		return e;
	e = window_refuse(r->status.name);
	return e ? e : dm_read_status(r->call->args[0], &r->status);
}

static int replace(struct replace *r)
{
	bool done = false;
	int e = begin(r, &done);

	if (e || done)
		return e;
	e = check_status(r);
	if (!e)
		e = read_old(r);
	if (!e)
		e = check_new(r);
	if (!e)
		e = plan(r);
	if (!e)
		e = look(r);
	return e ? e : exchange_spares(r);
}

static int run(const struct call *call)
{
	struct replace r = { .call = call };
	int e;

	if (given(call, OPT_FINISH))
		return promote_pair(call, call->args[0], call->args[1]);
	e = replace(&r);
	successor_free(&r.s);
	disk_close(&r.old);
	disk_close(&r.new);
	pair_close(&r.pair);
	return e;
}

static const struct verb_option options[] = {
	{ OPT_SPARE_START, "first sector of the new spare (0)" },
	{ OPT_SPARE_BLOCKS, "how many spare blocks at most (1048576)" },
	{ OPT_FORCE, "overwrite what the new spare holds" },
	{ OPT_BATCH, "do not ask for confirmation" },
	{ OPT_FINISH, "with the old spare instead of <name>: end one that was interrupted" },
	{ }
};

const struct verb verb_replace_spare = {
	.name = "replace-spare",
	.usage = "<name> <new spare> | --finish <old spare> <new spare>",
	.summary = "exchange the spare of a running device",
	.details =
"Copies the map and all that is on the spare to another one, which takes its\n"
"place, while the device stays in use: because the spare fails, or is too small.\n"
"I/O waits while the data is copied. What the old spare does not give any more\n"
"is recorded as lost. All is written, flushed and read back before the old spare\n"
"is retired; if anything fails before that, the device goes on with the old one.\n"
"\n"
"If it was interrupted, do it again; or open the device, which ends it by itself\n"
"if the old spare was retired already and both are there. --finish does only\n"
"that, for two devices or images. Without the old spare, 'open --force' takes\n"
"the new one, if all was copied.",
	.min_args = 2,
	.max_args = 2,
	.options = options,
	.run = run,
};
