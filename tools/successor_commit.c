// SPDX-License-Identifier: GPL-2.0-only
/*
 * From one spare to the other:
 *
 *   old: A replaced, flush, B replaced, flush ; new: A active, flush, B active, flush
 *
 * Whatever fails, at most one of the two may be taken for the active one, now and after a
 * power cut, and also if what failed has landed all the same.
 */
#include <errno.h>
#include <string.h>

#include <linux/kernel.h>
#include <linux/vmalloc.h>

#include "successor.h"
#include "super_exchange.h"

bool successor_unchanged(struct successor *s)
{
	return supers_unchanged(s->old, &s->was, s->was.md.scratch);
}

int successor_destroy(struct store *new, const struct remap_super *sb)
{
	void *zeros = vzalloc(REMAP_META_SIZE);
	int r = zeros ? 0 : -ENOMEM;
	u32 copy;

	for (copy = 0; !r && copy < 2; copy++)
		if (remap_disk_write(&new->disk, super_place(sb, copy), zeros, REMAP_META_SIZE))
			r = -EIO;
	if (!r && remap_disk_flush(&new->disk))
		r = -EIO;
	vfree(zeros);
	return r;
}

/* Nothing can be promoted any more, so the old one may be what it was. */
static enum successor_outcome fall_back(struct successor *s, const struct remap_super *retired,
					void *buf)
{
	struct remap_super again = s->was.super;
	bool a, b;

	if (successor_destroy(s->new, &s->sb))
		return SUCCESSOR_STUCK;
	again.generation = max(retired->generation, s->sb.generation) + 1;
	/* either superblock that says so counts: it is the newest */
	a = super_put_and_look(s->old, &again, 0, buf);
	b = super_put_and_look(s->old, &again, 1, buf);
	return a || b ? SUCCESSOR_RESTORED : SUCCESSOR_STUCK;
}

static bool activate(struct successor *s, void *buf)
{
	bool a, b;

	s->sb.state = REMAP_SUPER_ACTIVE;
	s->sb.generation += 2;
	a = super_put_and_look(s->new, &s->sb, 0, buf);
	b = super_put_and_look(s->new, &s->sb, 1, buf);
	/* one is enough: the kernel rewrites the other */
	return a || b;
}

enum successor_outcome successor_commit(struct successor *s)
{
	struct remap_super retired = s->was.super;
	void *buf = s->was.md.scratch;

	retired.state = REMAP_SUPER_REPLACED;
	retired.generation = s->sb.generation + 1;
	switch (super_exchange(s->old, &s->was, &retired, buf)) {
	case SUPERS_UNCHANGED:
		/* one that stays fits no retired spare: no number is used twice */
		successor_destroy(s->new, &s->sb);
		return SUCCESSOR_BACK;
	case SUPERS_UNKNOWN:
		return fall_back(s, &retired, buf);
	default:
		return activate(s, buf) ? SUCCESSOR_DONE : fall_back(s, &retired, buf);
	}
}

/*
 * After a crash
 */

bool successor_fits(const struct remap_super *old, const struct remap_super *new)
{
	return !memcmp(old->uuid, new->uuid, sizeof(old->uuid)) &&
	       old->state == REMAP_SUPER_REPLACED && new->state == REMAP_SUPER_STANDBY &&
	       new->flags & REMAP_SUPER_CLEAN && old->generation == new->generation + 1 &&
	       old->block_size == new->block_size && old->mask_unit == new->mask_unit;
}

int successor_promote(struct store *old, const struct remap_super *was, struct store *new,
		      const struct remap_super *sb)
{
	struct remap_super active = *sb;
	void *buf = vzalloc(REMAP_META_SIZE);
	int r = buf ? 0 : -ENOMEM;

	/* the one that may be older goes first, while the other says "replaced" */
	if (!r && old) {
		super_put(old, was, super_is(old, was, 0, buf), buf);
		if (remap_disk_flush(&old->disk) ||
		    !(super_is(old, was, 0, buf) || super_is(old, was, 1, buf)))
			r = -EIO;
	}
	active.state = REMAP_SUPER_ACTIVE;
	active.generation = sb->generation + 2;
	if (!r)
		r = super_put(new, &active, 0, buf);
	if (!r)
		r = super_put(new, &active, 1, buf);
	vfree(buf);
	return r;
}
