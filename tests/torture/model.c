// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>

#include "content.h"
#include "model.h"

struct value {
	u64 generation;
	u64 began;
	u64 ended;		/* NEVER: in flight */
	u64 gone;		/* since when it isn't visible; NEVER: it is */
	bool durable;
	bool back;		/* it is gone, but a flush that failed may have brought it back */
};

struct sector {
	u8 nr;
	u8 readers;
	struct value v[MODEL_VALUES];
};

#define CHUNK	128		/* sectors with a common mark that there is something to forget */

static struct sector *sectors;
static u64 nr_sectors;
static bool *busy_chunk;
static u64 dropped;		/* the last time that a disk may have dropped something */
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

void model_init(u64 count)
{
	u64 s;

	nr_sectors = count;
	dropped = 0;
	sectors = calloc(count, sizeof(*sectors));
	busy_chunk = calloc(count / CHUNK + 1, sizeof(*busy_chunk));
	if (!sectors || !busy_chunk)
		die("no memory for the model");
	for (s = 0; s < count; s++) {
		sectors[s].nr = 1;
		sectors[s].v[0] = (struct value){ .gone = NEVER, .durable = true };
	}
}

void model_exit(void)
{
	free(sectors);
	free(busy_chunk);
	sectors = NULL;
	busy_chunk = NULL;
}

static bool visible(const struct value *v)
{
	return v->gone == NEVER || v->back;
}

/* Drops what can be neither seen nor durable. A reader may still bring what was visible. */
static void purge(struct sector *s)
{
	u32 i = 0;

	while (i < s->nr) {
		if (visible(&s->v[i]) || s->v[i].durable || s->readers)
			i++;
		else
			s->v[i] = s->v[--s->nr];
	}
}

static void hide(struct value *v, u64 now)
{
	if (visible(v))
		v->gone = now;
	v->back = false;
}

/*
 * Writes
 */

bool model_write_begin(u64 sector, u32 count, u64 generation, u64 *began)
{
	bool room = true;
	u32 i;

	pthread_mutex_lock(&mutex);
	for (i = 0; i < count; i++)
		room &= sectors[sector + i].nr < MODEL_VALUES;
	*began = tick();
	for (i = 0; room && i < count; i++) {
		struct sector *s = &sectors[sector + i];

		s->v[s->nr++] = (struct value){
			.generation = generation, .began = *began,
			.ended = NEVER, .gone = NEVER, .durable = true,
		};
		busy_chunk[(sector + i) / CHUNK] = true;
	}
	pthread_mutex_unlock(&mutex);
	return room;
}

static void end_one(struct sector *s, u64 began, u64 now, enum model_end end)
{
	bool hides = end == WRITE_DURABLE || (end == WRITE_DONE && dropped < began);
	u32 i;

	for (i = 0; i < s->nr; i++) {
		struct value *v = &s->v[i];

		if (v->began == began) {
			v->ended = now;
		} else if (hides && v->ended <= began) {
			hide(v, now);
			if (end == WRITE_DURABLE)
				v->durable = false;
		}
	}
	purge(s);
}

void model_write_end(u64 sector, u32 count, u64 began, enum model_end end)
{
	u64 now;
	u32 i;

	pthread_mutex_lock(&mutex);
	now = tick();
	for (i = 0; i < count; i++)
		end_one(&sectors[sector + i], began, now, end);
	pthread_mutex_unlock(&mutex);
}

/*
 * Reads
 */

u64 model_read_begin(u64 sector, u32 count)
{
	u64 began;
	u32 i;

	pthread_mutex_lock(&mutex);
	for (i = 0; i < count; i++)
		sectors[sector + i].readers++;
	began = tick();
	pthread_mutex_unlock(&mutex);
	return began;
}

static bool read_one(struct sector *s, u64 began, u64 now, u64 generation)
{
	bool found = false, ended = false;
	u32 i;

	for (i = 0; i < s->nr; i++) {
		const struct value *v = &s->v[i];

		if (v->generation != generation || !(v->back || v->gone > began))
			continue;
		found = true;
		/* if it ended meanwhile, it may have come to nothing: a discard, a write that a move overtook */
		ended |= v->ended <= began;
	}
	for (i = 0; ended && dropped < began && i < s->nr; i++)
		if (s->v[i].generation != generation && s->v[i].ended <= began)
			hide(&s->v[i], now);
	return found;
}

/* The name of a violation, from what was found where something else should be. */
static void tell(u64 sector, const struct content *c, const char *what)
{
	u64 generation = content_generation(c, sector);
	const char *name = "wrong";

	if (generation == 0)
		name = "ZEROS";
	else if (generation != NEVER)
		name = "STALE";
	else if (c->kind == CONTENT_BROKEN)
		name = "TORN";
	else if (c->kind == CONTENT_POISON)
		name = "GARBAGE";
	else
		name = c->run == world.run ? "MISDIRECTED" : "FOREIGN";
	violation(sector, "%s: %s of sector %llu (block %llu) found %s", name, what,
		  (unsigned long long)sector, (unsigned long long)(sector / spb()),
		  content_describe(c, sector));
}

bool model_read_end(u64 sector, u32 count, u64 began, const void *data, const char *what)
{
	u64 now, bad = NEVER;
	struct content c;
	u32 i;

	pthread_mutex_lock(&mutex);
	now = tick();
	for (i = 0; i < count; i++) {
		struct sector *s = &sectors[sector + i];

		s->readers--;
		if (data && bad == NEVER) {
			c = content_read((const u8 *)data + i * SECTOR);
			if (!read_one(s, began, now, content_generation(&c, sector + i)))
				bad = sector + i;
		}
		purge(s);
	}
	pthread_mutex_unlock(&mutex);
	if (bad != NEVER)
		tell(bad, &c, what);
	return bad == NEVER;
}

/*
 * Flush and power cut
 */

u64 model_flush_begin(void)
{
	return tick();
}

/* One value that everybody sees: there is nothing to forget, or to bring back. */
static bool settled(const struct sector *s)
{
	return !s->nr || (s->nr == 1 && s->v[0].gone == NEVER);
}

/* Of all sectors that are not settled. */
static void for_all(void (*what)(struct value *v, u64 when), u64 when)
{
	u64 chunk, s;
	u32 i;

	for (chunk = 0; chunk * CHUNK < nr_sectors; chunk++) {
		if (!busy_chunk[chunk])
			continue;
		busy_chunk[chunk] = false;
		for (s = chunk * CHUNK; s < nr_sectors && s < (chunk + 1) * CHUNK; s++) {
			for (i = 0; i < sectors[s].nr; i++)
				what(&sectors[s].v[i], when);
			purge(&sectors[s]);
			busy_chunk[chunk] |= !settled(&sectors[s]);
		}
	}
}

static void flush_all(struct value *v, u64 began)
{
	if (v->gone > began)
		return;
	v->durable = false;
	v->back = false;
}

static void flush_what_stayed(struct value *v, u64 began)
{
	if (v->gone <= began && !v->back)
		v->durable = false;
}

void model_flush_end(u64 began, bool alone)
{
	pthread_mutex_lock(&mutex);
	if (dropped < began)
		for_all(alone ? flush_all : flush_what_stayed, began);
	pthread_mutex_unlock(&mutex);
}

static void keep(struct value *v, u64 when)
{
	if (v->back)
		v->gone = when;
	v->back = false;
}

void model_flush_failed(void)
{
	pthread_mutex_lock(&mutex);
	for_all(keep, NEVER);
	pthread_mutex_unlock(&mutex);
}

static void bring_back(struct value *v, u64 now)
{
	v->back = v->durable && v->gone < now;
}

void model_drop(void)
{
	pthread_mutex_lock(&mutex);
	dropped = tick();
	for_all(bring_back, dropped);
	pthread_mutex_unlock(&mutex);
}

void model_power_cut(void)
{
	u64 s, now;
	u32 i;

	pthread_mutex_lock(&mutex);
	now = tick();
	for (s = 0; s < nr_sectors; s++) {
		for (i = 0; i < sectors[s].nr; i++) {
			struct value *v = &sectors[s].v[i];

			v->ended = now;
			v->gone = v->durable ? NEVER : 0;
			v->back = false;
		}
		purge(&sectors[s]);
	}
	pthread_mutex_unlock(&mutex);
}

void model_settle(u64 sector, const void *data)
{
	struct content c = content_read(data);
	u64 generation = content_generation(&c, sector);
	struct sector *s = &sectors[sector];
	u32 i;

	pthread_mutex_lock(&mutex);
	for (i = 0; i < s->nr; i++)
		if (s->v[i].generation != generation)
			s->v[i].durable = false;
	purge(s);
	pthread_mutex_unlock(&mutex);
}

bool model_may_hold(u64 sector, u64 generation)
{
	bool found = false;
	u32 i;

	pthread_mutex_lock(&mutex);
	for (i = 0; i < sectors[sector].nr; i++)
		found |= sectors[sector].v[i].generation == generation &&
			 visible(&sectors[sector].v[i]);
	pthread_mutex_unlock(&mutex);
	return found;
}

void model_show(u64 sector)
{
	u32 i;

	pthread_mutex_lock(&mutex);
	for (i = 0; i < sectors[sector].nr; i++) {
		const struct value *v = &sectors[sector].v[i];

		say("  may be: write %llu (began %llu%s%s)", (unsigned long long)v->generation,
		    (unsigned long long)v->began, v->back ? ", back by a flush that failed" :
		    visible(v) ? ", visible" : ", not visible",
		    v->durable ? ", after a power cut" : "");
	}
	pthread_mutex_unlock(&mutex);
}
