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

/* What a superblock of the old spare turned out to be. */
enum seen {
	UNCHANGED,
	REPLACED,
	UNKNOWN,
};

static u64 place(const struct remap_super *sb, u32 copy)
{
	return copy ? sb->super_b : 0;
}

static int put(struct store *store, const struct remap_super *sb, u32 copy, void *buf)
{
	remap_format_encode_super(buf, sb, copy);
	return remap_disk_write(&store->disk, place(sb, copy), buf, REMAP_META_SIZE) ||
	       remap_disk_flush(&store->disk) ? -EIO : 0;
}

static int put_supers(struct store *store, const struct remap_super *sb, void *buf)
{
	int r = put(store, sb, 0, buf);

	return r ? r : put(store, sb, 1, buf);
}

static bool is_state(struct store *store, const struct remap_super *sb, u32 copy, void *buf)
{
	struct remap_super seen;

	return !remap_disk_read(&store->disk, place(sb, copy), buf, REMAP_META_SIZE) &&
	       remap_format_decode_super(buf, copy, &seen) == REMAP_VALID &&
	       seen.state == sb->state && seen.generation == sb->generation;
}

static enum seen look(struct successor *s, const struct remap_super *retired, u32 copy, void *buf)
{
	if (is_state(s->old, retired, copy, buf))
		return REPLACED;
	if (!remap_disk_read(&s->old->disk, place(retired, copy), buf, REMAP_META_SIZE) &&
	    !memcmp(buf, s->was.super_raw[copy], REMAP_META_SIZE))
		return UNCHANGED;
	return UNKNOWN;
}

bool successor_unchanged(struct successor *s)
{
	void *buf = s->was.md.scratch;
	u32 copy;

	for (copy = 0; copy < 2; copy++)
		if (remap_disk_read(&s->old->disk, place(&s->was.super, copy), buf,
				    REMAP_META_SIZE) ||
		    memcmp(buf, s->was.super_raw[copy], REMAP_META_SIZE))
			return false;
	return true;
}

int successor_destroy(struct store *new, const struct remap_super *sb)
{
	void *zeros = vzalloc(REMAP_META_SIZE);
	int r = zeros ? 0 : -ENOMEM;
	u32 copy;

	for (copy = 0; !r && copy < 2; copy++)
		if (remap_disk_write(&new->disk, place(sb, copy), zeros, REMAP_META_SIZE))
			r = -EIO;
	if (!r && remap_disk_flush(&new->disk))
		r = -EIO;
	vfree(zeros);
	return r;
}

static bool put_and_look(struct store *store, const struct remap_super *sb, u32 copy, void *buf)
{
	return !put(store, sb, copy, buf) && is_state(store, sb, copy, buf);
}

/*
 * One copy that durably says so is enough: it is the newer one, whatever becomes of
 * the other. If neither is known to, nobody may go on with either.
 */
static enum seen retire(struct successor *s, const struct remap_super *retired, void *buf)
{
	bool a = put_and_look(s->old, retired, 0, buf), b;
	enum seen seen_a, seen_b;

	if (!a && look(s, retired, 0, buf) == UNCHANGED && look(s, retired, 1, buf) == UNCHANGED)
		return UNCHANGED;
	b = put_and_look(s->old, retired, 1, buf);
	if (a || b)
		return REPLACED;
	seen_a = look(s, retired, 0, buf);
	seen_b = look(s, retired, 1, buf);
	if ((seen_a == REPLACED || seen_b == REPLACED) && !remap_disk_flush(&s->old->disk))
		return REPLACED;
	return UNKNOWN;
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
	a = put_and_look(s->old, &again, 0, buf);
	b = put_and_look(s->old, &again, 1, buf);
	return a || b ? SUCCESSOR_RESTORED : SUCCESSOR_STUCK;
}

static bool activate(struct successor *s, void *buf)
{
	bool a, b;

	s->sb.state = REMAP_SUPER_ACTIVE;
	s->sb.generation += 2;
	a = put_and_look(s->new, &s->sb, 0, buf);
	b = put_and_look(s->new, &s->sb, 1, buf);
	/* one is enough: the kernel rewrites the other */
	return a || b;
}

enum successor_outcome successor_commit(struct successor *s)
{
	struct remap_super retired = s->was.super;
	void *buf = s->was.md.scratch;

	retired.state = REMAP_SUPER_REPLACED;
	retired.generation = s->sb.generation + 1;
	switch (retire(s, &retired, buf)) {
	case UNCHANGED:
		/* one that stays fits no retired spare: no number is used twice */
		successor_destroy(s->new, &s->sb);
		return SUCCESSOR_BACK;
	case UNKNOWN:
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
		put(old, was, is_state(old, was, 0, buf), buf);
		if (remap_disk_flush(&old->disk) ||
		    !(is_state(old, was, 0, buf) || is_state(old, was, 1, buf)))
			r = -EIO;
	}
	active.state = REMAP_SUPER_ACTIVE;
	active.generation = sb->generation + 2;
	if (!r)
		r = put_supers(new, &active, buf);
	vfree(buf);
	return r;
}
