// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "offline.h"
#include "promote.h"
#include "successor.h"
#include "terms.h"

struct side {
	struct offline o;
	struct inspection spare;
	bool open, inspected;
};

static int open_side(struct side *side, const struct call *call, const char *path)
{
	int r = offline_open(&side->o, call, path, STORE_WRITE);

	if (r)
		return r;
	side->open = true;
	side->inspected = true;
	if (inspect_supers(&side->spare, &side->o.store.store, false))
		return no_memory();
	if (side->spare.super_error == -ESTALE)
		return fail(WRONG_DEVICE, "%s was used after the replacement was cut, and holds what was written then: see remapsetup check %s. Nothing was changed",
			    path, path);
	if (side->spare.super_error || !side->spare.fits)
		return fail(WRONG_DEVICE, "%s is no spare whose superblocks are in order: see remapsetup check %s. Nothing was changed",
			    path, path);
	return OK;
}

static void close_side(struct side *side)
{
	if (side->inspected)
		inspect_free(&side->spare);
	if (side->open)
		offline_close(&side->o);
}

static int refuse(const struct side *old, const struct side *new)
{
	const struct remap_super *a = &old->spare.super, *b = &new->spare.super;
	const char *old_path = old->o.disk.path, *new_path = new->o.disk.path;

	if (memcmp(a->uuid, b->uuid, sizeof(a->uuid)))
		return fail(WRONG_DEVICE, "%s and %s belong to different devices. Nothing was changed",
			    old_path, new_path);
	if (a->state == REMAP_SUPER_ACTIVE)
		return fail(WRONG_DEVICE, "%s is the active spare; %s was to replace it, and that was not brought to an end. Open %s as ever, and do replace-spare again. Nothing was changed",
			    old_path, new_path, old_path);
	if (b->state == REMAP_SUPER_ACTIVE)
		return fail(WRONG_DEVICE, "%s is the active spare already: open it. Nothing was changed",
			    new_path);
	return fail(WRONG_DEVICE, "%s (%s) was not retired for %s (%s%s): another spare has taken its place, or this one was not complete. Nothing was changed",
		    old_path, name_of_super_state(a->state), new_path,
		    name_of_super_state(b->state),
		    b->flags & REMAP_SUPER_CLEAN ? "" : ", not complete");
}

static int promote(struct side *old, struct side *new)
{
	int r = successor_promote(old ? &old->o.store.store : NULL,
				  old ? &old->spare.super : NULL, &new->o.store.store,
				  &new->spare.super);

	if (r)
		return fail(WRONG_DEVICE, "%s could not be made the active spare: %s cannot be written. Nothing is lost; try again",
			    new->o.disk.path, old ? "it or the old one" : "it");
	printf("%s has taken the place of the old spare: the replacement that was interrupted is complete\n",
	       new->o.disk.path);
	return OK;
}

int promote_pair(const struct call *call, const char *old_path, const char *new_path)
{
	struct side old = { 0 }, new = { 0 };
	int r = open_side(&old, call, old_path);

	if (!r)
		r = open_side(&new, call, new_path);
	if (!r && !successor_fits(&old.spare.super, &new.spare.super))
		r = refuse(&old, &new);
	if (!r)
		r = promote(&old, &new);
	close_side(&new);
	close_side(&old);
	return r;
}

int promote_alone(const struct call *call, const char *path)
{
	struct side new = { 0 };
	int r = open_side(&new, call, path);

	if (!r && (new.spare.super.state != REMAP_SUPER_STANDBY ||
		   !(new.spare.super.flags & REMAP_SUPER_CLEAN)))
		r = fail(WRONG_DEVICE, "%s is not complete: only a part of what is on the old spare was copied. Nothing was changed",
			 path);
	if (!r)
		r = promote(NULL, &new);
	close_side(&new);
	return r;
}
