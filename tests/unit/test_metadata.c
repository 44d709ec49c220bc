// SPDX-License-Identifier: GPL-2.0-only
/*
 * metadata.c, load.c and super.c over a disk that fails. One fault at a time,
 * looked at closely; test_model.c combines them.
 */
#include "rig.h"

/* 512-byte blocks keep the disk small: 3 table blocks, the last not whole */
#define SECTORS	1024
#define SPARES	300
#define BLOCKS	3

static int setup(void **state)
{
	struct rig *rig = malloc(sizeof(*rig));

	rig_formatted(rig, SECTORS, 512, SPARES);
	*state = rig;
	return 0;
}

static int teardown(void **state)
{
	rig_exit(*state);
	free(*state);
	return 0;
}

#define test(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

/* Three mapped entries, one in each table block; the device is down again. */
static void populate(struct rig *rig)
{
	u32 k;

	assert_int_equal(rig_load(rig), 0);
	for (k = 0; k < BLOCKS; k++)
		rig_map(rig, k * 126 + 1, 1000 + k);
	rig_close(rig);
	sim_count(&rig->sim);
}

static void assert_populated(struct rig *rig)
{
	u32 k;

	for (k = 0; k < BLOCKS; k++)
		assert_int_equal(rig_spare_of(rig, 1000 + k), k * 126 + 1);
}

/* Both copies of a table block, as they stand on the disk, agree. */
static void assert_healed(struct rig *rig, u32 k)
{
	void *a = rig_at(rig, rig_table(rig, k, A)), *b = rig_at(rig, rig_table(rig, k, B));

	assert_int_equal(remap_format_check_table(a, &rig->geometry, k, A), REMAP_VALID);
	assert_int_equal(remap_format_check_table(b, &rig->geometry, k, B), REMAP_VALID);
	assert_true(remap_format_same_table(a, b));
}

static struct remap_super super_at(struct rig *rig, u32 copy)
{
	struct remap_super sb = {};

	assert_int_equal(remap_format_decode_super(rig_at(rig, rig_super(rig, copy)), copy, &sb),
			 REMAP_VALID);
	return sb;
}

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
		if (step < 15 && rig_format(&rig) == 0)
			fail_msg("format succeeds though request %u failed", step);
		rig_exit(&rig);
	}
}

/*
 * Load
 */

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

enum damage { ZEROED, FLIPPED, FOREIGN, OTHER_UUID, TORN, UNREADABLE, DAMAGES };

static void damage(struct rig *rig, sector_t sector, enum damage how)
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

/*
 * Superblocks
 */

static void test_super_healed(void **state)
{
	static const enum damage hows[] = { ZEROED, FLIPPED, TORN, UNREADABLE };
	struct rig *rig = *state;
	u32 copy, i;

	populate(rig);
	for (copy = 0; copy < 2; copy++)
		for (i = 0; i < ARRAY_SIZE(hows); i++) {
			damage(rig, rig_super(rig, copy), hows[i]);
			sim_count(&rig->sim);
			assert_int_equal(rig_load(rig), 0);
			assert_int_equal(rig->md.mode, REMAP_MODE_RW);
			assert_true(super_at(rig, A).generation == super_at(rig, B).generation);
			/* the damaged one is written first: [0] is load's flush */
			assert_int_equal(rig->sim.trace[1].sector, rig_super(rig, copy));
			assert_int_equal(rig->sim.trace[2].op, SIM_FLUSH);
			assert_int_equal(rig->sim.trace[3].sector, rig_super(rig, !copy));
			sim_heal(&rig->sim);
		}
}

/* A lost, and the length of the disk is not what it was: B is still at the end. */
static void test_super_twin(void **state)
{
	struct rig *rig = *state;

	populate(rig);
	damage(rig, rig_super(rig, A), ZEROED);
	assert_int_equal(rig_open(rig, false), 0);
	assert_int_equal(rig->md.super_seen[A], REMAP_BLANK);
	assert_int_equal(rig->md.super_seen[B], REMAP_VALID);
	assert_false(rig->md.super_good[A]);
	assert_true(rig->md.super_good[B]);
	/* the disk has grown, and A is whole: it knows where B is */
	rig_load(rig);
	rig_close(rig);
	rig->geometry.length = SECTORS;
	rig->sim.disk.length = SECTORS;
	assert_int_equal(rig_load(rig), 0);
}

static void test_super_twin_after_growth(void **state)
{
	struct rig rig;

	/* the spare area is the front of a larger disk */
	rig_init(&rig, SECTORS + 800, 512, 10);
	rig.geometry.length = SECTORS;
	rig.geometry.spare_blocks = SPARES;
	assert_int_equal(remap_format_layout(&rig.geometry, 4096, 0), 0);
	assert_int_equal(rig_format(&rig), 0);
	assert_int_equal(rig_open(&rig, false), 0);
	assert_true(rig.md.super_good[A] && rig.md.super_good[B]);
	rig_exit(&rig);
}

static void test_super_none(void **state)
{
	static const struct {
		enum damage a, b;
		int error;
	} cases[] = {
		{ ZEROED, ZEROED, -ENODATA },
		{ FLIPPED, FLIPPED, -EILSEQ },
		{ FLIPPED, ZEROED, -EILSEQ },
		{ ZEROED, TORN, -EILSEQ },
		{ FOREIGN, FOREIGN, -EMEDIUMTYPE },
		{ FOREIGN, ZEROED, -EMEDIUMTYPE },
		{ ZEROED, FOREIGN, -EMEDIUMTYPE },
		{ FOREIGN, FLIPPED, -EILSEQ },
	};
	struct rig *rig = *state;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		u8 a[REMAP_META_SIZE], b[REMAP_META_SIZE];

		memcpy(a, rig_at(rig, rig_super(rig, A)), sizeof(a));
		memcpy(b, rig_at(rig, rig_super(rig, B)), sizeof(b));
		damage(rig, rig_super(rig, A), cases[i].a);
		damage(rig, rig_super(rig, B), cases[i].b);
		assert_int_equal(rig_open(rig, false), cases[i].error);
		/* force restores a copy; it does not invent one */
		assert_int_equal(rig_open(rig, true), cases[i].error);
		sim_poke(&rig->sim, rig_super(rig, A), a, sizeof(a));
		sim_poke(&rig->sim, rig_super(rig, B), b, sizeof(b));
	}
}

/* Both unreadable is not "blank", and the documentation says -EIO. */
static void test_super_unreadable(void **state)
{
	struct rig *rig = *state;

	damage(rig, rig_super(rig, A), UNREADABLE);
	damage(rig, rig_super(rig, B), UNREADABLE);
	assert_int_equal(rig_open(rig, false), -EIO);
	/* one unreadable, the other blank: perhaps ours, surely not blank */
	sim_heal(&rig->sim);
	damage(rig, rig_super(rig, A), ZEROED);
	damage(rig, rig_super(rig, B), UNREADABLE);
	assert_int_not_equal(rig_open(rig, false), -ENODATA);
	assert_int_not_equal(rig_open(rig, false), 0);
}

/* mkfs.ext4 over the spare: zeros at the start, then its own superblock. */
static void test_super_overwritten(void **state)
{
	struct rig *rig = *state;
	u8 ext4[REMAP_META_SIZE] = {};
	u32 copy;

	ext4[1024 + 56] = 0x53;
	ext4[1024 + 57] = 0xef;
	populate(rig);
	for (copy = 0; copy < 2; copy++) {
		sim_poke(&rig->sim, rig_super(rig, copy), ext4, sizeof(ext4));
		sim_count(&rig->sim);
		shim_log_clear();
		assert_int_equal(rig_load(rig), -EMEDIUMTYPE);
		assert_int_equal(rig->sim.writes, 0);
		assert_logged(copy ? "superblock B" : "superblock A");
		assert_int_equal(rig_open(rig, true), 0);
		assert_int_equal(remap_metadata_alloc(&rig->md), 0);
		assert_int_equal(remap_load(&rig->md, false), 0);
		assert_int_equal(remap_super_write(&rig->md), 0);
		assert_populated(rig);
		rig_close(rig);
	}
	assert_int_equal(rig_load(rig), 0);
}

static void poke_super(struct rig *rig, u32 copy, const struct remap_super *sb,
		       u32 version, u32 incompat)
{
	struct remap_disk_super d;

	remap_format_encode_super(&d, sb, copy);
	d.header.version = cpu_to_le32(version);
	d.incompat = cpu_to_le32(incompat);
	d.header.crc = 0;
	d.header.crc = cpu_to_le32(~crc32c(~0, &d, sizeof(d)));
	sim_poke(&rig->sim, rig_super(rig, copy), &d, sizeof(d));
}

/* One copy upgraded by a newer version, the other not yet: not ours any more. */
static void test_super_too_new(void **state)
{
	struct rig *rig = *state;
	struct remap_super sb = super_at(rig, A);
	u32 copy;

	for (copy = 0; copy < 2; copy++) {
		poke_super(rig, copy, &sb, 2, 0);
		assert_int_equal(rig_open(rig, false), -EPROTONOSUPPORT);
		poke_super(rig, copy, &sb, 1, 1);
		assert_int_equal(rig_open(rig, true), -EPROTONOSUPPORT);
		poke_super(rig, copy, &sb, 1, 0);
		assert_int_equal(rig_open(rig, false), 0);
	}
}

static void test_super_contradiction(void **state)
{
	struct rig *rig = *state;
	struct remap_super sb = super_at(rig, A), other = sb;

	other.label[0] = 'x';
	poke_super(rig, B, &other, 1, 0);
	assert_int_equal(rig_open(rig, false), -EUCLEAN);
	other = sb;
	other.generation++;
	other.uuid[0] ^= 1;
	poke_super(rig, B, &other, 1, 0);
	assert_int_equal(rig_open(rig, false), -EUCLEAN);
	other = sb;
	other.generation++;
	other.label[0] = 'y';
	poke_super(rig, B, &other, 1, 0);
	assert_int_equal(rig_open(rig, false), 0);
	assert_int_equal(rig->md.super.label[0], 'y');
	assert_true(rig->md.super_good[B] && !rig->md.super_good[A]);
}

/* The copy that cannot be written is tried first and the good one left alone. */
static void test_super_write_fails(void **state)
{
	struct rig *rig = *state;
	u8 good[REMAP_META_SIZE];
	u32 copy;

	populate(rig);
	for (copy = 0; copy < 2; copy++) {
		damage(rig, rig_super(rig, copy), FLIPPED);
		assert_int_equal(rig_open(rig, false), 0);
		memcpy(good, rig_at(rig, rig_super(rig, !copy)), sizeof(good));
		sim_rule(&rig->sim, rig_super(rig, copy), 8, SIM_WRITE, SIM_TORN_HEAD);
		assert_int_equal(remap_super_write(&rig->md), -EIO);
		assert_int_equal(remap_super_write(&rig->md), -EIO);
		assert_memory_equal(good, rig_at(rig, rig_super(rig, !copy)), sizeof(good));
		assert_true(rig->md.super_good[!copy] && !rig->md.super_good[copy]);
		sim_heal(&rig->sim);
		assert_int_equal(remap_super_write(&rig->md), 0);
		assert_true(rig->md.super_good[A] && rig->md.super_good[B]);
		assert_true(super_at(rig, A).generation == super_at(rig, B).generation);
	}
}

/*
 * Commit
 */

static void test_commit_order(void **state)
{
	static const u32 spares[] = { 1, 130, 2, 260 };
	struct rig *rig = *state;
	struct remap_change c[4] = {};
	u32 i, k, copy;

	assert_int_equal(rig_load(rig), 0);
	sim_count(&rig->sim);
	for (i = 0; i < 4; i++) {
		c[i].spare = spares[i];
		c[i].entry.state = REMAP_ENTRY_MAPPED;
		c[i].entry.main_block = cpu_to_le64(10 + i);
	}
	remap_metadata_commit(&rig->md, c, 4);
	/* A of three blocks, flush, B of the three, flush: nothing else */
	assert_int_equal(rig->sim.steps, 8);
	for (copy = 0; copy < 2; copy++) {
		for (k = 0; k < 3; k++)
			assert_int_equal(rig->sim.trace[copy * 4 + k].sector,
					 rig_table(rig, k, copy));
		assert_int_equal(rig->sim.trace[copy * 4 + 3].op, SIM_FLUSH);
	}
	for (i = 0; i < 4; i++) {
		struct remap_disk_entry e;

		assert_int_equal(c[i].outcome, REMAP_HAPPENED);
		remap_metadata_entry(&rig->md, spares[i], &e);
		assert_int_equal(le64_to_cpu(e.main_block), 10 + i);
		/* every change has a number of its own */
		if (i)
			assert_true(c[i].entry.generation > c[i - 1].entry.generation);
		assert_int_equal(rig_spare_of(rig, 10 + i), spares[i]);
	}
}

static void test_commit_full_batch(void **state)
{
	struct remap_change c[REMAP_BATCH + 1] = {};
	struct rig *rig = *state;
	u32 i;

	assert_int_equal(rig_load(rig), 0);
	for (i = 0; i <= REMAP_BATCH; i++) {
		c[i].spare = i;
		c[i].entry.state = REMAP_ENTRY_MAPPED;
		c[i].entry.main_block = cpu_to_le64(i);
	}
	remap_metadata_commit(&rig->md, c, REMAP_BATCH);
	for (i = 0; i < REMAP_BATCH; i++)
		assert_int_equal(c[i].outcome, REMAP_HAPPENED);
	assert_int_equal(rig_load(rig), 0);
	assert_int_equal(rig_spare_of(rig, REMAP_BATCH - 1), REMAP_BATCH - 1);
	remap_metadata_commit(&rig->md, c, REMAP_BATCH + 1);
	assert_int_equal(c[0].outcome, REMAP_DID_NOT_HAPPEN);
}

/* A short outage of the spare costs nothing: tried again, same image. */
static void test_commit_short_outage(void **state)
{
	static const unsigned int ops[] = { SIM_WRITE, SIM_FLUSH, SIM_WRITE | SIM_FLUSH };
	struct rig *rig = *state;
	u32 i, skip;

	assert_int_equal(rig_load(rig), 0);
	rig->md.settle_ms = 100;
	for (i = 0; i < ARRAY_SIZE(ops); i++)
		for (skip = 0; skip < 3; skip++) {
			struct sim_rule *r = sim_rule(&rig->sim, 0, SECTORS, ops[i],
						      SIM_TORN_TAIL);

			r->times = 2;
			r->skip = skip;
			shim_slept_ms = 0;
			rig_map(rig, 10 * i + skip, 10 * i + skip);
			if (ops[i] == SIM_WRITE && skip < 2)
				assert_true(shim_slept_ms >= 100);
			assert_int_equal(rig->md.super.disowned_count, 0);
			assert_int_equal(rig->md.block_state[0], REMAP_BLOCK_GOOD);
			assert_healed(rig, 0);
			sim_heal(&rig->sim);
		}
}

static void test_commit_below_rw(void **state)
{
	struct rig *rig = *state;
	enum remap_mode mode;

	for (mode = REMAP_MODE_RO_MAP; mode <= REMAP_MODE_FAIL; mode++) {
		assert_int_equal(rig_load(rig), 0);
		remap_metadata_degrade(&rig->md, mode, "test");
		sim_count(&rig->sim);
		assert_int_equal(rig_commit(rig, 3, REMAP_ENTRY_MAPPED, 3, 0),
				 REMAP_DID_NOT_HAPPEN);
		assert_int_equal(rig->sim.steps, 0);
	}
}

static void test_mode_only_goes_down(void **state)
{
	struct rig *rig = *state;

	assert_int_equal(rig_load(rig), 0);
	shim_log_clear();
	remap_metadata_degrade(&rig->md, REMAP_MODE_READ_ONLY, "because");
	assert_logged("read-only");
	assert_logged("because");
	shim_log_clear();
	remap_metadata_degrade(&rig->md, REMAP_MODE_RO_MAP, "again");
	remap_metadata_degrade(&rig->md, REMAP_MODE_READ_ONLY, "again");
	assert_int_equal(rig->md.mode, REMAP_MODE_READ_ONLY);
	assert_string_equal(shim_logged(), "");
	assert_string_equal(remap_mode_name(REMAP_MODE_RO_MAP), "ro-map");
}

/*
 * Disowning
 */

/* How the dead copy behaves: what is on it when it comes back. */
static const enum sim_effect effects[] = { SIM_LOST, SIM_LANDED, SIM_TORN_HEAD, SIM_TORN_TAIL };

static void test_disown_recorded(void **state)
{
	struct rig *rig;
	u32 copy, e;

	teardown(state);
	for (copy = 0; copy < 2; copy++)
		for (e = 0; e < ARRAY_SIZE(effects); e++) {
			setup(state);
			rig = *state;
			populate(rig);
			assert_int_equal(rig_load(rig), 0);
			sim_rule(&rig->sim, rig_table(rig, 0, copy), 8, SIM_WRITE, effects[e]);
			/* A failed: it did not happen; B failed: it did */
			assert_int_equal(rig_commit(rig, 9, REMAP_ENTRY_MAPPED, 9, 0),
					 copy ? REMAP_HAPPENED : REMAP_DID_NOT_HAPPEN);
			assert_int_equal(rig->md.mode, REMAP_MODE_RW);
			assert_int_equal(rig->md.block_state[0], REMAP_BLOCK_FROZEN);
			assert_int_equal(super_at(rig, A).disowned_count, 1);
			assert_int_equal(super_at(rig, B).disowned_count, 1);
			assert_int_equal(super_at(rig, B).disowned[0].copy, copy);
			rig_map(rig, 131, 131);		/* the rest goes on */
			assert_int_equal(rig_spare_of(rig, 9), copy ? 9 : REMAP_NO_SPARE);

			/* still dead at the next load: frozen, the same truth */
			assert_int_equal(rig_load(rig), 0);
			assert_int_equal(rig->md.mode, REMAP_MODE_RW);
			assert_int_equal(rig->md.block_state[0], REMAP_BLOCK_FROZEN);
			assert_int_equal(rig_spare_of(rig, 9), copy ? 9 : REMAP_NO_SPARE);
			rig_map(rig, 132, 132);

			/* back again: the mark goes, the copy is rewritten */
			sim_heal(&rig->sim);
			assert_int_equal(rig_load(rig), 0);
			assert_int_equal(rig->md.block_state[0], REMAP_BLOCK_GOOD);
			assert_int_equal(rig_spare_of(rig, 9), copy ? 9 : REMAP_NO_SPARE);
			assert_populated(rig);
			assert_int_equal(super_at(rig, A).disowned_count, 0);
			assert_healed(rig, 0);
			teardown(state);
		}
	setup(state);
}

static void test_disown_not_recorded(void **state)
{
	struct rig *rig;
	u32 copy, super;

	teardown(state);
	for (copy = 0; copy < 2; copy++)
		for (super = 0; super < 2; super++) {
			setup(state);
			rig = *state;
			populate(rig);
			assert_int_equal(rig_load(rig), 0);
			sim_rule(&rig->sim, rig_table(rig, 0, copy), 8, SIM_WRITE, SIM_LANDED);
			sim_rule(&rig->sim, rig_super(rig, super), 8, SIM_WRITE, SIM_LOST);
			assert_int_equal(rig_commit(rig, 9, REMAP_ENTRY_MAPPED, 9, 0),
					 REMAP_IN_DOUBT);
			assert_int_equal(rig->md.mode, REMAP_MODE_RO_MAP);
			/* memory keeps the old content: its I/O fails anyway */
			assert_int_equal(remap_metadata_truth(&rig->md, 9)->state,
					 REMAP_ENTRY_FREE);
			assert_int_equal(rig_commit(rig, 135, REMAP_ENTRY_MAPPED, 135, 0),
					 REMAP_DID_NOT_HAPPEN);
			teardown(state);
		}
	setup(state);
}

/* Neither read nor rewritten, nor recorded: nobody may write under our reading. */
static void test_load_cannot_disown(void **state)
{
	struct rig *rig;
	u32 copy, super;

	teardown(state);
	for (copy = 0; copy < 2; copy++)
		for (super = 0; super < 2; super++) {
			setup(state);
			rig = *state;
			populate(rig);
			sim_rule(&rig->sim, rig_table(rig, 0, copy), 8, SIM_READ | SIM_WRITE,
				 SIM_LOST);
			sim_rule(&rig->sim, rig_super(rig, super), 8, SIM_WRITE, SIM_LOST);
			assert_int_equal(rig_load(rig), 0);
			assert_int_equal(rig->md.mode, REMAP_MODE_READ_ONLY);
			assert_populated(rig);
			teardown(state);
		}
	setup(state);
}

static void test_load_disowns(void **state)
{
	struct rig *rig = *state;

	populate(rig);
	sim_rule(&rig->sim, rig_table(rig, 1, B), 8, SIM_READ | SIM_WRITE, SIM_LOST);
	assert_int_equal(rig_load(rig), 0);
	assert_int_equal(rig->md.mode, REMAP_MODE_RW);
	assert_int_equal(rig->md.block_state[1], REMAP_BLOCK_FROZEN);
	assert_int_equal(super_at(rig, A).disowned[0].block, 1);
	assert_int_equal(super_at(rig, A).disowned[0].copy, B);
	assert_populated(rig);
}

/*
 * The mark is in one superblock only and the copy is still dead: the other
 * superblock has to learn of it before anything is served.
 */
static void test_mark_in_one_superblock(void **state)
{
	struct rig *rig = *state;

	populate(rig);
	assert_int_equal(rig_load(rig), 0);
	sim_rule(&rig->sim, rig_table(rig, 0, A), 8, SIM_READ | SIM_WRITE, SIM_LANDED);
	sim_rule(&rig->sim, rig_super(rig, B), 8, SIM_WRITE, SIM_LOST);
	assert_int_equal(rig_commit(rig, 9, REMAP_ENTRY_MAPPED, 9, 0), REMAP_IN_DOUBT);
	assert_int_equal(super_at(rig, A).disowned_count, 1);
	assert_int_equal(super_at(rig, B).disowned_count, 0);
	/* superblock B still refuses: our reading may be overruled by it */
	assert_int_equal(rig_load(rig), 0);
	assert_int_equal(rig->md.mode, REMAP_MODE_READ_ONLY);
	/* it works again: now both say so */
	rig->sim.rules[1].ops = 0;
	assert_int_equal(rig_load(rig), 0);
	assert_int_equal(rig->md.mode, REMAP_MODE_RW);
	assert_int_equal(super_at(rig, B).disowned_count, 1);
	assert_int_equal(rig_spare_of(rig, 9), REMAP_NO_SPARE);
}

/* A disowned copy is ignored whatever it holds: even impossible content. */
static void test_disowned_is_ignored(void **state)
{
	struct rig *rig = *state;
	struct remap_disk_table t;
	u32 how;

	for (how = 0; how < 3; how++) {
		populate(rig);
		assert_int_equal(rig_load(rig), 0);
		assert_int_equal(remap_super_disown(&rig->md, 0, A), 0);
		memcpy(&t, rig_at(rig, rig_table(rig, 0, A)), sizeof(t));
		t.entries[1].main_block = cpu_to_le64(4242);
		if (how == 1)
			t.entries[1].state = 9;
		remap_format_seal_table(&t, rig->geometry.uuid, 1ULL << 45, 0, A);
		if (how == 2) {
			t.header.version = cpu_to_le32(9);
			t.header.crc = 0;
			t.header.crc = cpu_to_le32(~crc32c(~0, &t, sizeof(t)));
		}
		sim_poke(&rig->sim, rig_table(rig, 0, A), &t, sizeof(t));
		assert_int_equal(rig_load(rig), 0);
		assert_populated(rig);
		assert_healed(rig, 0);
		rig_close(rig);
		teardown(state);
		setup(state);
		rig = *state;
	}
}

/* The copy that counts is damaged too: there is no truth any more. */
static void test_disowned_and_damaged(void **state)
{
	struct rig *rig = *state;

	populate(rig);
	assert_int_equal(rig_load(rig), 0);
	assert_int_equal(remap_super_disown(&rig->md, 0, A), 0);
	damage(rig, rig_table(rig, 0, B), FLIPPED);
	assert_int_not_equal(rig_load(rig), 0);
}

static void test_disown_list_full(void **state)
{
	struct rig rig;
	u32 k;

	rig_formatted(&rig, 20000, 512, 126 * (REMAP_MAX_DISOWNED + 1));
	assert_int_equal(rig_load(&rig), 0);
	for (k = 0; k < REMAP_MAX_DISOWNED; k++) {
		assert_int_equal(remap_super_disown(&rig.md, k, k & 1), 0);
		assert_ptr_equal(remap_super_disowned(&rig.md, k), &rig.md.super.disowned[k]);
	}
	sim_rule(&rig.sim, rig_table(&rig, k, A), 8, SIM_WRITE, SIM_LOST);
	assert_int_equal(rig_commit(&rig, k * 126, REMAP_ENTRY_MAPPED, 1, 0), REMAP_IN_DOUBT);
	assert_int_equal(rig.md.mode, REMAP_MODE_RO_MAP);
	/* all of them work again */
	sim_heal(&rig.sim);
	assert_int_equal(rig_load(&rig), 0);
	assert_int_equal(rig.md.mode, REMAP_MODE_RW);
	assert_int_equal(super_at(&rig, A).disowned_count, 0);
	rig_exit(&rig);
}

static void test_own(void **state)
{
	struct rig *rig = *state;
	u32 k;

	assert_int_equal(rig_load(rig), 0);
	for (k = 0; k < BLOCKS; k++)
		assert_int_equal(remap_super_disown(&rig->md, k, B), 0);
	remap_super_own(&rig->md, 0);
	assert_null(remap_super_disowned(&rig->md, 0));
	assert_non_null(remap_super_disowned(&rig->md, 1));
	assert_non_null(remap_super_disowned(&rig->md, 2));
	remap_super_own(&rig->md, 0);
	assert_int_equal(rig->md.super.disowned_count, 2);
	remap_super_own(&rig->md, 2);
	remap_super_own(&rig->md, 1);
	assert_int_equal(remap_super_write(&rig->md), 0);
	/* nothing is left behind that would make the two copies differ */
	assert_int_equal(rig_load(rig), 0);
}

static void test_bury(void **state)
{
	struct rig *rig = *state;
	u32 copy;

	populate(rig);
	assert_int_equal(rig_load(rig), 0);
	assert_int_equal(remap_metadata_bury(&rig->md, 0), -EIO);	/* not frozen */
	sim_rule(&rig->sim, rig_table(rig, 0, A), 8, SIM_READ | SIM_WRITE, SIM_LOST);
	assert_int_equal(rig_commit(rig, 9, REMAP_ENTRY_MAPPED, 9, 0), REMAP_DID_NOT_HAPPEN);
	rig_map(rig, 140, 1000);	/* moves its one entry elsewhere */

	sim_rule(&rig->sim, rig_super(rig, B), 8, SIM_WRITE, SIM_LOST);
	assert_int_equal(remap_metadata_bury(&rig->md, 0), -EIO);
	assert_int_equal(rig->md.block_state[0], REMAP_BLOCK_FROZEN);
	assert_false(rig->md.super.disowned[0].dead);
	rig->sim.rules[1].ops = 0;
	assert_int_equal(remap_metadata_bury(&rig->md, 0), 0);
	assert_int_equal(rig->md.block_state[0], REMAP_BLOCK_DEAD);
	for (copy = 0; copy < 2; copy++)
		assert_true(super_at(rig, copy).disowned[0].dead);

	/* for good, though it works again; even if both copies are rubbish */
	sim_heal(&rig->sim);
	damage(rig, rig_table(rig, 0, A), FOREIGN);
	damage(rig, rig_table(rig, 0, B), FLIPPED);
	assert_int_equal(rig_load(rig), 0);
	assert_int_equal(rig->md.mode, REMAP_MODE_RW);
	assert_int_equal(rig->md.block_state[0], REMAP_BLOCK_DEAD);
	assert_int_equal(rig_spare_of(rig, 1000), 140);
	assert_int_equal(rig_spare_of(rig, 1002), 253);
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
	assert_int_equal(remap_metadata_write_health(&rig->md), 0);
	for (copy = 0; copy < 2; copy++) {
		damage(rig, rig->geometry.health[copy], FLIPPED);
		assert_int_equal(rig_load(rig), 0);
		assert_int_equal(rig->md.health[REMAP_HEALTH_PAYLOAD - 1], 0x21);
		assert_int_equal(remap_metadata_write_health(&rig->md), 0);
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
	assert_int_equal(remap_metadata_write_health(&rig->md), -EIO);
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
		test(test_super_healed),
		test(test_super_twin),
		cmocka_unit_test(test_super_twin_after_growth),
		test(test_super_none),
		test(test_super_unreadable),
		test(test_super_overwritten),
		test(test_super_too_new),
		test(test_super_contradiction),
		test(test_super_write_fails),
		test(test_commit_order),
		test(test_commit_full_batch),
		test(test_commit_short_outage),
		test(test_commit_below_rw),
		test(test_mode_only_goes_down),
		test(test_disown_recorded),
		test(test_disown_not_recorded),
		test(test_load_cannot_disown),
		test(test_load_disowns),
		test(test_mark_in_one_superblock),
		test(test_disowned_is_ignored),
		test(test_disowned_and_damaged),
		test(test_disown_list_full),
		test(test_own),
		test(test_bury),
		test(test_health_record),
		test(test_health_write_fails),
	};

	return cmocka_run_group_tests_name("metadata", tests, NULL, NULL);
}
