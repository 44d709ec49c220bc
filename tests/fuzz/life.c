// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <stdlib.h>

#include "life.h"

const struct geometry geometries[GEOMETRIES] = {
	/* three table blocks, the last block of main is cut short, two bits to a mask */
	{ .main = 301, .spare = 600, .block_size = 1024, .spare_blocks = 253 },
	/* one table block, eight bits to a mask */
	{ .main = 480, .spare = 376, .block_size = 4096, .spare_blocks = 40 },
	/* two table blocks, an area that begins inside the disk */
	{ .main = 200, .spare = 208, .start = 8, .block_size = 512, .spare_blocks = 130 },
	/* superblock B is not at the end any more */
	{ .main = 160, .spare = 120, .grown = 24, .block_size = 1024, .spare_blocks = 20 },
};

static struct life *life_of(struct store *store)
{
	return container_of(store, struct life, spare_store);
}

/* Whole metadata blocks, where the superblock has them, and nothing else. */
static bool is_metadata(struct store *store, sector_t sector, size_t bytes)
{
	struct life *life = life_of(store);
	const struct remap_super *sb = &life_dev(life)->md.super;
	u64 table = (u64)sb->table_blocks * REMAP_META_SECTORS;
	u32 copy;

	sector -= life_dev(life)->spare.start;
	if (bytes != REMAP_META_SIZE)
		return false;
	if (!sector || sector == sb->super_b)
		return true;
	for (copy = 0; copy < 2; copy++) {
		if (sector == sb->health[copy])
			return true;
		if (sector >= sb->table[copy] && sector - sb->table[copy] < table &&
		    !((sector - sb->table[copy]) % REMAP_META_SECTORS))
			return true;
	}
	return false;
}

static void make_disk(struct block_device *bdev, struct gendisk *disk, struct store *store,
		      u32 sectors)
{
	store_init(store, sectors);
	bdev->bd_disk = disk;
	bdev->sectors = sectors;
	bdev->logical = 512;
	bdev->physical = 512;
	bdev->store = store;
}

void life_init(struct life *life, const struct geometry *geometry)
{
	memset(life, 0, sizeof(*life));
	life->geometry = geometry;
	make_disk(&life->main, &life->disks[0], &life->main_store, geometry->main);
	make_disk(&life->spare, &life->disks[1], &life->spare_store,
		  geometry->start + geometry->spare);
	life->spare_store.allowed = is_metadata;
	strscpy(life->md.name, "remap0", sizeof(life->md.name));
	life->table.md = &life->md;
	life->table.mode = BLK_OPEN_WRITE;
}

void life_exit(struct life *life)
{
	assert(!life->ti.private);
	store_exit(&life->main_store);
	store_exit(&life->spare_store);
}

int life_create_line(struct life *life, const char *line)
{
	char *text = strdup(line), **argv;
	int argc, r;

	shim_log_clear();
	life->spare_store.steps = 0;
	shim_main = &life->main;
	shim_spare = &life->spare;
	memset(&life->ti, 0, sizeof(life->ti));
	life->ti.table = &life->table;
	life->ti.type = &remap_target;
	life->ti.len = life->geometry->main;
	life->running = false;
	dm_split_args(&argc, &argv, text);
	r = remap_target.ctr(&life->ti, argc, argv);
	free(argv);
	free(text);
	assert(r <= 0 && r >= -MAX_ERRNO);
	assert(!life->spare_store.steps);	/* ctr writes and flushes nothing */
	if (r) {
		assert(life->ti.error && !shim_open_devices);
		life->ti.private = NULL;
	}
	return r;
}

int life_create(struct life *life, const char *options)
{
	char line[512];

	snprintf(line, sizeof(line), "main 0 spare %u %s", life->geometry->start, options);
	return life_create_line(life, line);
}

int life_resume(struct life *life)
{
	int r = remap_target.preresume(&life->ti);

	assert(!shim_noio);
	if (r)
		return r;
	remap_target.resume(&life->ti);
	life->running = true;
	return 0;
}

void life_suspend(struct life *life)
{
	remap_target.presuspend(&life->ti);
	remap_target.postsuspend(&life->ti);
	life->running = false;
	assert(!shim_noio);
}

void life_destroy(struct life *life)
{
	if (!life->ti.private)
		return;
	if (life->running)
		life_suspend(life);
	remap_target.dtr(&life->ti);
	life->ti.private = NULL;
	assert(!shim_open_devices);
}

int life_message(struct life *life, char *text, char *result, unsigned int maxlen)
{
	char **argv;
	int argc, r = -EINVAL;

	dm_split_args(&argc, &argv, text);
	/* device-mapper keeps those with an @ for itself */
	if (argc && argv[0][0] != '@')
		r = remap_target.message(&life->ti, argc, argv, result, maxlen);
	free(argv);
	assert(!shim_noio);
	return r;
}

enum remap_outcome life_put(struct life *life, u32 spare, const struct remap_disk_entry *entry)
{
	struct remap_change c = { .spare = spare, .entry = *entry };
	struct remap_device *dev = life_dev(life);
	u64 block = le64_to_cpu(entry->main_block);

	remap_metadata_commit(&dev->md, &c, 1);
	if (c.outcome == REMAP_HAPPENED && entry->state == REMAP_ENTRY_MAPPED) {
		remap_map_claim(&dev->map, block);
		remap_map_set(&dev->map, block, remap_place_on_spare(spare, entry->lost));
	}
	return c.outcome;
}

static void put(struct life *life, u32 spare, const struct remap_disk_entry *entry)
{
	enum remap_outcome outcome = life_put(life, spare, entry);

	assert(outcome == REMAP_HAPPENED);
}

static void map(struct life *life, u32 spare, u64 block, u64 lost, u8 flags)
{
	struct remap_disk_entry e = {
		.main_block = cpu_to_le64(block),
		.lost = cpu_to_le64(lost),
		.state = REMAP_ENTRY_MAPPED,
		.reason = REMAP_REASON_READ_ERROR,
		.flags = flags,
	};

	put(life, spare, &e);
}

static void fill(struct life *life)
{
	const struct geometry *g = life->geometry;
	const struct remap_disk_entry bad = {
		.state = REMAP_ENTRY_BAD, .reason = REMAP_REASON_SPARE_FAILED,
	};
	const struct remap_disk_entry none = {};
	u64 last = (g->main - 1) / (g->block_size >> SECTOR_SHIFT);
	u32 i;

	map(life, 0, 0, 0, 0);
	map(life, 1, 5, 1, REMAP_ENTRY_RESCUABLE);
	map(life, 2, 7, 0, 0);
	map(life, 3, 7, 1, 0);		/* newer than the one before */
	put(life, 4, &bad);
	map(life, 5, 9, 0, 0);
	put(life, 5, &none);
	remap_map_set(&life_dev(life)->map, 9, 0);
	map(life, g->spare_blocks - 1, last, 0, 0);
	for (i = 6; i < min(30U, g->spare_blocks - 8); i++)
		map(life, i, 20 + i, 0, 0);
}

void life_format(struct life *life)
{
	char options[64];
	int r;

	snprintf(options, sizeof(options), "3 format block_size=%u spare_blocks=%u",
		 life->geometry->block_size, life->geometry->spare_blocks);
	life->spare.sectors -= life->geometry->grown;
	r = life_create(life, options);
	life->spare.sectors += life->geometry->grown;
	assert(!r);
	r = life_resume(life);
	assert(!r && life_dev(life)->md.super.spare_blocks == life->geometry->spare_blocks);
	fill(life);
	life_destroy(life);
}
