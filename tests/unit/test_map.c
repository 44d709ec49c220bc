// SPDX-License-Identifier: GPL-2.0-only
/*
 * map.c: where each block lives.
 */
#include "rig.h"

/* 4 KiB blocks, 1 GiB and a bit of main */
#define SECTORS ((1 << 21) + 24)
#define BLOCKS	(SECTORS / 8)

struct fixture {
	struct remap_map map;
	struct remap_metadata md;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct remap_super *sb = &f->md.super;

	shim_log_clear();
	sb->spare_blocks = 300;
	sb->table_blocks = 3;
	sb->block_size = 4096;
	sb->mask_unit = 512;
	sb->main_length = SECTORS;
	strcpy(f->md.name, "test");
	assert_int_equal(remap_metadata_alloc(&f->md), 0);
	assert_int_equal(remap_map_init(&f->map, SECTORS, 4096), 0);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	remap_map_exit(&f->map);
	remap_metadata_exit(&f->md);
	free(f);
	return 0;
}

static void mapped(struct fixture *f, u32 spare, u64 block, u64 generation, u64 lost)
{
	struct remap_disk_entry *e = remap_metadata_truth(&f->md, spare);

	e->state = REMAP_ENTRY_MAPPED;
	e->main_block = cpu_to_le64(block);
	e->generation = cpu_to_le64(generation);
	e->lost = cpu_to_le64(lost);
}

static void test_empty(void **state)
{
	struct fixture *f = *state;
	remap_place_t place;

	assert_int_equal(remap_map_get(&f->map, 0), 0);
	assert_true(remap_map_first(&f->map, 0, BLOCKS, &place) == U64_MAX);
	assert_true(remap_map_quiet(&f->map, 0, SECTORS - 1));
	assert_false(f->map.used);
	assert_int_equal(remap_map_load(&f->map, &f->md), 0);
	assert_false(f->map.used);
	assert_true(remap_map_quiet(&f->map, 0, SECTORS - 1));
}

static void test_claim_set_forget(void **state)
{
	struct fixture *f = *state;
	unsigned int generation = remap_map_generation(&f->map);

	assert_int_equal(remap_map_claim(&f->map, 1000), 0);
	assert_int_equal(shim_xa_gfp, GFP_NOIO);	/* P11 */
	assert_int_equal(remap_map_get(&f->map, 1000), REMAP_PLACE_BUSY);
	assert_int_equal(remap_place_spare(REMAP_PLACE_BUSY), REMAP_NO_SPARE);
	assert_true(remap_map_generation(&f->map) != generation);
	assert_true(f->map.used);
	remap_map_set(&f->map, 1000, remap_place_on_spare(7, true));
	assert_int_equal(remap_place_spare(remap_map_get(&f->map, 1000)), 7);
	/* a second claim keeps what is known of it */
	assert_int_equal(remap_map_claim(&f->map, 1000), 0);
	assert_int_equal(remap_map_get(&f->map, 1000),
			 7 | REMAP_PLACE_MAPPED | REMAP_PLACE_LOST | REMAP_PLACE_BUSY);
	remap_map_set(&f->map, 1000, 0);
	assert_int_equal(remap_map_get(&f->map, 1000), 0);
	/* but its region stays marked: a reader may be between the two tests */
	assert_false(remap_map_quiet(&f->map, 8000, 8007));
	assert_true(f->map.used);
}

/* No memory for a claim: nothing that a reader acts on has changed. */
static void test_claim_without_memory(void **state)
{
	struct fixture *f = *state;
	unsigned int generation = remap_map_generation(&f->map);
	remap_place_t place;

	shim_fail_xa_store = 1;
	assert_int_equal(remap_map_claim(&f->map, 5), -ENOMEM);
	assert_int_equal(remap_map_get(&f->map, 5), 0);
	assert_int_equal(remap_map_generation(&f->map), generation);
	assert_true(remap_map_first(&f->map, 0, BLOCKS, &place) == U64_MAX);
	assert_int_equal(remap_map_claim(&f->map, 5), 0);
	/* over an entry nothing is allocated, so nothing fails */
	shim_fail_xa_store = 1;
	remap_map_set(&f->map, 5, remap_place_on_spare(1, false));
	assert_int_equal(remap_map_claim(&f->map, 5), 0);
	assert_int_equal(shim_fail_xa_store, 1);
	shim_fail_xa_store = 0;
}

static void test_first(void **state)
{
	static const u64 blocks[] = { 0, 100, 101, BLOCKS - 1 };
	struct fixture *f = *state;
	remap_place_t place;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(blocks); i++) {
		assert_int_equal(remap_map_claim(&f->map, blocks[i]), 0);
		remap_map_set(&f->map, blocks[i], remap_place_on_spare(i, false));
	}
	assert_true(remap_map_first(&f->map, 0, BLOCKS - 1, &place) == 0);
	assert_int_equal(remap_place_spare(place), 0);
	assert_true(remap_map_first(&f->map, 1, 99, &place) == U64_MAX);
	assert_true(remap_map_first(&f->map, 1, 100, &place) == 100);
	assert_true(remap_map_first(&f->map, 100, 100, &place) == 100);
	assert_true(remap_map_first(&f->map, 101, 101, &place) == 101);
	assert_int_equal(remap_place_spare(place), 2);
	assert_true(remap_map_first(&f->map, 102, BLOCKS - 1, &place) == BLOCKS - 1);
}

/* A region that holds nothing is quiet; one that does never is. */
static void test_regions(void **state)
{
	struct fixture *f = *state;
	const u64 per_region = 2048;	/* sectors of 1 MiB */
	u64 region, other;

	for (region = 0; region <= SECTORS / per_region; region += 61) {
		u64 first = region * per_region;
		u64 last = min_t(u64, first + per_region, SECTORS) - 1;

		remap_map_clear(&f->map);
		assert_true(remap_map_quiet(&f->map, 0, SECTORS - 1));
		assert_int_equal(remap_map_claim(&f->map, last / 8), 0);
		assert_false(remap_map_quiet(&f->map, first, first));
		assert_false(remap_map_quiet(&f->map, last, last));
		assert_false(remap_map_quiet(&f->map, 0, SECTORS - 1));
		for (other = 0; other < SECTORS; other += 31 * 8) {
			u64 end = min_t(u64, other + 500, SECTORS - 1);
			bool touches = other / per_region <= region && end / per_region >= region;

			assert_int_equal(remap_map_quiet(&f->map, other, end), !touches);
		}
	}
}

/* Every block size finds its region; 32 KiB blocks have few to a region. */
static void test_block_sizes(void **state)
{
	u32 size;

	for (size = 512; size <= 32768; size *= 2) {
		u64 spb = size / 512, last = (SECTORS - 1) / spb;
		struct remap_map map = {};

		assert_int_equal(remap_map_init(&map, SECTORS, size), 0);
		assert_int_equal(remap_map_claim(&map, last), 0);
		assert_int_equal(remap_map_claim(&map, 0), 0);
		assert_false(remap_map_quiet(&map, last * spb, SECTORS - 1));
		assert_false(remap_map_quiet(&map, 0, 0));
		assert_true(remap_map_quiet(&map, 1 << 11, (1 << 21) - 1));
		remap_map_exit(&map);
	}
}

static void test_load(void **state)
{
	struct fixture *f = *state;

	mapped(f, 0, 10, 1, 0);
	mapped(f, 299, BLOCKS - 1, 2, 1ULL << 63);
	mapped(f, 5, 11, 3, 1);
	remap_metadata_truth(&f->md, 6)->state = REMAP_ENTRY_BAD;
	assert_int_equal(remap_map_load(&f->map, &f->md), 0);
	assert_int_equal(f->map.remapped, 3);
	assert_true(f->map.used);
	assert_int_equal(remap_map_get(&f->map, 10), remap_place_on_spare(0, false));
	assert_int_equal(remap_map_get(&f->map, 11), remap_place_on_spare(5, true));
	/* the highest bit of the mask counts too */
	assert_int_equal(remap_map_get(&f->map, BLOCKS - 1), remap_place_on_spare(299, true));
	assert_int_equal(remap_map_get(&f->map, 0), 0);
	assert_false(remap_map_quiet(&f->map, SECTORS - 1, SECTORS - 1));
	remap_map_clear(&f->map);
	assert_int_equal(f->map.remapped, 0);
	assert_int_equal(remap_map_get(&f->map, 10), 0);
}

/* An interrupted move leaves two entries: the newest wins, wherever it stands. */
static void test_load_newest(void **state)
{
	static const u64 generations[][3] = {
		{ 1, 2, 3 }, { 1, 3, 2 }, { 2, 1, 3 }, { 2, 3, 1 }, { 3, 1, 2 }, { 3, 2, 1 },
		{ 1, 2, 1ULL << 62 }, { 1ULL << 33, 1ULL << 32, 5 },
	};
	static const u32 slots[] = { 3, 130, 299 };
	struct fixture *f = *state;
	u32 i, j, best;

	for (i = 0; i < ARRAY_SIZE(generations); i++) {
		remap_map_clear(&f->map);
		for (best = 0, j = 0; j < 3; j++) {
			mapped(f, slots[j], 42, generations[i][j], 0);
			if (generations[i][j] > generations[i][best])
				best = j;
		}
		assert_int_equal(remap_map_load(&f->map, &f->md), 0);
		assert_int_equal(remap_place_spare(remap_map_get(&f->map, 42)), slots[best]);
		assert_int_equal(f->map.remapped, 1);
	}
}

static void test_load_equal_generation(void **state)
{
	struct fixture *f = *state;

	mapped(f, 3, 42, 7, 0);
	mapped(f, 200, 42, 7, 0);
	assert_int_equal(remap_map_load(&f->map, &f->md), -EUCLEAN);
	assert_logged("block 42");
}

/* Free and bad entries never compete, however new; dead blocks are ignored. */
static void test_load_only_mapped(void **state)
{
	struct fixture *f = *state;

	mapped(f, 3, 42, 7, 0);
	remap_metadata_truth(&f->md, 4)->generation = cpu_to_le64(100);
	mapped(f, 130, 42, 50, 0);
	f->md.block_state[1] = REMAP_BLOCK_DEAD;
	assert_int_equal(remap_map_load(&f->map, &f->md), 0);
	assert_int_equal(remap_place_spare(remap_map_get(&f->map, 42)), 3);
	/* frozen ones still hold data */
	f->md.block_state[1] = REMAP_BLOCK_FROZEN;
	remap_map_clear(&f->map);
	assert_int_equal(remap_map_load(&f->map, &f->md), 0);
	assert_int_equal(remap_place_spare(remap_map_get(&f->map, 42)), 130);
}

static void test_load_out_of_range(void **state)
{
	static const u64 blocks[] = { 1ULL << 20, 1ULL << 51, (1ULL << 52) - 1 };
	struct fixture *f = *state;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(blocks); i++) {
		remap_map_clear(&f->map);
		mapped(f, 3, blocks[i], 7, 0);
		assert_int_equal(remap_map_load(&f->map, &f->md), -EUCLEAN);
	}
}

/* A reload with a smaller main, that cuts the last region in two: */
static void test_load_just_out_of_range(void **state)
{
	struct fixture *f = *state;

	mapped(f, 3, BLOCKS, 7, 0);
	assert_int_equal(remap_map_load(&f->map, &f->md), -EUCLEAN);
}

static void test_load_without_memory(void **state)
{
	struct fixture *f = *state;

	mapped(f, 3, 1, 7, 0);
	mapped(f, 4, 2, 8, 0);
	shim_fail_xa_store = 2;
	assert_int_equal(remap_map_load(&f->map, &f->md), -ENOMEM);
	shim_fail_xa_store = 0;
}

static void test_init_without_memory(void **state)
{
	struct remap_map map = {};

	shim_fail_vzalloc = 1;
	assert_int_equal(remap_map_init(&map, SECTORS, 4096), -ENOMEM);
	remap_map_exit(&map);
}

#define test(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(test_empty),
		test(test_claim_set_forget),
		test(test_claim_without_memory),
		test(test_first),
		test(test_regions),
		test(test_block_sizes),
		test(test_load),
		test(test_load_newest),
		test(test_load_equal_generation),
		test(test_load_only_mapped),
		test(test_load_out_of_range),
		test(test_load_just_out_of_range),
		test(test_load_without_memory),
		test(test_init_without_memory),
	};

	return cmocka_run_group_tests_name("map", tests, NULL, NULL);
}
