// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>

#include "spec.h"
#include "toolcheck.h"

#define LOOKS_CLEAN	0
#define LOOKS_REFUSED	2
#define NO_SPARE	3

/* static: a map of this size does not belong on the stack */
static struct spec_map before, after, sound;

static u64 sectors_of(const struct toolcheck *t)
{
	return t->base->life.geometry->spare;
}

/* As the tool sees it, without a main device: a start is refused, or goes well. */
static void read_spec(const struct toolcheck *t, const u8 *bytes, bool force, struct spec_map *map)
{
	const struct spec_area area = { bytes, sectors_of(t), NULL };

	spec_read_super(&area, force, map);
	if (map->error)
		return;
	if (map->super.length > sectors_of(t) || map->super.state != REMAP_SUPER_ACTIVE) {
		map->error = -EINVAL;
		return;
	}
	map->blocks = remap_format_main_blocks(&map->super);
	if (map->blocks <= SPEC_BLOCKS)
		spec_read_map(&area, map);
}

/* A main device that is longer than spec.h has room for. */
static bool too_long(const struct spec_map *map)
{
	return !map->error && map->blocks > SPEC_BLOCKS;
}

struct found {
	const struct spec_map *map;
	u64 nr;
};

static void compare(void *context, uint64_t block, uint32_t spare, uint64_t lost)
{
	struct found *f = context;

	assert(block < f->map->blocks);
	assert(f->map->spare[block] == spare && f->map->lost[block] == lost);
	f->nr++;
}

static void check_look(const struct toolcheck *t, u8 *bytes, const struct spec_map *map,
		       int *worst)
{
	struct toolbox box = { .bytes = bytes, .sectors = sectors_of(t), .force = t->force };
	struct found f = { .map = map };
	u64 i, nr = 0;
	int starts;

	starts = toolbox_look(&box, worst, compare, &f);
	assert(starts == !map->error);
	assert(starts == (*worst < LOOKS_REFUSED));
	for (i = 0; starts && i < map->blocks; i++)
		nr += map->spare[i] != SPEC_MAIN;
	assert(f.nr == nr);
}

static bool same_map(const struct spec_map *a, const struct spec_map *b)
{
	return a->blocks == b->blocks && !memcmp(a->spare, b->spare, a->blocks * 4) &&
	       !memcmp(a->lost, b->lost, a->blocks * 8);
}

/* On a disk that has grown nobody finds superblock B while A is torn. */
static bool torn_twin(const struct toolcheck *t, const struct spec_map *map)
{
	return map->error && t->base->life.geometry->grown && t->cut_after >= 0;
}

/* What a cut leaves: the old map, or what @t->what is to make of it, or a refusal. */
static void check_after(const struct toolcheck *t, u8 *bytes, int r)
{
	int worst;

	read_spec(t, bytes, t->force, &after);
	switch (t->what) {
	case TOOLBOX_HEAL:
		assert(torn_twin(t, &after) || (!after.error && same_map(&after, &before)));
		break;
	case TOOLBOX_ERASE:
		/* half a block of zeros may be just what makes a damaged one whole again */
		assert(after.error || before.error || same_map(&after, &before));
		break;
	default:
		assert(after.error || before.error || same_map(&after, &sound) ||
		       same_map(&after, &before));
	}
	if (t->cut_after >= 0)
		return;
	assert(!r);
	check_look(t, bytes, &after, &worst);
	assert(after.error || t->what != TOOLBOX_ERASE);
	/* with damaged superblocks nobody knows what else there is to be erased */
	if (t->what == TOOLBOX_ERASE)
		assert(worst == NO_SPARE || before.error);
	else
		assert(worst == LOOKS_CLEAN);
	/* neither the map nor main has changed: a clean stop stays one */
	if (t->what == TOOLBOX_HEAL)
		assert(after.super.flags == before.super.flags);
	if (t->what == TOOLBOX_RESTORE)
		assert(!after.error && same_map(&after, &sound));
}

/* All its numbers are new, but there is no room above these. */
static bool near_the_end(const struct spec_map *map)
{
	return (map->highest + (1ULL << 33)) >> 62;
}

static void change(struct toolcheck *t)
{
	struct toolbox box = { .sectors = sectors_of(t), .force = t->force,
			       .cut_after = t->cut_after, .fates = t->fates };
	struct toolbox from = { .sectors = sectors_of(t) };
	size_t start = t->base->life.geometry->start * SECTOR_SIZE;
	int r;

	from.bytes = t->base->image + start;
	read_spec(t, from.bytes, false, &sound);
	box.bytes = malloc(box.sectors * SECTOR_SIZE);
	assert(box.bytes);
	memcpy(box.bytes, t->area, box.sectors * SECTOR_SIZE);
	r = toolbox_change(&box, t->what, &from);
	t->steps = box.steps;
	check_after(t, box.bytes, r);
	free(box.bytes);
}

void toolcheck(struct toolcheck *t)
{
	u8 *kept = malloc(sectors_of(t) * SECTOR_SIZE);
	int worst;

	assert(kept);
	memcpy(kept, t->area, sectors_of(t) * SECTOR_SIZE);
	t->steps = 0;
	t->starts = false;
	read_spec(t, t->area, t->force, &before);
	if (!too_long(&before)) {
		check_look(t, kept, &before, &worst);
		t->starts = !before.error;
		assert(!memcmp(kept, t->area, sectors_of(t) * SECTOR_SIZE));
		/* the verbs are called for nothing else */
		if ((t->what != TOOLBOX_HEAL || !before.error) &&
		    (t->what != TOOLBOX_ERASE || worst != NO_SPARE) && !near_the_end(&before))
			change(t);
	}
	free(kept);
}
