// SPDX-License-Identifier: GPL-2.0-only
#include <linux/kernel.h>
#include <linux/math64.h>
#include <linux/string.h>

#include "cursor.h"

#define ROW	(SCAN_REGION / SCAN_SEGMENT)	/* segments in a whole region */

static u64 segments(u64 length)
{
	return DIV_ROUND_UP_ULL(length, SCAN_SEGMENT);
}

static u64 regions(u64 length)
{
	return DIV_ROUND_UP_ULL(length, SCAN_REGION);
}

/*
 * All regions but the last have ROW segments, that one has a tail of 1 to ROW: so many rounds
 * visit all regions, the others all but the last.
 */
static u64 tail(u64 length)
{
	return segments(length) - (regions(length) - 1) * ROW;
}

/* The segment that is visited at @step, which is below segments(). */
static u64 segment_at(const struct scan_cursor *c, u64 step)
{
	u64 all = regions(c->length), whole = tail(c->length) * all, round, region;

	if (c->order != SCAN_STAGGERED)
		return step;
	if (step < whole) {
		round = div64_u64_rem(step, all, &region);
	} else {
		round = div64_u64_rem(step - whole, all - 1, &region);
		round += tail(c->length);
	}
	return region * ROW + round;
}

/* When is the last segment, the one that may be short, behind us? */
static u64 step_after_last(const struct scan_cursor *c)
{
	if (c->order != SCAN_STAGGERED)
		return segments(c->length);
	return tail(c->length) * regions(c->length);
}

static u32 segment_length(const struct scan_cursor *c, u64 segment)
{
	return min_t(u64, SCAN_SEGMENT, c->length - segment * SCAN_SEGMENT);
}

void scan_cursor_start(struct scan_cursor *c, u64 length, enum scan_order order)
{
	memset(c, 0, sizeof(*c));
	c->length = length;
	c->order = order;
}

bool scan_cursor_resume(struct scan_cursor *c, u64 length, enum scan_order order, u64 step,
			u32 offset)
{
	u64 all = segments(length);

	scan_cursor_start(c, length, order);
	if (step > all || (step == all && offset))
		return false;
	if (offset && offset >= segment_length(c, segment_at(c, step)))
		return false;
	c->step = step;
	c->offset = offset;
	return true;
}

/* Which neighbourhood is being looked at; those before it are only remembered. @nr_near: none. */
static u32 near_now(const struct scan_cursor *c)
{
	u32 i = 0;

	while (i < c->nr_near && c->near[i].at == c->near[i].to)
		i++;
	return i;
}

u32 scan_cursor_next(const struct scan_cursor *c, u32 most, u64 *sector)
{
	u32 near = near_now(c);
	u64 segment;

	if (near < c->nr_near) {
		const struct scan_range *r = &c->near[near];

		*sector = r->at;
		most = min_t(u64, most, r->to - r->at);
		return min(most, SCAN_SEGMENT - (u32)(r->at & (SCAN_SEGMENT - 1)));
	}
	if (c->step >= segments(c->length))
		return 0;
	segment = segment_at(c, c->step);
	*sector = segment * SCAN_SEGMENT + c->offset;
	return min(most, segment_length(c, segment) - c->offset);
}

void scan_cursor_advance(struct scan_cursor *c, u32 sectors)
{
	u32 near = near_now(c), left;

	if (near < c->nr_near) {
		struct scan_range *r = &c->near[near];

		r->at += min_t(u64, sectors, r->to - r->at);
		return;
	}
	if (c->step >= segments(c->length))
		return;
	left = segment_length(c, segment_at(c, c->step)) - c->offset;
	if (sectors < left) {
		c->offset += sectors;
		return;
	}
	c->offset = 0;
	c->step++;
}

/* A place in the list, at its end: the oldest memory gives way. */
static struct scan_range *new_near(struct scan_cursor *c)
{
	u32 i;

	if (c->nr_near < SCAN_MAX_NEAR)
		return &c->near[c->nr_near++];
	if (!near_now(c))
		return NULL;
	for (i = 1; i < SCAN_MAX_NEAR; i++)
		c->near[i - 1] = c->near[i];
	return &c->near[SCAN_MAX_NEAR - 1];
}

void scan_cursor_hit(struct scan_cursor *c, u64 sector)
{
	const u64 half = SCAN_VICINITY / 2;
	u64 centre = round_down(sector + SCAN_SEGMENT / 2, SCAN_SEGMENT);
	struct scan_range *r;
	u32 i;

	if (sector >= c->length)
		return;
	for (i = 0; i < c->nr_near; i++)
		if (sector >= c->near[i].from && sector < c->near[i].to)
			return;
	r = new_near(c);
	if (!r)
		return;
	r->from = centre > half ? centre - half : 0;
	r->to = min(centre + half, c->length);
	r->at = r->from;
}

u64 scan_cursor_done(const struct scan_cursor *c)
{
	u64 all = segments(c->length), done = c->step * SCAN_SEGMENT + c->offset;

	if (c->step >= all)
		return c->length;
	if (c->step >= step_after_last(c))
		done -= all * SCAN_SEGMENT - c->length;
	return done;
}
