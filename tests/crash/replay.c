// SPDX-License-Identifier: GPL-2.0-only
/*
 * The state holds what is durable. What was written since the last flush of its
 * disk is pending: a power cut may leave any of it.
 */
#include <stdio.h>
#include <stdlib.h>

#include "judge.h"
#include "model.h"
#include "replay.h"

/* Places next to each other have much in common, and go to the same process. */
#define PLACES_TOGETHER 16
#define MAX_FAILING 16

struct range {
	u32 first, count;
};

static struct write *pending[MAX_PENDING];
static u32 nr_pending;
/* sectors below the log that fail writes though they land */
static struct range failing[MAX_FAILING];
static u32 nr_failing;
/* what was written through the cache since the last flush in the log */
static const struct entry *durable_writes[MAX_PENDING];
static u32 nr_durable_writes;

static const struct cut_limits *limits;
static const struct share *share;
static struct log *the_log;
static u32 place;
static char where[100];

static bool overlap(u32 a, u32 na, u32 b, u32 nb)
{
	return a < b + nb && b < a + na;
}

static bool on_spare(u32 sector)
{
	return sector >= geometry.spare_at;
}

/*
 * Pending writes
 */

/* A newer write over it is durable: these sectors count no more. */
static void overwrite(struct write *older, u32 sector, u32 count)
{
	u32 i;

	for (i = 0; i < older->count; i++)
		if (older->sector + i >= sector && older->sector + i - sector < count)
			older->dead[i] = true;
}

static bool all_dead(const struct write *w)
{
	u32 i;

	for (i = 0; i < w->count; i++)
		if (!w->dead[i])
			return false;
	return true;
}

static void drop(bool (*is)(const struct write *w, u32 disk), u32 disk)
{
	u32 i, kept = 0;

	for (i = 0; i < nr_pending; i++) {
		if (is(pending[i], disk))
			free(pending[i]);
		else
			pending[kept++] = pending[i];
	}
	nr_pending = kept;
}

static bool is_dead(const struct write *w, u32 unused)
{
	return all_dead(w);
}

static bool has_failed(const struct write *w, u32 unused)
{
	return w->failed;
}

static bool is_flushed(const struct write *w, u32 disk)
{
	return !w->failed && (disk == ~0U || on_spare(w->sector) == on_spare(disk));
}

static void make_durable(u32 nr)
{
	struct write *w = pending[nr];
	u32 i;

	for (i = 0; i < w->count; i++)
		if (!w->dead[i])
			state_put(w->sector + i, &w->content[i]);
	for (i = 0; i < nr; i++)
		overwrite(pending[i], w->sector, w->count);
	state_forget_undo();
}

static void flush(u32 disk)
{
	u32 i;

	for (i = 0; i < nr_pending; i++)
		if (is_flushed(pending[i], disk))
			make_durable(i);
	drop(is_flushed, disk);
	drop(is_dead, 0);
	nr_durable_writes = 0;
}

/*
 * The log has writes that were flushed with what came later: one that was followed by
 * a write through the cache stands behind it there, and was in truth before it.
 */
static void put_in_order(struct write *w)
{
	u32 i, s;

	for (i = 0; i < nr_durable_writes; i++) {
		const struct entry *e = durable_writes[i];

		for (s = 0; s < w->count; s++) {
			u32 at = w->sector + s - e->sector;

			if (w->sector + s >= e->sector && at < e->count &&
			    w->content[s].kind == CONTENT_USER &&
			    e->content[at].write > w->content[s].write)
				w->dead[s] = true;
		}
	}
}

static bool repeats_a_failure(const struct write *w)
{
	u32 i, s;

	for (i = 0; w->failed && i < nr_pending; i++) {
		const struct write *o = pending[i];

		if (!o->failed || o->sector != w->sector || o->count != w->count)
			continue;
		for (s = 0; s < w->count; s++)
			if (o->content[s].hash != w->content[s].hash)
				break;
		if (s == w->count)
			return true;
	}
	return false;
}

static const struct content *zeros_of(u32 count)
{
	struct content *zeros = calloc(count, sizeof(*zeros));
	u32 i;

	assert(zeros);
	for (i = 0; i < count; i++)
		zeros[i] = content_zero;
	return zeros;
}

static bool add_pending(u32 sector, u32 count, const struct content *content)
{
	struct write *w = calloc(1, sizeof(*w));
	u32 i;

	assert(w && nr_pending < MAX_PENDING && count <= MAX_WRITE);
	w->sector = sector;
	w->count = count;
	w->content = content;
	for (i = 0; i < nr_failing; i++)
		w->failed |= overlap(sector, count, failing[i].first, failing[i].count);
	put_in_order(w);
	if (repeats_a_failure(w)) {
		free(w);
		return false;
	}
	pending[nr_pending++] = w;
	return true;
}

/*
 * Looking
 */

static void look(void *unused)
{
	judge_state(where);
}

static void look_at(u32 nr, const char *what)
{
	bool mine = place++ / PLACES_TOGETHER % share->jobs == share->job;

	if (!model_filled || !mine)
		return;
	if (time(NULL) >= share->deadline)
		return;
	__sync_fetch_and_add(&tally->points, !share->pass);
	snprintf(where, sizeof(where), "power cut after entry %u of the log (%.60s)", nr, what);
	cuts_each(pending, nr_pending, limits, look, NULL);
}

/* P8: on main only what a user wrote. What is on spare blocks the model tells. */
static void check_data_write(u32 nr, const struct entry *e)
{
	u32 i;

	for (i = 0; i < e->count; i++) {
		const struct content *c = &e->content[i];
		u32 sector = e->sector + i - geometry.main_at;
		bool right = c->kind == CONTENT_USER && c->sector == sector &&
			     model_wrote(c->write, sector);

		/* zeros: a user can write them, and where they count the model will tell */
		if (!on_spare(e->sector) && !right && c->kind != CONTENT_ZERO) {
			violated("entry %u of the log has for sector %u of main what no user wrote",
				 nr, sector);
			return;
		}
	}
}

/*
 * Entries
 */

static void write_entry(u32 nr, const struct entry *e)
{
	check_data_write(nr, e);
	if (!add_pending(e->sector, e->count, e->content))
		return;
	look_at(nr, on_spare(e->sector) ? "a write to the spare" : "a write to main");
	if (on_spare(e->sector) && e->content->kind == CONTENT_OTHER &&
	    e->count == META_SECTORS && !pending[nr_pending - 1]->failed)
		judge_history(e->sector, e->content);
	if (!e->fua || pending[nr_pending - 1]->failed)
		return;
	make_durable(nr_pending - 1);
	free(pending[--nr_pending]);
	drop(is_dead, 0);
	assert(nr_durable_writes < MAX_PENDING);
	durable_writes[nr_durable_writes++] = e;
}

/* In pieces, each as large as a write can be. */
static void discard_entry(u32 nr, const struct entry *e)
{
	u32 done, n;

	for (done = 0; done < e->count; done += n) {
		n = min(e->count - done, (u32)MAX_WRITE);
		add_pending(e->sector + done, n, zeros_of(n));
	}
	look_at(nr, "a discard");
}

static void mark_entry(u32 nr, const char *text)
{
	u32 before = model_version, first, count, i;

	if (model_mark(text)) {
		if (model_version != before)
			look_at(nr, text);
		return;
	}
	if (sscanf(text, "b:%u:%u", &first, &count) == 2) {
		if (nr_failing == MAX_FAILING)
			die("too many failing places");
		failing[nr_failing++] = (struct range){ first, count };
	} else if (sscanf(text, "u:%u:%u", &first, &count) == 2) {
		for (i = 0; i < nr_failing; i++)
			if (failing[i].first == first && failing[i].count == count)
				failing[i--] = failing[--nr_failing];
	} else if (!strcmp(text, "settled")) {
		drop(has_failed, 0);
	}
}

static void entry(u32 nr)
{
	const struct entry *e = &the_log->entries[nr];

	switch (e->kind) {
	case ENTRY_WRITE:
		write_entry(nr, e);
		break;
	case ENTRY_DISCARD:
		discard_entry(nr, e);
		break;
	case ENTRY_FLUSH:
		flush(e->sector);
		break;
	case ENTRY_MARK:
		mark_entry(nr, e->text);
		break;
	}
}

/* The first superblock in the log says where the spare blocks are. */
static void find_areas(void)
{
	static struct remap_super super;
	static u8 buf[REMAP_META_SIZE];
	u32 i, s;

	for (i = 0; i < the_log->nr; i++) {
		const struct entry *e = &the_log->entries[i];

		if (e->kind != ENTRY_WRITE || e->sector != geometry.spare_at ||
		    e->count != META_SECTORS)
			continue;
		for (s = 0; s < META_SECTORS; s++)
			memcpy(buf + s * SECTOR_SIZE, e->content[s].bytes, SECTOR_SIZE);
		if (remap_format_decode_super(buf, 0, &super) != REMAP_VALID)
			continue;
		state_set_data_area(geometry.spare_at + super.data, geometry.spare_at + super.data +
				    super.spare_blocks * geometry.block_sectors);
		return;
	}
	die("there is no superblock in the log");
}

static void check_flushes(void)
{
	bool main = false, spare = false;
	u32 i;

	for (i = 0; i < the_log->nr; i++) {
		const struct entry *e = &the_log->entries[i];

		main |= e->kind == ENTRY_FLUSH && e->sector == geometry.main_at;
		spare |= e->kind == ENTRY_FLUSH && e->sector == geometry.spare_at;
	}
	if (!main || !spare)
		die("the flushes in the log do not tell which disk they were for");
}

void replay(struct log *log, const struct share *mine)
{
	u32 nr;

	the_log = log;
	share = mine;
	limits = judge_pass(share->pass);
	check_flushes();
	find_areas();
	for (nr = 0; nr < log->nr; nr++)
		entry(nr);
	if (!share->job && !share->pass && model_live_violations) {
		snprintf(where, sizeof(where), "while it was recorded");
		violated("the user of the device found %u things wrong", model_live_violations);
	}
}

/*
 * For people
 */

static const char *disk_name(u32 sector)
{
	return sector == ~0U ? "both" : on_spare(sector) ? "spare" : "main";
}

void replay_dump(struct log *log)
{
	static const char * const kinds[] = { "write", "discard", "flush", "mark" };
	u32 nr;

	for (nr = 0; nr < log->nr; nr++) {
		const struct entry *e = &log->entries[nr];

		if (e->kind == ENTRY_MARK)
			printf("%u %s\n", nr, e->text);
		else if (e->kind == ENTRY_FLUSH)
			printf("%u flush %s\n", nr, disk_name(e->sector));
		else
			printf("%u %s%s %s %u+%u %s %u\n", nr, kinds[e->kind], e->fua ? " fua" : "",
			       disk_name(e->sector), e->sector - (on_spare(e->sector) ?
			       geometry.spare_at : geometry.main_at), e->count,
			       e->content && e->content->kind == CONTENT_USER ? "data of write" : "",
			       e->content ? e->content->write : 0);
	}
}
