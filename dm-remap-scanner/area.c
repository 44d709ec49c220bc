// SPDX-License-Identifier: GPL-2.0-only
/*
 * What there is to read: main, where no block is remapped; the spare's metadata and all of its
 * blocks, but those that are known to be bad.
 */
#include <linux/math64.h>
#include <linux/random.h>

#include "../compat/compat.h"
#include "scanner.h"

/* The metadata in front of the spare blocks. */
static sector_t front(const struct scanner *s)
{
	return s->geo.spare_data - s->geo.spare_start;
}

bool scan_spare_block(const struct scanner *s, u32 area, u64 sector, u32 *spare)
{
	if (area != SCAN_SPARE || sector < front(s))
		return false;
	*spare = div_u64(sector - front(s), s->geo.block);
	return true;
}

u64 scan_area_length(const struct scanner *s, u32 area)
{
	switch (area) {
	case SCAN_MAIN:
		return s->geo.length;
	case SCAN_SPARE:
		return front(s) + (u64)s->geo.spare_blocks * s->geo.block;
	default:
		return s->geo.spare_end - s->geo.spare_tail;
	}
}

struct block_device *scan_area_place(const struct scanner *s, u32 area, sector_t *start)
{
	switch (area) {
	case SCAN_MAIN:
		*start = s->geo.main_start;
		return s->geo.main;
	case SCAN_SPARE:
		*start = s->geo.spare_start;
		return s->geo.spare;
	default:
		*start = s->geo.spare_tail;
		return s->geo.spare;
	}
}

u64 scan_pass_length(const struct scanner *s)
{
	u64 sum = 0;
	u32 area;

	for (area = 0; area < SCAN_AREAS; area++)
		sum += scan_area_length(s, area);
	return sum;
}

u64 scan_pass_done(const struct scanner *s)
{
	u64 sum = scan_cursor_done(&s->cursor);
	u32 area;

	for (area = 0; area < s->memory.area; area++)
		sum += scan_area_length(s, area);
	return sum;
}

/*
 * What to leave out
 */

/* The block at this sector of an area, and where it ends. False: metadata, which has none. */
static bool block_at(const struct scanner *s, u32 area, u64 sector, u64 *block, u64 *end)
{
	u64 first = 0;
	u32 spare;

	if (area == SCAN_MAIN) {
		*block = div_u64(sector, s->geo.block);
	} else if (scan_spare_block(s, area, sector, &spare)) {
		first = front(s);
		*block = spare;
	} else {
		*end = area == SCAN_SPARE ? front(s) : scan_area_length(s, area);
		return false;
	}
	*end = min(first + (*block + 1) * s->geo.block, scan_area_length(s, area));
	return true;
}

u64 scan_block_end(const struct scanner *s, u32 area, u64 sector)
{
	u64 block, end;

	block_at(s, area, sector, &block, &end);
	return end;
}

/* The block at this sector of an area, where it ends, and whether it is left out. */
static bool left_out(struct scanner *s, u32 area, u64 sector, u64 *end)
{
	u64 block, holds;
	u32 spare;

	if (!block_at(s, area, sector, &block, end))
		return false;
	if (area == SCAN_MAIN)
		return dm_remap_lookup(s->dev, block, &spare) == 1;
	return dm_remap_holder(s->dev, block, &holds) == -EBADF;
}

/* How many sectors from @sector on are all left out, or all not. */
static u32 run(struct scanner *s, u32 area, u64 sector, u32 most, bool *out)
{
	u64 at, limit = sector + most;

	*out = left_out(s, area, sector, &at);
	while (at < limit) {
		u64 next;

		if (left_out(s, area, at, &next) != *out || next <= at)
			break;
		at = next;
	}
	return min(at, limit) - sector;
}

/*
 * What to read
 */

/* Is it what is looked at now, or was it counted as unread? */
static bool failed_before(const struct scanner *s, u64 sector, u32 sectors)
{
	const struct scan_broken *b = &s->broken;
	u64 first = div_u64(sector, s->geo.block);
	u64 last = div_u64(sector + sectors - 1, s->geo.block);
	u32 i;

	if (b->is && b->area == SCAN_MAIN && sector < b->end && b->sector < sector + sectors)
		return true;
	for (i = 0; i < s->nr_unread; i++)
		if (s->unread[i].last >= first && s->unread[i].first <= last)
			return true;
	return false;
}

/* Where there is no such place, any will do. */
u64 scan_elsewhere(struct scanner *s, u32 sectors)
{
	u64 places = div_u64(s->geo.length, sectors), random, sector = 0;
	unsigned int try;
	bool out = true;

	for (try = 0; try < 16; try++) {
		random = get_random_u32() | (u64)get_random_u32() << 32;
		div64_u64_rem(random, max(places, 1ULL), &sector);
		sector *= sectors;
		if (run(s, SCAN_MAIN, sector, sectors, &out) == sectors && !out &&
		    !scan_judge_suspected(&s->judge, sector, sectors) &&
		    !failed_before(s, sector, sectors))
			break;
	}
	return sector;
}

static bool next_visit(struct scanner *s, struct scan_read *r, u64 now_ns)
{
	bool out;

	if (!scan_judge_visit(&s->judge, &r->visit, now_ns, s->read_total))
		return false;
	r->purpose = SCAN_FOR_VISIT;
	r->area = SCAN_MAIN;
	r->sector = r->visit.sector;
	r->sectors = r->visit.sectors;
	if (r->visit.control) {
		r->sectors = min_t(u64, r->sectors, s->geo.length);
		r->sector = scan_elsewhere(s, r->sectors);
		return true;
	}
	if (run(s, SCAN_MAIN, r->sector, r->sectors, &out) == r->sectors && !out)
		return true;
	/* remapped meanwhile, in part or whole */
	scan_judge_forget(&s->judge, r->sector, r->sectors);
	return false;
}

static bool next_broken(struct scanner *s, struct scan_read *r)
{
	struct scan_broken *b = &s->broken;
	u32 piece = scan_piece(s);
	bool out;
	u64 end;

	while (b->is && b->sector < b->end && left_out(s, b->area, b->sector, &end))
		b->sector = end;
	if (b->is && b->sector >= b->end)
		b->is = false;
	if (!b->is)
		return false;
	r->purpose = SCAN_FOR_BLOCK;
	r->area = b->area;
	r->sector = b->sector;
	r->sectors = run(s, b->area, b->sector, min_t(u64, piece, b->end - b->sector), &out);
	/* metadata has blocks of its own */
	if (piece == s->geo.block)
		r->sectors = min_t(u64, r->sectors,
				   scan_block_end(s, b->area, b->sector) - b->sector);
	return true;
}

static bool next_of_pass(struct scanner *s, u32 most, struct scan_read *r)
{
	bool out;
	u32 n;

	for (;;) {
		n = scan_cursor_next(&s->cursor, most, &r->sector);
		if (!n && s->memory.area == SCAN_AREAS - 1)
			return false;
		if (!n) {
			s->memory.area++;
			s->vain_row = 0;	/* another part of another disk */
			scan_cursor_start(&s->cursor, scan_area_length(s, s->memory.area),
					  s->memory.order);
			continue;
		}
		n = run(s, s->memory.area, r->sector, n, &out);
		if (!out)
			break;
		scan_cursor_advance(&s->cursor, n);
	}
	r->purpose = SCAN_FOR_PASS;
	r->area = s->memory.area;
	r->sectors = n;
	return true;
}

bool scan_read_next(struct scanner *s, u32 most, u64 now_ns, struct scan_read *r)
{
	return next_broken(s, r) || next_visit(s, r, now_ns) || next_of_pass(s, most, r);
}
