// SPDX-License-Identifier: GPL-2.0-only
/*
 * metadata.c: commits, and what becomes of a copy that cannot be written.
 */
#include "populated.h"

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

/* Its one good copy is the truth: nothing may be written over it, whoever asks. */
static void test_commit_in_frozen_block(void **state)
{
	struct rig *rig = *state;
	struct remap_change c[2] = {};

	populate(rig);
	assert_int_equal(rig_load(rig), 0);
	sim_rule(&rig->sim, rig_table(rig, 0, A), 8, SIM_READ | SIM_WRITE, SIM_LOST);
	assert_int_equal(rig_commit(rig, 9, REMAP_ENTRY_MAPPED, 9, 0), REMAP_DID_NOT_HAPPEN);
	c[0].spare = 10;
	c[1].spare = 140;
	c[0].entry.state = c[1].entry.state = REMAP_ENTRY_MAPPED;
	c[0].entry.main_block = cpu_to_le64(9);
	c[1].entry.main_block = cpu_to_le64(11);
	remap_metadata_commit(&rig->md, c, 2);
	assert_int_equal(c[0].outcome, REMAP_DID_NOT_HAPPEN);
	assert_int_equal(c[1].outcome, REMAP_HAPPENED);
	assert_int_equal(rig->md.mode, REMAP_MODE_RW);
	assert_int_equal(super_at(rig, A).disowned_count, 1);
	sim_heal(&rig->sim);
	assert_int_equal(rig_load(rig), 0);
	assert_int_equal(rig_spare_of(rig, 9), REMAP_NO_SPARE);
	assert_int_equal(rig_spare_of(rig, 11), 140);
}

/* Superblocks are written between the copies of a commit that loses one block. */
static void test_disowned_between(void **state)
{
	struct rig *rig = *state;
	struct remap_change c[2] = {};
	struct remap_disk_table *a, *b;
	u32 i;

	assert_int_equal(rig_load(rig), 0);
	for (i = 0; i < 2; i++) {
		c[i].spare = 20 + 126 * i;
		c[i].entry.state = REMAP_ENTRY_MAPPED;
		c[i].entry.main_block = cpu_to_le64(20 + i);
	}
	sim_rule(&rig->sim, rig_table(rig, 0, A), 8, SIM_WRITE, SIM_LOST);
	remap_metadata_commit(&rig->md, c, 2);
	assert_int_equal(c[0].outcome, REMAP_DID_NOT_HAPPEN);
	assert_int_equal(c[1].outcome, REMAP_HAPPENED);
	a = rig_at(rig, rig_table(rig, 1, A));
	b = rig_at(rig, rig_table(rig, 1, B));
	assert_true(remap_format_same_table(a, b));
	assert_true(a->header.generation == b->header.generation);
	assert_true(a->header.generation == rig->md.table[1].header.generation);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
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
		test(test_commit_in_frozen_block),
		test(test_disowned_between),
		test(test_bury),
	};

	return cmocka_run_group_tests_name("commit", tests, NULL, NULL);
}
