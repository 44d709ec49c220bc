// SPDX-License-Identifier: GPL-2.0-only
/*
 * super.c: two superblocks, one of them perhaps damaged, older or not ours.
 */
#include "populated.h"

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

/* At the end stands B of an area that begins 16 sectors further on: there is no A here to be healed. */
static void test_super_of_another_area(void **state)
{
	struct rig rig;
	u8 twin[REMAP_META_SIZE];

	rig_init(&rig, SECTORS + 16, 512, 10);
	rig.geometry.length = SECTORS;
	rig.geometry.spare_blocks = SPARES;
	assert_int_equal(remap_format_layout(&rig.geometry, 4096, 0), 0);
	assert_int_equal(rig_format(&rig), 0);
	memcpy(twin, rig_at(&rig, rig_super(&rig, B)), sizeof(twin));
	damage(&rig, rig_super(&rig, A), ZEROED);
	damage(&rig, rig_super(&rig, B), ZEROED);
	sim_poke(&rig.sim, rig_super(&rig, B) + 16, twin, sizeof(twin));
	sim_count(&rig.sim);
	assert_int_equal(rig_load(&rig), -EMEDIUMTYPE);
	assert_logged("does not begin where it was looked for, but 16 sectors from there");
	assert_int_equal(rig_open(&rig, true), -EMEDIUMTYPE);
	assert_int_equal(rig.sim.writes, 0);
	rig_exit(&rig);
}

/* A is whole, and where its B was stands that of another spare, whose area begins elsewhere. */
static void test_super_under_another_area(void **state)
{
	struct rig *rig = *state;
	struct remap_super other;
	u8 buf[REMAP_META_SIZE];
	u32 force;

	populate(rig);
	other = super_at(rig, B);
	other.uuid[0] ^= 1;
	other.length = rig->geometry.length - 16;
	assert_int_equal(remap_format_layout(&other, 4096, 0), 0);
	remap_format_encode_super(buf, &other, B);
	sim_poke(&rig->sim, rig_super(rig, B), buf, sizeof(buf));
	sim_count(&rig->sim);
	for (force = 0; force < 2; force++)
		assert_int_equal(rig_open(rig, force), -EUCLEAN);
	assert_int_equal(rig->sim.writes, 0);
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

/* One that went bad while nobody wrote, or is not what was written, goes first at the resume. */
static void test_super_bad_at_resume(void **state)
{
	struct rig *rig = *state;
	u8 old[REMAP_META_SIZE], good[REMAP_META_SIZE];
	u32 copy, how;

	populate(rig);
	for (copy = 0; copy < 2; copy++) {
		for (how = 0; how < 3; how++) {
			assert_int_equal(rig_load(rig), 0);
			memcpy(old, rig_at(rig, rig_super(rig, copy)), sizeof(old));
			assert_int_equal(remap_super_write(&rig->md), 0);
			assert_false(remap_super_changed(&rig->md));
			if (how == 0)
				damage(rig, rig_super(rig, copy), FLIPPED);
			else if (how == 1)
				sim_rule(&rig->sim, rig_super(rig, copy), 8, SIM_READ, SIM_LOST);
			else
				sim_poke(&rig->sim, rig_super(rig, copy), old, sizeof(old));
			assert_false(remap_super_changed(&rig->md));
			memcpy(good, rig_at(rig, rig_super(rig, !copy)), sizeof(good));
			sim_rule(&rig->sim, rig_super(rig, copy), 8, SIM_WRITE, SIM_TORN_HEAD);
			assert_int_equal(remap_super_write(&rig->md), -EIO);
			assert_memory_equal(good, rig_at(rig, rig_super(rig, !copy)), sizeof(good));
			sim_heal(&rig->sim);
			assert_int_equal(remap_super_write(&rig->md), 0);
		}
	}
}

/* The last write failed on B, so A is of the generation before, and is to be left alone. */
static void test_super_alone_at_resume(void **state)
{
	struct rig *rig = *state;
	u8 good[REMAP_META_SIZE];

	populate(rig);
	assert_int_equal(rig_load(rig), 0);
	sim_rule(&rig->sim, rig_super(rig, B), 8, SIM_WRITE, SIM_TORN_HEAD);
	assert_int_equal(remap_super_write(&rig->md), -EIO);
	assert_int_equal(remap_super_write(&rig->md), -EIO);
	memcpy(good, rig_at(rig, rig_super(rig, A)), sizeof(good));
	assert_false(remap_super_changed(&rig->md));
	assert_int_equal(remap_super_write(&rig->md), -EIO);
	assert_memory_equal(good, rig_at(rig, rig_super(rig, A)), sizeof(good));
}

/*
 * One names another main device, or retires the spare, and the other is older; the health
 * records are what was written last of all.
 */
static int open_cut(struct rig *rig, u32 newer, u32 state, const char *was, const char *is,
		    u64 record)
{
	struct remap_super sb = super_at(rig, A);
	struct remap_disk_health h = { };
	u32 copy;

	for (copy = 0; copy < 2; copy++) {
		sb.generation = copy == newer ? (7ULL << 32) + 1 : (6ULL << 32) + 9;
		sb.state = copy == newer ? state : REMAP_SUPER_ACTIVE;
		memset(sb.main_identity, 0, sizeof(sb.main_identity));
		strcpy((char *)sb.main_identity, copy == newer ? is : was);
		sb.flags = REMAP_SUPER_CLEAN;
		poke_super(rig, copy, &sb, 1, 0);
		remap_format_seal_health(&h, sb.uuid, record, copy);
		sim_poke(&rig->sim, sb.health[copy], &h, sizeof(h));
	}
	shim_log_clear();
	return rig_open(rig, false);
}

static void test_super_cut(void **state)
{
	const u64 before = (6ULL << 32) + 8, after = (7ULL << 32) + 2, far = 8ULL << 32;
	struct rig *rig = *state;
	u32 n;

	populate(rig);
	for (n = 0; n < 2; n++) {
		assert_int_equal(open_cut(rig, n, REMAP_SUPER_ACTIVE, "x", "y", before), 0);
		assert_int_equal(open_cut(rig, n, REMAP_SUPER_REPLACED, "x", "x", before), 0);
		/* an ordinary life with one superblock that cannot be written */
		assert_int_equal(open_cut(rig, n, REMAP_SUPER_ACTIVE, "x", "x", after), 0);
		assert_int_equal(open_cut(rig, n, REMAP_SUPER_ACTIVE, "", "y", after), 0);
		assert_int_equal(open_cut(rig, n, REMAP_SUPER_ACTIVE, "x", "y", far), 0);
		assert_string_equal((char *)rig->md.super.main_identity, "y");
		assert_int_equal(open_cut(rig, n, REMAP_SUPER_REPLACED, "x", "x", before + 2),
				 -ESTALE);
		assert_int_equal(open_cut(rig, n, REMAP_SUPER_REPLACED, "x", "x", far), -ESTALE);
		assert_logged("was written by a handover that was cut");
		assert_int_equal(open_cut(rig, n, REMAP_SUPER_ACTIVE, "x", "y", after), -ESTALE);
		/* what it leaves: the older one; a power cut while the newer is overwritten */
		assert_string_equal((char *)rig->md.super.main_identity, "x");
		assert_int_equal(rig->md.super.flags, 0);
		sim_count(&rig->sim);
		assert_int_equal(remap_metadata_alloc(&rig->md), 0);
		assert_int_equal(remap_load(&rig->md, false), 0);
		assert_int_equal(rig->sim.trace[1].sector, rig_super(rig, n));
		assert_true(super_at(rig, A).generation == (7ULL << 32) + 2);
		rig_close(rig);
	}
}

/* The same, and the older one, by which it was used, is damaged by now. */
static int open_cut_alone(struct rig *rig, u32 newer, u32 state, u64 record)
{
	int r;

	open_cut(rig, newer, state, "x", "y", record);
	damage(rig, rig_super(rig, !newer), FLIPPED);
	r = rig_open(rig, false);
	damage(rig, rig_super(rig, !newer), FLIPPED);	/* as it was */
	return r;
}

static void test_super_cut_alone(void **state)
{
	const u64 before = (6ULL << 32) + 8, after = (7ULL << 32) + 1;
	struct rig *rig = *state;
	u32 n;

	populate(rig);
	for (n = 0; n < 2; n++) {
		assert_int_equal(open_cut_alone(rig, n, REMAP_SUPER_ACTIVE, after), 0);
		assert_int_equal(open_cut_alone(rig, n, REMAP_SUPER_REPLACED, before), 0);
		assert_int_equal(rig->md.super.state, REMAP_SUPER_REPLACED);
		assert_int_equal(open_cut_alone(rig, n, REMAP_SUPER_REPLACED, after), -ESTALE);
		/* what it leaves is the one that was used, and which is written first */
		assert_int_equal(rig->md.super.state, REMAP_SUPER_ACTIVE);
		assert_int_equal(rig->md.super.flags, 0);
		assert_true(rig->md.super_good[n] && !rig->md.super_good[!n]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(test_super_healed),
		test(test_super_twin),
		cmocka_unit_test(test_super_of_another_area),
		test(test_super_under_another_area),
		cmocka_unit_test(test_super_twin_after_growth),
		test(test_super_none),
		test(test_super_unreadable),
		test(test_super_overwritten),
		test(test_super_too_new),
		test(test_super_contradiction),
		test(test_super_write_fails),
		test(test_super_bad_at_resume),
		test(test_super_alone_at_resume),
		test(test_super_cut),
		test(test_super_cut_alone),
	};

	return cmocka_run_group_tests_name("super", tests, NULL, NULL);
}
