/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where a pass stands in one area (main, or a part of the spare): position, order,
 * neighbourhood. Pure: no I/O, no locks, no clock; also built on the host.
 *
 * A pass visits every segment of 1 MiB once. Staggered: the first segment of every
 * region of 128 MiB, then the second of each, and so on: bad sectors come in
 * clusters, so a sample of all regions finds the first of a cluster
 * sooner than a walk from one end to the other.
 */
#ifndef SCAN_CURSOR_H
#define SCAN_CURSOR_H

#include <linux/types.h>

#define SCAN_SEGMENT	2048u		/* sectors: 1 MiB */
#define SCAN_REGION	(128u * SCAN_SEGMENT)
#define SCAN_VICINITY	(10u * SCAN_SEGMENT)	/* looked at around a hit, in all */
#define SCAN_MAX_NEAR	8

enum scan_order {
	SCAN_STAGGERED,
	SCAN_SEQUENTIAL,
};

/**
 * struct scan_cursor - position in an area
 * @length: sectors to visit
 * @order: of the segments; may change only between areas
 * @step: segments that are done
 * @offset: sectors done of the segment at @step
 * @near: neighbourhoods, oldest first: looked at before the pass goes on, then remembered
 * @nr_near: how many
 */
struct scan_cursor {
	u64 length;
	enum scan_order order;
	u64 step;
	u32 offset;
	struct scan_range {
		u64 from, to;
		u64 at;		/* what is below is done */
	} near[SCAN_MAX_NEAR];
	u32 nr_near;
};

/** scan_cursor_start() - at the beginning of an area of @length sectors */
void scan_cursor_start(struct scan_cursor *c, u64 length, enum scan_order order);

/**
 * scan_cursor_resume() - where an earlier pass stood
 * @step: segments that were done
 * @offset: sectors of the one after them
 *
 * Return: false when that place is not in this area; the cursor is at its beginning then.
 */
bool scan_cursor_resume(struct scan_cursor *c, u64 length, enum scan_order order, u64 step,
			u32 offset);

/**
 * scan_cursor_next() - what to look at now
 * @most: sectors, at most; not 0
 * @sector: set to the first one, relative to the area
 *
 * Never crosses the end of a segment or of the area.
 * Return: how many sectors; 0: the area is complete.
 */
u32 scan_cursor_next(const struct scan_cursor *c, u32 most, u64 *sector);

/** scan_cursor_advance() - so many sectors of what scan_cursor_next() said are done */
void scan_cursor_advance(struct scan_cursor *c, u32 sectors);

/**
 * scan_cursor_hit() - something is wrong at @sector: look around it first
 *
 * A hit inside a neighbourhood that is remembered makes no new one. One for which there is no
 * room is forgotten, and so is one that is not in the area.
 */
void scan_cursor_hit(struct scan_cursor *c, u64 sector);

/** scan_cursor_done() - sectors behind us, exactly, without the neighbourhoods */
u64 scan_cursor_done(const struct scan_cursor *c);

#endif
