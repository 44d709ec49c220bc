// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <sys/mman.h>

#include "state.h"
#include "tag.h"

struct undo {
	u32 sector;
	const struct content *old;
};

struct geometry geometry;
const struct content **state_at;
u64 state_data_hash, state_meta_hash;

static const u8 zeros[CRASH_SECTOR];
const struct content content_zero = { .bytes = zeros, .kind = CONTENT_ZERO };

static struct undo *undo;
static u32 nr_undo, room_undo;
static u32 data_first, data_end;

void state_init(void)
{
	u32 i, n = geometry.spare_at + geometry.spare_sectors;

	state_at = malloc(n * sizeof(*state_at));
	assert(state_at);
	for (i = 0; i < n; i++)
		state_at[i] = &content_zero;
}

static bool is_meta(u32 sector)
{
	return sector >= geometry.spare_at && (sector < data_first || sector >= data_end);
}

static u64 weight(u32 sector, const struct content *c)
{
	return c->kind == CONTENT_ZERO ? 0 : crash_mix(c->hash + sector * 0x9e3779b97f4a7c15ULL);
}

void state_set_data_area(u32 first, u32 end)
{
	u32 i, n = geometry.spare_at + geometry.spare_sectors;

	data_first = first;
	data_end = end;
	state_data_hash = 0;
	state_meta_hash = 0;
	for (i = 0; i < n; i++)
		*(is_meta(i) ? &state_meta_hash : &state_data_hash) ^= weight(i, state_at[i]);
}

static void set(u32 sector, const struct content *c)
{
	*(is_meta(sector) ? &state_meta_hash : &state_data_hash) ^=
		weight(sector, state_at[sector]) ^ weight(sector, c);
	state_at[sector] = c;
}

void state_put(u32 sector, const struct content *content)
{
	assert(sector < geometry.spare_at + geometry.spare_sectors);
	if (state_at[sector] == content)
		return;
	if (nr_undo == room_undo) {
		room_undo = 2 * room_undo + 1024;
		undo = realloc(undo, room_undo * sizeof(*undo));
		assert(undo);
	}
	undo[nr_undo++] = (struct undo){ sector, state_at[sector] };
	set(sector, content);
}

u32 state_mark(void)
{
	return nr_undo;
}

void state_rollback(u32 mark)
{
	while (nr_undo > mark) {
		nr_undo--;
		set(undo[nr_undo].sector, undo[nr_undo].old);
	}
}

void state_forget_undo(void)
{
	nr_undo = 0;
}

void content_init(struct content *c, const u8 *bytes)
{
	const struct crash_tag *tag = (const void *)bytes;

	memset(c, 0, sizeof(*c));
	c->bytes = bytes;
	if (!memcmp(bytes, zeros, CRASH_SECTOR)) {
		c->kind = CONTENT_ZERO;
		return;
	}
	c->hash = crash_hash(bytes);
	c->kind = crash_tag_valid(tag) ? CONTENT_USER : CONTENT_OTHER;
	if (c->kind == CONTENT_USER) {
		c->write = tag->write;
		c->sector = tag->sector;
	}
}

/*
 * Sets and chance
 */

#define SEEN_ROOM (1ULL << 23)

static void *shared(size_t bytes)
{
	void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	assert(p != MAP_FAILED);
	return p;
}

struct seen *seen_new(void)
{
	struct seen *seen = shared(sizeof(*seen));

	seen->slots = shared(SEEN_ROOM * sizeof(*seen->slots));
	return seen;
}

bool seen_add(struct seen *seen, u64 hash)
{
	u64 i;

	hash += !hash;
	for (i = hash & (SEEN_ROOM - 1); ; i = (i + 1) & (SEEN_ROOM - 1)) {
		u64 there = READ_ONCE(seen->slots[i]);

		if (there == hash)
			return false;
		if (there)
			continue;
		if (seen->nr > SEEN_ROOM / 4 * 3)
			return true;
		if (__sync_bool_compare_and_swap(&seen->slots[i], 0, hash))
			break;
		i--;	/* somebody was quicker: look at it again */
	}
	__sync_fetch_and_add(&seen->nr, 1);
	return true;
}

static u64 chance = 1;

void random_seed(u64 seed)
{
	chance = crash_mix(seed + 1) | 1;
}

u64 random_u64(void)
{
	chance ^= chance << 13;
	chance ^= chance >> 7;
	chance ^= chance << 17;
	return chance * 0x2545f4914f6cdd1dULL;
}

u32 random_below(u32 n)
{
	return (random_u64() >> 32) % n;
}
