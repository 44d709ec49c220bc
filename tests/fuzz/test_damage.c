// SPDX-License-Identifier: GPL-2.0-only
/*
 * Each kind of damage: what the product makes of it, exactly, and that no promise is
 * broken on the way: with and without force, read-only, on a reload, and with the
 * power going after each write that it makes.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "trial.h"
#include "damage.h"
#include "edit.h"

#include <cmocka.h>

/* Of the product, before it came to this. */
static void on_abort(int signal)
{
	fprintf(stderr, "%s", shim_logged());
}

/* In a process of its own, so that an assertion that fails is the failure of one test. */
static void apart(void (*run)(const struct damage *d), const struct damage *d)
{
	pid_t child;
	int status;

	fflush(NULL);
	child = fork();
	if (!child) {
		signal(SIGABRT, on_abort);
		run(d);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	if (status)
		fail_msg("an assertion failed, see above");
}

struct patient {
	struct life life;
	u8 *image;		/* of the spare's whole disk */
	struct spec_map sound;	/* before the damage */
	struct damage_image damaged;
};

static u8 *area_of(struct patient *p)
{
	return p->image + (size_t)p->life.geometry->start * SECTOR_SIZE;
}

static void read_map(struct patient *p, const u8 *bytes, struct spec_map *map)
{
	const struct spec_area area = { bytes, p->life.geometry->spare, NULL };
	u64 spb;

	spec_read_super(&area, false, map);
	if (map->error)
		return;
	spb = map->super.block_size / 512;
	map->blocks = (p->life.geometry->main + spb - 1) / spb;
	spec_read_map(&area, map);
}

static struct patient *admit(unsigned int geometry)
{
	struct patient *p = calloc(1, sizeof(*p));
	size_t bytes;

	life_init(&p->life, &geometries[geometry]);
	life_format(&p->life);
	bytes = p->life.spare_store.sectors * SECTOR_SIZE;
	p->image = malloc(bytes);
	memcpy(p->image, p->life.spare_store.now, bytes);
	read_map(p, area_of(p), &p->sound);
	assert(p->sound.error == 0);
	assert(damage_open(&p->damaged, area_of(p),
			   (size_t)p->life.geometry->spare * SECTOR_SIZE) == 0);
	return p;
}

static void discharge(struct patient *p)
{
	life_exit(&p->life);
	free(p->image);
	free(p);
}

/*
 * Exactly what it says
 */

static void assert_same_copies(struct patient *p)
{
	const struct remap_super *sb = &life_dev(&p->life)->md.super;
	const u8 *area = life_area(&p->life);
	struct remap_super seen;
	u32 k;

	assert(spec_super(area, 0, &seen) == REMAP_VALID);
	assert(spec_super(area + sb->super_b * 512, 1, &seen) == REMAP_VALID);
	for (k = 0; k < sb->table_blocks; k++) {
		const u8 *a = area + (sb->table[0] + 8ULL * k) * 512;
		const u8 *b = area + (sb->table[1] + 8ULL * k) * 512;

		if (life_dev(&p->life)->md.block_state[k] == REMAP_BLOCK_DEAD)
			continue;
		assert(spec_table(a, sb, k, 0) == REMAP_VALID);
		assert(spec_table(b, sb, k, 1) == REMAP_VALID);
		assert(!memcmp(a + 64, b + 64, 4096 - 64));
	}
}

static void assert_found(struct patient *p, const struct damage *d)
{
	struct remap_device *dev = life_dev(&p->life);
	u64 block;

	assert(dev->md.mode == REMAP_MODE_RW);
	for (block = 0; block < p->sound.blocks; block++) {
		u32 spare = remap_place_spare(remap_map_get(&dev->map, block));

		if (p->damaged.shows && block == p->damaged.block)
			assert(spare == p->damaged.spare);
		else if (p->sound.spare[block] != SPEC_MAIN)
			assert(spare == p->sound.spare[block]);
	}
	if (!strstr(shim_logged(), "healed"))
		assert(d->expect == DAMAGE_IGNORED);
	else
		assert(d->expect == DAMAGE_HEALED);
}

static void exactly(struct patient *p, const struct damage *d)
{
	struct store *store = &p->life.spare_store;
	int r;

	store_set(store, p->image);
	r = life_create(&p->life, "0");
	if (d->expect == DAMAGE_CTR) {
		assert(r == d->error);
		return;
	}
	assert(r == 0);
	r = life_resume(&p->life);
	if (d->expect == DAMAGE_RESUME) {
		assert(r == d->error);
	} else {
		assert(r == 0);
		assert_found(p, d);
		assert_same_copies(p);
	}
	life_destroy(&p->life);
}

/*
 * In all circumstances
 */

/* The power goes after each write in turn, and unflushed writes meet each fate. */
static void cut_everywhere(struct patient *p, struct trial t)
{
	static const u32 fates[] = { 0, 0x55555555, 0xaaaaaaaa, 0xffffffff, 0x11111111,
				     0x44444444 };
	unsigned int end = trial_run(&p->life, p->image, &t).steps, steps, i;

	for (steps = 0; steps < end; steps++) {
		for (i = 0; i < ARRAY_SIZE(fates); i++) {
			t.cut_after = steps;
			t.fates = fates[i];
			trial_run(&p->life, p->image, &t);
		}
	}
}

static void circumstances(struct patient *p)
{
	unsigned int bits;

	for (bits = 0; bits < 64; bits++) {
		const struct trial t = {
			.force = bits & 1, .replaces = bits & 2, .read_only = bits & 4,
			.commit = bits & 8, .pause = bits & 8, .identity = bits & 16,
			.format = (bits & 32) && !(bits & 4), .cut_after = -1,
		};

		trial_run(&p->life, p->image, &t);
	}
	cut_everywhere(p, (struct trial){ .commit = true, .cut_after = -1 });
	cut_everywhere(p, (struct trial){ .force = true, .cut_after = -1 });
}

static void fail_pages(struct patient *p, u32 one, u32 other, u8 fault)
{
	u8 faults[1024] = {};
	struct trial t = { .cut_after = -1, .faults = faults };
	unsigned int bits;

	faults[p->life.geometry->start / 8 + one] = fault;
	faults[p->life.geometry->start / 8 + other] = fault;
	for (bits = 0; bits < 3; bits++) {
		t.force = bits;
		t.identity = bits & 2;
		t.commit = !bits;
		trial_run(&p->life, p->image, &t);
	}
}

/* Metadata blocks can't be written, or neither read nor written: one at a time, and both copies. */
static void failing_blocks(struct patient *p)
{
	static const u8 faults[] = { STORE_UNWRITABLE, STORE_UNWRITABLE | STORE_UNREADABLE };
	const struct remap_super *sb = &p->damaged.sb;
	u32 pages = p->life.geometry->spare / 8, i, j;

	for (j = 0; j < ARRAY_SIZE(faults); j++) {
		for (i = 0; i < pages; i++) {
			/* superblock, three blocks of a table and the health record on either side */
			if (i == 5)
				i = pages - 6;
			fail_pages(p, i, i, faults[j]);
		}
		fail_pages(p, 0, sb->super_b / 8, faults[j]);
		for (i = 0; i < sb->table_blocks; i++)
			fail_pages(p, sb->table[0] / 8 + i, sb->table[1] / 8 + i, faults[j]);
	}
}

static void on_geometry(const struct damage *d, unsigned int geometry)
{
	struct patient *p = admit(geometry);
	int r = damage_make(&p->damaged, d);

	/* not every geometry has room for all kinds; the first has */
	if (r)
		assert(geometry && r == -EOPNOTSUPP);
	/* on a disk that has grown nobody finds superblock B without A */
	else if (!p->life.geometry->grown)
		exactly(p, d);
	if (geometry == 0 || p->life.geometry->grown) {
		circumstances(p);
		failing_blocks(p);
	}
	discharge(p);
}

static void on_all(const struct damage *d)
{
	unsigned int i;

	for (i = 0; i < GEOMETRIES; i++)
		on_geometry(d, i);
}

static void test_kind(void **state)
{
	apart(on_all, *state);
}

/* The sound spare, too, in all those circumstances. */
static void sound(const struct damage *none)
{
	unsigned int i;

	for (i = 0; i < GEOMETRIES; i++) {
		struct patient *p = admit(i);

		circumstances(p);
		failing_blocks(p);
		discharge(p);
	}
}

/* And one that says which disk its main device was: not the one that trials come with. */
static void identity(const struct damage *none)
{
	struct patient *p = admit(0);
	u32 copy;

	for (copy = 0; copy < 2; copy++) {
		u8 *block = area_of(p) + (copy ? p->damaged.sb.super_b * 512 : 0);

		strcpy((char *)((struct remap_disk_super *)block)->main_identity, "disk0");
		edit_seal(block);
	}
	circumstances(p);
	failing_blocks(p);
	discharge(p);
}

/* A spare that was blank may be formatted, one that was in use never. */
static void format(const struct damage *none)
{
	const struct trial t = { .format = true, .cut_after = -1 };
	struct patient *p = admit(0);
	size_t bytes = p->life.spare_store.sectors * SECTOR_SIZE, i;

	memset(p->image, 0, bytes);
	circumstances(p);
	assert(trial_run(&p->life, p->image, &t).preresume == 0);
	for (i = 0; i < bytes; i += 512) {
		p->image[i] = 1;
		assert(trial_run(&p->life, p->image, &t).ctr != 0);
		p->image[i] = 0;
	}
	discharge(p);
}

static void test_sound(void **state)
{
	apart(sound, NULL);
}

static void test_identity(void **state)
{
	apart(identity, NULL);
}

static void test_format(void **state)
{
	apart(format, NULL);
}

#define OTHERS	3

int main(void)
{
	static struct CMUnitTest tests[256] = {
		cmocka_unit_test(test_sound),
		cmocka_unit_test(test_identity),
		cmocka_unit_test(test_format),
	};
	const struct damage *d;
	unsigned int n;

	for (n = 0; (d = damage_kind(n)) && n + OTHERS < ARRAY_SIZE(tests); n++) {
		tests[n + OTHERS] = (struct CMUnitTest)cmocka_unit_test_prestate(test_kind,
										 (void *)d);
		tests[n + OTHERS].name = d->name;
	}
	return _cmocka_run_group_tests("damage", tests, n + OTHERS, NULL, NULL);
}
