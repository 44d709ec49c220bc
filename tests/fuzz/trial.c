// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <stdlib.h>

#include "trial.h"

/* static: a map of this size does not belong on the stack, and there is one trial at a time */
static struct spec_map before, now;
static unsigned int steps_taken;

static const char base_uuid[] = "30313233-3435-3637-3839-616263646566";

static const u8 *pages_faults(struct life *life, const u8 *faults, u8 *out)
{
	u32 i;

	if (!faults)
		return NULL;
	for (i = 0; i < life->geometry->spare / 8; i++)
		out[i] = faults[life->geometry->start / 8 + i] & STORE_UNREADABLE;
	return out;
}

/*
 * What is to be expected
 */

static int expect_super(struct life *life, const struct trial *t, struct spec_map *map)
{
	const struct remap_super *sb = &map->super;
	bool grow = t->force || t->replaces;

	if (map->error)
		return map->error;
	if (sb->state == REMAP_SUPER_FORMATTING)
		return -ENODATA;
	if (t->uuid && memcmp(sb->uuid, "0123456789abcdef", 16))
		return -ENODEV;
	if (sb->state != REMAP_SUPER_ACTIVE || sb->length > life->geometry->spare ||
	    (sb->main_start && !t->force) || sb->mask_unit != 512 ||
	    (sb->main_length != life->geometry->main && !grow))
		return -EINVAL;
	return 0;
}

static bool main_changed(struct life *life, const struct trial *t, const struct spec_map *map)
{
	const struct remap_super *sb = &map->super;
	u32 crc[2];

	if (t->identity && sb->main_identity[0] &&
	    strncmp("disk1", (const char *)sb->main_identity, 128))
		return true;
	if ((sb->flags & 3) != 3)
		return false;
	if (sb->main_start || sb->main_length > life->geometry->main)
		return true;
	spec_fingerprint(map, life->main_store.now, sb->main_length, crc);
	return crc[0] != sb->fingerprint[0] || crc[1] != sb->fingerprint[1];
}

/* Sets *ctr to what ctr has to say; returns what preresume has. */
static int expect(struct life *life, const struct trial *t, const struct spec_area *area,
		  struct spec_map *map, int *ctr)
{
	bool changed, compared;
	int refusal;
	u64 spb;

	spec_read_super(area, t->force, map);
	refusal = expect_super(life, t, map);
	*ctr = refusal;
	if (refusal)
		return refusal;
	spb = map->super.block_size / 512;
	map->blocks = (life->geometry->main + spb - 1) / spb;
	spec_read_map(area, map);
	if (map->error)
		return map->error;
	changed = main_changed(life, t, map);
	compared = (map->super.flags & 3) == 3;
	map->forget = changed || (t->force && !compared);
	if (changed && !t->force)
		map->error = -EUCLEAN;
	return map->error;
}

/* Section 8, start and stop: what the first life makes of it. */
static void forget(struct spec_map *map)
{
	if (map->forget)
		memset(map->rescuable, 0, sizeof(map->rescuable));
}

/* What a format may go over: nothing, or what a format left. */
static bool formattable(const struct spec_area *area, bool leftovers)
{
	u64 sector, i;

	for (sector = 0; sector < area->sectors; sector += 8) {
		const u8 *p = spec_page(area, sector);

		if (!p)
			return false;
		if (leftovers && !memcmp(p, "dmremap", 7) && strchr("STH", p[7]) && p[7])
			continue;
		for (i = 0; i < 4096; i++)
			if (p[i])
				return false;
	}
	return true;
}

/*
 * What is found
 */

static void check_block(struct remap_device *dev, const struct spec_map *map, u64 block,
			unsigned long *remapped)
{
	remap_place_t place = remap_map_get(&dev->map, block);
	u32 spare = remap_place_spare(place);
	const struct remap_super *sb = &dev->md.super;
	struct remap_disk_entry e;

	assert(spare == map->spare[block]);
	if (spare == REMAP_NO_SPARE) {
		assert(!place);
		return;
	}
	assert(spare < sb->spare_blocks);
	assert(remap_spare_sector(dev, spare) >= sb->health[0] + 8 &&
	       remap_spare_sector(dev, spare) + dev->spb <= sb->health[1]);
	assert(test_bit(spare, dev->spares.taken));
	remap_metadata_entry(&dev->md, spare, &e);
	assert(e.state == REMAP_ENTRY_MAPPED && e.main_block == block);
	assert(e.lost == map->lost[block]);
	assert(!(e.flags & REMAP_ENTRY_RESCUABLE) == !map->rescuable[block]);
	assert(place == remap_place_on_spare(spare, e.lost));
	++*remapped;
}

static void check_map(struct life *life, const struct spec_map *map)
{
	struct remap_device *dev = life_dev(life);
	unsigned long remapped = 0;
	remap_place_t place;
	u64 block;

	assert(dev->map.nr_blocks == map->blocks);
	for (block = 0; block < map->blocks; block++)
		check_block(dev, map, block, &remapped);
	block = remap_map_first(&dev->map, map->blocks, ULONG_MAX, &place);
	assert(block == U64_MAX);
	assert(dev->map.remapped == remapped);
}

/* Not where the power is gone by then: the record could not be read. */
static void check_health(struct life *life, const struct spec_map *map)
{
	u64 generation = life_dev(life)->md.generation;
	const u8 *health = life_dev(life)->md.health;

	/* the next one is what is written */
	assert(generation + 1 > map->highest && !(generation >> 63));
	assert(!life_dev(life)->md.super_good[0] || !life_dev(life)->md.super_good[1] ||
	       generation >> 32 > map->highest >> 32);
	if (map->health)
		assert(!memcmp(health, map->health, REMAP_HEALTH_PAYLOAD));
	else
		assert(!memchr_inv(health, 0, REMAP_HEALTH_PAYLOAD));
}

/* These are asked for at any time: they must hold their tongue within the buffer. */
static void check_reports(struct life *life)
{
	static const unsigned int sizes[] = { 1, 7, 100, 4096 };
	char text[] = "list 3", *result;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		result = malloc(sizes[i]);
		remap_status(&life->ti, STATUSTYPE_INFO, 0, result, sizes[i]);
		assert(strlen(result) < sizes[i]);
		remap_status(&life->ti, STATUSTYPE_TABLE, 0, result, sizes[i]);
		assert(strlen(result) < sizes[i]);
		memcpy(text, "list 3", sizeof(text));
		assert(life_message(life, text, result, sizes[i]) == 1);
		assert(strlen(result) < sizes[i]);
		free(result);
	}
}

/* Every spare block that would be handed out is nobody's. Returns the first. */
static u32 check_free(struct remap_device *dev, const struct spec_map *map)
{
	u32 first = remap_spare_take(&dev->spares), spare = first, taken = 0;
	u64 i;

	while (spare != REMAP_NO_SPARE) {
		assert(spare < dev->md.super.spare_blocks);
		for (i = 0; i < map->blocks; i++)
			assert(map->spare[i] != spare);
		assert(remap_metadata_truth(&dev->md, spare)->state == REMAP_ENTRY_FREE);
		assert(remap_metadata_block_state(&dev->md, spare) == REMAP_BLOCK_GOOD);
		taken++;
		assert(taken <= dev->md.super.spare_blocks);
		spare = remap_spare_take(&dev->spares);
	}
	assert(dev->spares.used == dev->md.super.spare_blocks);
	return first;
}

/* What is committed to a free spare block is there from then on. */
static enum remap_outcome check_commit(struct life *life, const struct spec_map *map,
				       u64 *block, u32 *spare)
{
	struct remap_disk_entry e = { .state = REMAP_ENTRY_MAPPED };

	*spare = check_free(life_dev(life), map);
	for (*block = 0; *block < map->blocks && map->spare[*block] != SPEC_MAIN; ++*block)
		;
	if (*spare == REMAP_NO_SPARE || *block == map->blocks)
		return REMAP_DID_NOT_HAPPEN;
	e.main_block = cpu_to_le64(*block);
	return life_put(life, *spare, &e);
}

/* A frozen table block that holds nothing that counts may be given up. */
static void bury(struct life *life, const struct spec_map *map)
{
	struct remap_device *dev = life_dev(life);
	u32 k, used;
	u64 i;

	for (k = 0; k < dev->md.super.table_blocks; k++) {
		if (dev->md.block_state[k] != REMAP_BLOCK_FROZEN)
			continue;
		for (i = 0, used = 0; i < map->blocks; i++)
			used += map->spare[i] / REMAP_ENTRIES_PER_BLOCK == k;
		if (!used)
			remap_metadata_bury(&dev->md, k);
	}
}

/*
 * The trial
 */

static int start(struct life *life, const struct trial *t, int *preresume)
{
	char options[128];
	int r;

	life->table.mode = t->read_only ? 0 : BLK_OPEN_WRITE;
	life->md.disk.capacity = t->replaces ? life->geometry->main : 0;
	/* the number of options first */
	snprintf(options, sizeof(options), "%d%s%s%s%s%s",
		 t->force + t->format + t->uuid + t->identity,
		 t->force ? " force" : "", t->format ? " format" : "",
		 t->uuid ? " uuid=" : "", t->uuid ? base_uuid : "",
		 t->identity ? " identity=disk1" : "");
	r = life_create(life, options);
	*preresume = r ? r : life_resume(life);
	return r;
}

/* Two superblocks that say the same but for what each write changes. */
static bool same_super(const struct remap_super *a, const struct remap_super *b)
{
	struct remap_super x = *a, y = *b;

	x.generation = y.generation;
	x.flags = y.flags;
	return !memcmp(&x, &y, sizeof(x));
}

static bool same_map(const struct spec_map *a, const struct spec_map *b)
{
	return a->blocks == b->blocks && !memcmp(a->spare, b->spare, a->blocks * 4) &&
	       !memcmp(a->lost, b->lost, a->blocks * 8);
}

/* The counter of generations runs out: some activation is the last one. */
static bool near_the_end(const struct spec_map *map)
{
	return (map->highest + (1ULL << 33)) >> 62;
}

/* Without its faults the spare says the same, now and after whatever was written. */
static void check_disk(struct life *life, const struct trial *t, const struct spec_map *expected)
{
	const struct spec_area area = { life_area(life), life->geometry->spare, NULL };
	struct trial again = { .force = t->force, .replaces = t->replaces, .cut_after = -1 };
	struct trial_outcome o;
	int ctr;

	spec_read_super(&area, t->force, &now);
	assert(!now.error);
	expect(life, &again, &area, &now, &ctr);
	assert(!now.error && !ctr);
	assert(same_map(&now, expected));
	forget(&now);
	/* the highest generation may have been in a block that could not be read */
	if (near_the_end(&now))
		return;
	o.ctr = start(life, &again, &o.preresume);
	assert(!o.ctr && !o.preresume);
	assert(life_dev(life)->md.mode == REMAP_MODE_RW);
	check_map(life, &now);
	check_health(life, &now);
	life_destroy(life);
}

/* May the durable content be held against what the first life believed? */
static bool comparable(struct life *life, const struct trial *t, const u8 *image)
{
	const struct spec_area area = {
		image + (size_t)life->geometry->start * 512, life->geometry->spare, NULL,
	};
	int ctr;

	if (!t->faults)
		return true;
	/* a superblock that could not be read may say anything when it comes back */
	expect(life, t, &area, &now, &ctr);
	if (now.error || ctr)
		return false;
	if (spec_page(&area, 0) && !(t->faults[life->geometry->start / 8] |
				     t->faults[(life->geometry->start + now.super.super_b) / 8]))
		return true;
	return same_super(&now.super, &before.super) && same_map(&now, &before);
}

/* Then the load may fail for that reason alone. */
static bool interrupted(const struct trial *t)
{
	return t->fail_flush || t->cut_after >= 0;
}

/*
 * On a disk that has grown, superblock B is found through A only (docs/format.md, 7). A write
 * of A that is torn leaves a good A, old or new, but where something that is not ours stands
 * behind its first sector.
 */
static bool lost_its_twin(struct life *life, const struct trial *t, const u8 *image)
{
	const u8 *super = image + (size_t)life->geometry->start * SECTOR_SIZE;
	struct remap_super seen;

	return life->geometry->grown && interrupted(t) &&
	       memchr_inv(super + SECTOR_SIZE, 0, REMAP_META_SIZE - SECTOR_SIZE) &&
	       spec_super(life_area(life), 0, &seen) != REMAP_VALID;
}

static void stop(struct life *life, const struct trial *t)
{
	life_destroy(life);
	steps_taken = life->spare_store.steps;
	store_power_cut(&life->spare_store, t->fates);
}

/* A plain suspend and resume reads nothing again, and changes nothing. */
static void pause_life(struct life *life)
{
	int r;

	life_suspend(life);
	r = life_resume(life);
	assert(!r);
	check_map(life, &before);
}

/*
 * Main may have been written by then, so what the next start takes for rescuable must not be what
 * this life knew to be none; nor is anything forgotten without reason.
 */
static void check_rescuable(struct life *life, const struct trial *t, bool identity)
{
	const struct spec_area area = { life_area(life), life->geometry->spare, NULL };
	const struct trial plain = {
		.identity = identity, .replaces = t->replaces, .cut_after = -1,
	};
	u64 block;
	int ctr;

	if (expect(life, &plain, &area, &now, &ctr))
		return;
	for (block = 0; block < now.blocks; block++) {
		assert(!now.rescuable[block] || before.rescuable[block]);
		if (!t->faults && !interrupted(t))
			assert(now.rescuable[block] == before.rescuable[block]);
	}
}

static void running(struct life *life, const struct trial *t, const u8 *image,
		    struct trial_outcome *o)
{
	enum remap_outcome changed = REMAP_DID_NOT_HAPPEN;
	bool held = comparable(life, t, image);
	u64 block = 0;
	u32 spare = 0;

	o->mode = life_dev(life)->md.mode;
	if (!t->faults && !interrupted(t))
		assert(o->mode == (t->read_only ? REMAP_MODE_RO_MAP : REMAP_MODE_RW));
	if (t->read_only)
		assert(!life->spare_store.steps);
	check_map(life, &before);
	if (t->cut_after < 0)
		check_health(life, &before);
	check_reports(life);
	if (t->pause)
		pause_life(life);
	if (t->commit && o->mode == REMAP_MODE_RW) {
		changed = check_commit(life, &before, &block, &spare);
		if (changed == REMAP_HAPPENED) {
			before.spare[block] = spare;
			before.lost[block] = 0;
		}
		bury(life, &before);
	}
	o->mode = life_dev(life)->md.mode;
	stop(life, t);
	if (held && t->cut_after < 0 && !t->read_only &&
	    (o->mode == REMAP_MODE_RW || o->mode == REMAP_MODE_RO_MAP)) {
		check_rescuable(life, t, false);
		check_rescuable(life, t, true);
	}
	if (held && o->mode != REMAP_MODE_READ_ONLY && changed != REMAP_IN_DOUBT &&
	    !near_the_end(&before) && !lost_its_twin(life, t, image))
		check_disk(life, t, &before);
}

/* ctr and preresume agreed to make this a spare. */
static void formatted(struct life *life, const struct trial *t, const struct spec_area *area)
{
	assert(t->format && !t->read_only && !t->replaces);
	assert(before.blank || (!before.error && before.super.state == REMAP_SUPER_FORMATTING));
	assert(formattable(area, !before.blank));
	assert(!life_dev(life)->map.remapped);
	stop(life, t);
}

/* Nothing came of it: then nothing may have been lost. */
static void refused(struct life *life, const struct trial *t, const u8 *image, int expected)
{
	const struct spec_area after = { life_area(life), life->geometry->spare, NULL };
	struct trial again = *t;
	int ctr, r;

	stop(life, t);
	if (t->format || (t->faults && expected) || near_the_end(&before) ||
	    lost_its_twin(life, t, image) || !comparable(life, t, image))
		return;
	again.faults = NULL;
	r = expect(life, &again, &after, &now, &ctr);
	assert(r == expected);
	assert(expected || same_map(&now, &before));
}

struct trial_outcome trial_run(struct life *life, const u8 *image, const struct trial *t)
{
	static u8 unreadable[1024];
	const struct spec_area area = {
		image + (size_t)life->geometry->start * 512, life->geometry->spare,
		pages_faults(life, t->faults, unreadable),
	};
	struct trial_outcome o = {};
	int expected, expected_ctr;

	store_set(&life->spare_store, image);
	if (t->faults)
		memcpy(life->spare_store.faults, t->faults, life->spare_store.sectors / 8);
	life->spare_store.cut_after = t->cut_after;
	life->spare_store.fail_flush = t->fail_flush;
	expected = expect(life, t, &area, &before, &expected_ctr);
	forget(&before);
	o.ctr = start(life, t, &o.preresume);
	if (!o.ctr && life_dev(life)->format_now) {
		formatted(life, t, &area);
		return o;
	}
	if (!(t->format && (before.blank || expected_ctr == -ENODATA)))
		assert(o.ctr == expected_ctr);
	/* on a reload an error would leave the device hanging: it fails all I/O instead */
	assert(o.ctr || !t->replaces || !o.preresume);
	if (!o.preresume && life_dev(life)->md.mode == REMAP_MODE_FAIL) {
		assert(t->replaces && (expected || interrupted(t) || near_the_end(&before)));
		o.preresume = expected ?: -EUCLEAN;
	}
	/* the highest of them may have become unreadable with the power */
	if (!o.ctr && !o.preresume && expected && interrupted(t) && near_the_end(&before)) {
		stop(life, t);
		return o;
	}
	if (!o.ctr && !(interrupted(t) && o.preresume) &&
	    !(near_the_end(&before) && o.preresume == -EUCLEAN))
		assert(o.preresume == expected);
	o.mode = REMAP_MODE_FAIL;
	if (o.ctr || o.preresume)
		refused(life, t, image, expected);
	else
		running(life, t, image, &o);
	o.steps = steps_taken;
	return o;
}
