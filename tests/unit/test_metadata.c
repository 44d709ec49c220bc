// SPDX-License-Identifier: GPL-2.0-only
/*
 * metadata.c: formatting, and the health record.
 */
#include "populated.h"

/*
 * Format
 */

static void test_formatted(void **state)
{
	struct rig *rig = *state;
	u32 k, copy;

	for (copy = 0; copy < 2; copy++)
		assert_int_equal(super_at(rig, copy).state, REMAP_SUPER_ACTIVE);
	for (k = 0; k < BLOCKS; k++)
		assert_healed(rig, k);
	assert_int_equal(rig_load(rig), 0);
	assert_int_equal(rig->md.mode, REMAP_MODE_RW);
	assert_int_equal(rig_spare_of(rig, 1000), REMAP_NO_SPARE);
	/* nothing is left in the drive's cache */
	assert_int_equal(rig->sim.nr_pending, 0);
}

/*
 * Is a place of the disk, when it is not zero, noticed? Yes within the first and the
 * last MiB and where metadata will lie; the rest is not looked at.
 */
static void test_is_blank(void **state)
{
	const u64 mib = 2048, length = 4 * mib + 13;
	struct rig rig;
	u64 s;

	/* 126 * 128 spare blocks: the tables reach half a MiB each */
	rig_init(&rig, length, 512, 100);
	assert_int_equal(rig_format(&rig), 0);
	memset(rig.sim.now, 0, length * 512);
	assert_int_equal(remap_metadata_is_blank(&rig.md, false), 1);
	for (s = 0; s < length; s++) {
		bool looked_at = s < mib || (s >= length - mib && s < (length & ~7ULL));
		int got;

		rig.sim.now[s * 512 + s % 512] = 1;
		got = remap_metadata_is_blank(&rig.md, false);
		if (looked_at && got)
			fail_msg("sector %llu of %llu is not zero and not noticed", s, length);
		if (!got && s >= mib && s < length - mib - 8)
			fail_msg("sector %llu of %llu need not be zero", s, length);
		rig.sim.now[s * 512 + s % 512] = 0;
	}
	rig_exit(&rig);
}

/* Metadata areas larger than a MiB are looked at whole. */
static void test_is_blank_large_tables(void **state)
{
	const u64 length = 5 << 11;
	struct rig rig;
	u64 s;

	rig_init(&rig, length, 512, 1 << 20);
	assert_true(rig.geometry.table_blocks * 8 < 2048);
	/* move the data up, as a spare with a million blocks would have it */
	rig.geometry.spare_blocks = 126;
	rig.geometry.table_blocks = 1;
	rig.geometry.data = 3000;
	rig.geometry.health[1] = 6000;
	assert_int_equal(rig_format(&rig), 0);
	memset(rig.sim.now, 0, length * 512);
	assert_int_equal(remap_metadata_is_blank(&rig.md, false), 1);
	for (s = 0; s < length; s += 7) {
		rig.sim.now[s * 512 + 511] = 0x80;
		assert_int_equal(remap_metadata_is_blank(&rig.md, false), !(s < 3000 || s >= 6000));
		rig.sim.now[s * 512 + 511] = 0;
	}
	rig_exit(&rig);
}

static void test_is_blank_small(void **state)
{
	struct rig rig;
	u64 s;

	rig_init(&rig, 104, 512, 1);
	assert_int_equal(rig_format(&rig), 0);
	memset(rig.sim.now, 0, 104 * 512);
	assert_int_equal(remap_metadata_is_blank(&rig.md, false), 1);
	for (s = 0; s < 104; s++) {
		rig.sim.now[s * 512] = 1;
		assert_int_equal(remap_metadata_is_blank(&rig.md, false), 0);
		rig.sim.now[s * 512] = 0;
	}
	/* what cannot be read cannot be called blank */
	sim_rule(&rig.sim, 50, 1, SIM_READ, SIM_LOST);
	assert_int_equal(remap_metadata_is_blank(&rig.md, false), -EIO);
	rig_exit(&rig);
}

/* "Leftovers" forgives our own blocks of an interrupted format, and nothing else. */
static void test_is_blank_leftovers(void **state)
{
	struct rig rig;
	u64 s;

	rig_init(&rig, 512, 512, 200);
	assert_int_equal(rig_format(&rig), 0);
	assert_int_equal(remap_metadata_is_blank(&rig.md, false), 0);
	assert_int_equal(remap_metadata_is_blank(&rig.md, true), 1);
	for (s = 0; s < 512; s++) {
		u64 was;

		memcpy(&was, rig_at(&rig, s), sizeof(was));
		memcpy(rig_at(&rig, s), "LABELONE", sizeof(was));
		if (was || !(s % 8))	/* the first sector of a block of ours, or of none */
			assert_int_equal(remap_metadata_is_blank(&rig.md, true), 0);
		memcpy(rig_at(&rig, s), &was, sizeof(was));
	}
	rig_exit(&rig);
}

/* Called active only with every table block there; else it may be formatted again. */
static bool check_interrupted_format(struct rig *rig)
{
	u32 k;

	if (rig_open(rig, false) || rig->md.super.state != REMAP_SUPER_ACTIVE)
		return false;
	assert_int_equal(rig_load(rig), 0);
	for (k = 0; k < BLOCKS; k++)
		assert_healed(rig, k);
	assert_int_equal(rig->md.mode, REMAP_MODE_RW);
	return true;
}

static void test_format_interrupted(void **state)
{
	u32 seed = 99, round, accepted = 0;
	struct rig rig;
	int step;

	for (step = 0; step < 20; step++)
		for (round = 0; round < 60; round++) {
			u8 fates[64];
			u32 i;

			rig_init(&rig, SECTORS, 512, SPARES);
			memset(rig.sim.now, 0xee, SECTORS * 512);
			memset(rig.sim.durable, 0xee, SECTORS * 512);
			rig.sim.cut_after = step;
			rig_format(&rig);
			for (i = 0; i < sizeof(fates); i++)
				fates[i] = round < SIM_FATES ? round :
					   rig_random(&seed) % SIM_FATES;
			sim_power_cut(&rig.sim, fates);
			accepted += check_interrupted_format(&rig);
			rig_exit(&rig);
		}
	assert_in_range(accepted, 1, step * round / 2);
}

/* Blank at first: an interrupted format is not blank and not active. */
static void test_format_fails(void **state)
{
	struct rig rig;
	u32 step;

	for (step = 0; step < 15; step++) {
		rig_init(&rig, SECTORS, 512, SPARES);
		/* flushes count too: skip is per request that the rule matches */
		sim_rule(&rig.sim, 0, SECTORS, SIM_WRITE | SIM_FLUSH, SIM_LOST)->skip = step;
		if (rig_format(&rig) == 0)
			fail_msg("format succeeds though request %u failed", step);
		rig_exit(&rig);
	}
}

/*
 * Health record
 */

static void test_health_record(void **state)
{
	struct rig *rig = *state;
	u32 copy;

	assert_int_equal(rig_load(rig), 0);
	assert_int_equal(rig->md.health[0], 0);
	memset(rig->md.health, 0x21, REMAP_HEALTH_PAYLOAD);
	assert_int_equal(remap_metadata_write_health(&rig->md), 2);
	for (copy = 0; copy < 2; copy++) {
		damage(rig, rig->geometry.health[copy], FLIPPED);
		assert_int_equal(rig_load(rig), 0);
		assert_int_equal(rig->md.health[REMAP_HEALTH_PAYLOAD - 1], 0x21);
		assert_int_equal(remap_metadata_write_health(&rig->md), 2);
	}
	damage(rig, rig->geometry.health[0], ZEROED);
	damage(rig, rig->geometry.health[1], UNREADABLE);
	assert_int_equal(rig_load(rig), 0);
	assert_int_equal(rig->md.mode, REMAP_MODE_RW);
	assert_int_equal(rig->md.health[0], 0);
}

static void test_health_write_fails(void **state)
{
	struct rig *rig = *state;

	assert_int_equal(rig_load(rig), 0);
	memset(rig->md.health, 0x33, REMAP_HEALTH_PAYLOAD);
	sim_rule(&rig->sim, rig->geometry.health[0], 8, SIM_WRITE, SIM_TORN_HEAD);
	assert_int_equal(remap_metadata_write_health(&rig->md), 1);
	sim_heal(&rig->sim);
	/* the other copy was written nevertheless */
	assert_int_equal(rig_load(rig), 0);
	assert_int_equal(rig->md.health[5], 0x33);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(test_formatted),
		cmocka_unit_test(test_is_blank),
		cmocka_unit_test(test_is_blank_large_tables),
		cmocka_unit_test(test_is_blank_small),
		cmocka_unit_test(test_is_blank_leftovers),
		cmocka_unit_test(test_format_interrupted),
		cmocka_unit_test(test_format_fails),
		test(test_health_record),
		test(test_health_write_fails),
	};

	return cmocka_run_group_tests_name("metadata", tests, NULL, NULL);
}
