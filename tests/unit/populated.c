// SPDX-License-Identifier: GPL-2.0-only
#include "populated.h"

int setup(void **state)
{
	struct rig *rig = malloc(sizeof(*rig));

	rig_formatted(rig, SECTORS, 512, SPARES);
	*state = rig;
	return 0;
}

int teardown(void **state)
{
	rig_exit(*state);
	free(*state);
	return 0;
}

void populate(struct rig *rig)
{
	u32 k;

	assert_int_equal(rig_load(rig), 0);
	for (k = 0; k < BLOCKS; k++)
		rig_map(rig, k * 126 + 1, 1000 + k);
	rig_close(rig);
	sim_count(&rig->sim);
}

void assert_populated(struct rig *rig)
{
	u32 k;

	for (k = 0; k < BLOCKS; k++)
		assert_int_equal(rig_spare_of(rig, 1000 + k), k * 126 + 1);
}

void assert_healed(struct rig *rig, u32 k)
{
	void *a = rig_at(rig, rig_table(rig, k, A)), *b = rig_at(rig, rig_table(rig, k, B));

	assert_int_equal(remap_format_check_table(a, &rig->geometry, k, A), REMAP_VALID);
	assert_int_equal(remap_format_check_table(b, &rig->geometry, k, B), REMAP_VALID);
	assert_true(remap_format_same_table(a, b));
}

struct remap_super super_at(struct rig *rig, u32 copy)
{
	struct remap_super sb = {};

	assert_int_equal(remap_format_decode_super(rig_at(rig, rig_super(rig, copy)), copy, &sb),
			 REMAP_VALID);
	return sb;
}

void damage(struct rig *rig, sector_t sector, enum damage how)
{
	u8 buf[REMAP_META_SIZE];

	memcpy(buf, rig_at(rig, sector), sizeof(buf));
	if (how == ZEROED)
		memset(buf, 0, sizeof(buf));
	else if (how == FLIPPED)
		buf[200] ^= 4;
	else if (how == FOREIGN)
		memset(buf, 0x53, sizeof(buf));
	else if (how == OTHER_UUID)
		remap_format_seal_table((void *)buf, (const u8 *)"another spare...", 5,
					((struct remap_disk_header *)buf)->index,
					((struct remap_disk_header *)buf)->copy);
	else if (how == TORN)
		memset(buf + 512, 0x77, 512);
	if (how == UNREADABLE)
		sim_rule(&rig->sim, sector + 3, 1, SIM_READ, SIM_LOST)->cured_by_write = true;
	else
		sim_poke(&rig->sim, sector, buf, sizeof(buf));
}
