// SPDX-License-Identifier: GPL-2.0-only
#include "rig.h"

void rig_init(struct rig *rig, sector_t sectors, u32 block_size, u32 spares)
{
	struct remap_super *sb = &rig->geometry;

	memset(rig, 0, sizeof(*rig));
	shim_log_clear();
	sim_init(&rig->sim, sectors);
	memcpy(sb->uuid, "0123456789abcdef", sizeof(sb->uuid));
	sb->block_size = block_size;
	sb->mask_unit = 512;
	sb->main_length = 1 << 20;
	sb->length = sectors;
	sb->spare_blocks = spares;
	assert_int_equal(remap_format_layout(sb, 4096, 0), 0);
}

void rig_exit(struct rig *rig)
{
	rig_close(rig);
	sim_exit(&rig->sim);
}

void rig_close(struct rig *rig)
{
	if (rig->active)
		remap_metadata_exit(&rig->md);
	rig->active = false;
}

static void start(struct rig *rig)
{
	rig_close(rig);
	memset(&rig->md, 0, sizeof(rig->md));
	rig->active = true;
	assert_int_equal(remap_metadata_init(&rig->md, &rig->sim.disk, "test"), 0);
}

int rig_open(struct rig *rig, bool force)
{
	start(rig);
	rig->md.force = force;
	return remap_super_read(&rig->md);
}

int rig_format(struct rig *rig)
{
	start(rig);
	rig->md.super = rig->geometry;
	assert_int_equal(remap_metadata_alloc(&rig->md), 0);
	return remap_metadata_format(&rig->md);
}

void rig_formatted(struct rig *rig, sector_t sectors, u32 block_size, u32 spares)
{
	rig_init(rig, sectors, block_size, spares);
	assert_int_equal(rig_format(rig), 0);
	rig_close(rig);
	sim_count(&rig->sim);
}

static int load(struct rig *rig, bool read_only)
{
	int r = rig_open(rig, false);

	if (r)
		return r;
	if (rig->md.super.state != REMAP_SUPER_ACTIVE)
		return -EINVAL;
	assert_int_equal(remap_metadata_alloc(&rig->md), 0);
	return remap_load(&rig->md, read_only);
}

int rig_load(struct rig *rig)
{
	int r = load(rig, false);

	if (!r && rig->md.mode == REMAP_MODE_RW && remap_super_write(&rig->md))
		remap_metadata_degrade(&rig->md, REMAP_MODE_RO_MAP, "no superblock");
	return r;
}

int rig_load_read_only(struct rig *rig)
{
	return load(rig, true);
}

enum remap_outcome rig_commit(struct rig *rig, u32 spare, u8 state, u64 main_block, u64 lost)
{
	struct remap_change change = {
		.spare = spare,
		.entry = {
			.state = state,
			.main_block = cpu_to_le64(main_block),
			.lost = cpu_to_le64(lost),
		},
		.outcome = -1,
	};

	remap_metadata_commit(&rig->md, &change, 1);
	return change.outcome;
}

sector_t rig_table(struct rig *rig, u32 block, u32 copy)
{
	return rig->geometry.table[copy] + (sector_t)block * REMAP_META_SECTORS;
}

sector_t rig_super(struct rig *rig, u32 copy)
{
	return copy ? rig->geometry.super_b : 0;
}

void *rig_at(struct rig *rig, sector_t sector)
{
	return rig->sim.now + (sector << SECTOR_SHIFT);
}

u32 rig_spare_of(struct rig *rig, u64 block)
{
	struct remap_map map = {};
	u32 spare;

	assert_int_equal(remap_map_init(&map, rig->md.super.main_length,
					rig->md.super.block_size), 0);
	assert_int_equal(remap_map_load(&map, &rig->md), 0);
	spare = remap_place_spare(remap_map_get(&map, block));
	remap_map_exit(&map);
	return spare;
}

u32 rig_random(u32 *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state;
}
