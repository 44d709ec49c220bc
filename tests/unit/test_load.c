// SPDX-License-Identifier: GPL-2.0-only
/*
 * load.c over a disk that fails. One fault at a time, looked at closely;
 * test_model.c combines them.
 */
#include "populated.h"

static void test_load_is_quiet(void **state)
{
	struct rig *rig = *state;

	populate(rig);
	assert_int_equal(rig_load(rig), 0);
	assert_populated(rig);
	/* one flush to begin with, and the superblocks */
	assert_int_equal(rig->sim.writes, 2);
	assert_int_equal(rig->sim.flushes, 3);
	assert_true(rig->md.super_good[0] && rig->md.super_good[1]);
}

static void test_generation_base(void **state)
{
	struct rig *rig = *state;
	u64 before, base;

	populate(rig);
	before = le64_to_cpu(((struct remap_disk_header *)
			      rig_at(rig, rig_table(rig, 2, A)))->generation);
	assert_int_equal(rig_load(rig), 0);
	base = super_at(rig, A).generation & ~(u64)U32_MAX;
	assert_true(base > before);
	assert_true(super_at(rig, B).generation == super_at(rig, A).generation);
	assert_true(rig->md.generation >= super_at(rig, A).generation);
	rig_map(rig, 5, 5);
	assert_true(le64_to_cpu(remap_metadata_truth(&rig->md, 5)->generation) > base);
	/* and again, though nothing but the superblocks was written */
	before = super_at(rig, A).generation;
	assert_int_equal(rig_load(rig), 0);
	assert_true(super_at(rig, A).generation >> 32 > before >> 32);
}

/* Whatever is seen counts: a table block alone, or the health record alone. */
static void test_generation_above_everything(void **state)
{
	struct rig *rig = *state;
	struct remap_disk_table *t;
	struct remap_disk_health h = {};

	t = rig_at(rig, rig_table(rig, 1, A));
	remap_format_seal_table(t, rig->geometry.uuid, 7ULL << 40, 1, A);
	memcpy(rig->sim.durable + rig_table(rig, 1, A) * 512, t, sizeof(*t));
	assert_int_equal(rig_load(rig), 0);
	assert_true(rig->md.generation > 7ULL << 40);
	assert_healed(rig, 1);
	remap_format_seal_health(&h, rig->geometry.uuid, 9ULL << 40, B);
	sim_poke(&rig->sim, rig->geometry.health[1], &h, sizeof(h));
	assert_int_equal(rig_load(rig), 0);
	assert_true(rig->md.generation > 9ULL << 40);
	/* so high that counting on would end in what is refused */
	remap_format_seal_health(&h, rig->geometry.uuid, 1ULL << 62, B);
	sim_poke(&rig->sim, rig->geometry.health[1], &h, sizeof(h));
	assert_int_equal(rig_load(rig), -EUCLEAN);
}

static void test_heals_each_copy(void **state)
{
	struct rig *rig = *state;
	u32 k, copy, how;

	populate(rig);
	for (k = 0; k < BLOCKS; k++)
		for (copy = 0; copy < 2; copy++)
			for (how = 0; how < DAMAGES; how++) {
				damage(rig, rig_table(rig, k, copy), how);
				shim_log_clear();
				assert_int_equal(rig_load(rig), 0);
				assert_int_equal(rig->md.mode, REMAP_MODE_RW);
				assert_populated(rig);
				assert_healed(rig, k);
				assert_int_equal(rig->sim.nr_pending, 0);
				assert_logged("healed");
				rig_close(rig);
				sim_heal(&rig->sim);
			}
}

/* An older copy is healed from the newer, and not the other way round. */
static void test_heals_older_copy(void **state)
{
	struct rig *rig = *state;
	u8 old[REMAP_META_SIZE];
	u32 copy;

	populate(rig);
	for (copy = 0; copy < 2; copy++) {
		memcpy(old, rig_at(rig, rig_table(rig, 0, copy)), sizeof(old));
		assert_int_equal(rig_load(rig), 0);
		rig_map(rig, 50 + copy, 50 + copy);
		sim_poke(&rig->sim, rig_table(rig, 0, copy), old, sizeof(old));
		assert_int_equal(rig_load(rig), 0);
		assert_int_equal(rig_spare_of(rig, 50 + copy), 50 + copy);
		assert_healed(rig, 0);
	}
}

static void test_both_damaged(void **state)
{
	struct rig *rig = *state;
	u32 how_a, how_b, k;

	populate(rig);
	for (k = 0; k < BLOCKS; k++)
		for (how_a = 0; how_a < DAMAGES; how_a++)
			for (how_b = 0; how_b < DAMAGES; how_b++) {
				u8 a[REMAP_META_SIZE], b[REMAP_META_SIZE];

				memcpy(a, rig_at(rig, rig_table(rig, k, A)), sizeof(a));
				memcpy(b, rig_at(rig, rig_table(rig, k, B)), sizeof(b));
				damage(rig, rig_table(rig, k, A), how_a);
				damage(rig, rig_table(rig, k, B), how_b);
				sim_count(&rig->sim);
				assert_int_equal(rig_load(rig), -EIO);
				assert_int_equal(rig->sim.writes, 0);
				rig_close(rig);
				sim_heal(&rig->sim);
				sim_poke(&rig->sim, rig_table(rig, k, A), a, sizeof(a));
				sim_poke(&rig->sim, rig_table(rig, k, B), b, sizeof(b));
				shim_log_clear();
			}
	assert_int_equal(rig_load(rig), 0);
	assert_populated(rig);
}

/* Damage in different blocks is no harm: each has its twin. */
static void test_many_damaged(void **state)
{
	struct rig *rig = *state;

	populate(rig);
	damage(rig, rig_table(rig, 0, A), FLIPPED);
	damage(rig, rig_table(rig, 1, B), ZEROED);
	damage(rig, rig_table(rig, 2, A), UNREADABLE);
	assert_int_equal(rig_load(rig), 0);
	assert_populated(rig);
	assert_healed(rig, 0);
	assert_healed(rig, 1);
	assert_healed(rig, 2);
}

static void test_contradiction(void **state)
{
	struct rig *rig = *state;
	struct remap_disk_table t;

	populate(rig);
	memcpy(&t, rig_at(rig, rig_table(rig, 0, B)), sizeof(t));
	t.entries[1].main_block = cpu_to_le64(77);
	remap_format_seal_table(&t, rig->geometry.uuid, le64_to_cpu(t.header.generation), 0, B);
	sim_poke(&rig->sim, rig_table(rig, 0, B), &t, sizeof(t));
	sim_count(&rig->sim);
	assert_int_equal(rig_load(rig), -EUCLEAN);
	assert_int_equal(rig->sim.writes, 0);
	assert_logged("contradict");
}

/* A good checksum over nonsense: somebody's bug; not to be healed away. */
static void test_impossible_content(void **state)
{
	struct rig *rig = *state;
	struct remap_disk_table t;

	populate(rig);
	memcpy(&t, rig_at(rig, rig_table(rig, 0, B)), sizeof(t));
	t.entries[1].state = 9;
	remap_format_seal_table(&t, rig->geometry.uuid, le64_to_cpu(t.header.generation), 0, B);
	sim_poke(&rig->sim, rig_table(rig, 0, B), &t, sizeof(t));
	assert_int_equal(rig_load(rig), -EUCLEAN);
}

static void test_read_only_load(void **state)
{
	struct rig *rig = *state;
	u32 how;

	populate(rig);
	for (how = 0; how < DAMAGES; how++) {
		damage(rig, rig_table(rig, 0, A), how);
		damage(rig, rig_super(rig, B), how == OTHER_UUID ? FLIPPED : how);
		sim_count(&rig->sim);
		if (how == FOREIGN) {
			assert_int_equal(rig_load_read_only(rig), -EMEDIUMTYPE);
		} else {
			assert_int_equal(rig_load_read_only(rig), 0);
			assert_populated(rig);
		}
		assert_int_equal(rig->sim.writes, 0);
		assert_int_equal(rig->sim.flushes, 0);
		sim_heal(&rig->sim);
		rig_open(rig, true);
		assert_int_equal(remap_metadata_alloc(&rig->md), 0);
		assert_int_equal(remap_load(&rig->md, false), 0);
		assert_int_equal(remap_super_write(&rig->md), 0);
	}
}

/* Without a flush nobody knows what of all that we read will last. */
static void test_load_without_flush(void **state)
{
	struct rig *rig = *state;

	populate(rig);
	damage(rig, rig_table(rig, 1, A), FLIPPED);
	sim_rule(&rig->sim, 0, SECTORS, SIM_FLUSH, SIM_LOST);
	assert_int_equal(rig_load(rig), 0);
	assert_int_equal(rig->md.mode, REMAP_MODE_READ_ONLY);
	assert_int_equal(rig->sim.writes, 0);
	assert_populated(rig);
}

static void test_heal_without_flush(void **state)
{
	struct rig *rig = *state;

	populate(rig);
	damage(rig, rig_table(rig, 1, A), FLIPPED);
	sim_rule(&rig->sim, 0, SECTORS, SIM_FLUSH, SIM_LOST)->skip = 1;
	assert_int_equal(rig_load(rig), 0);
	assert_int_equal(rig->md.mode, REMAP_MODE_READ_ONLY);
}

static void test_alloc_without_memory(void **state)
{
	struct remap_metadata md;
	struct sim sim;
	u32 n;

	sim_init(&sim, 64);
	for (n = 1; n <= 4; n++) {
		memset(&md, 0, sizeof(md));
		shim_fail_vzalloc = n;
		assert_int_equal(remap_metadata_init(&md, &sim.disk, "test"), -ENOMEM);
		remap_metadata_exit(&md);
	}
	for (n = 1; n <= 2; n++) {
		memset(&md, 0, sizeof(md));
		shim_fail_vzalloc = 0;
		assert_int_equal(remap_metadata_init(&md, &sim.disk, "test"), 0);
		md.super.table_blocks = 4;
		shim_fail_vzalloc = n;
		assert_int_equal(remap_metadata_alloc(&md), -ENOMEM);
		remap_metadata_exit(&md);
	}
	shim_fail_vzalloc = 0;
	sim_exit(&sim);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(test_load_is_quiet),
		test(test_generation_base),
		test(test_generation_above_everything),
		test(test_heals_each_copy),
		test(test_heals_older_copy),
		test(test_both_damaged),
		test(test_many_damaged),
		test(test_contradiction),
		test(test_impossible_content),
		test(test_read_only_load),
		test(test_load_without_flush),
		test(test_heal_without_flush),
		cmocka_unit_test(test_alloc_without_memory),
	};

	return cmocka_run_group_tests_name("load", tests, NULL, NULL);
}
