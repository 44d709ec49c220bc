// SPDX-License-Identifier: GPL-2.0-only
/*
 * Each kind of damage under the tool: what it says; and healed, erased and restored, with
 * the power going after each write, and six fates for what was not flushed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include "damage.h"
#include "toolcheck.h"

#include <cmocka.h>

/* Returns whether the spare starts as it is. */
static bool cut_everywhere(struct toolcheck t)
{
	static const u32 fates[] = { 0, 0xaaaaaaaa, 0xffffffff, 0x11111111, 0x44444444 };
	unsigned int end, i;

	t.cut_after = -1;
	toolcheck(&t);
	/* nothing can become of what is refused already that would be worse */
	end = t.starts ? t.steps : 0;
	for (t.cut_after = 0; t.cut_after < (int)end; t.cut_after++) {
		for (i = 0; i < ARRAY_SIZE(fates); i++) {
			t.fates = fates[i];
			toolcheck(&t);
		}
	}
	return t.starts;
}

/* With force as well where that makes a difference. */
static void change_everywhere(struct toolcheck t)
{
	bool starts = true;

	for (t.what = 0; t.what < TOOLBOX_CHANGES; t.what++)
		starts &= cut_everywhere(t);
	t.force = true;
	t.what = TOOLBOX_HEAL;
	if (!starts)
		cut_everywhere(t);
}

static void on_geometry(const struct damage *d, unsigned int geometry)
{
	struct base *base = base_of(geometry);
	struct damage_image image;
	struct toolcheck t = { .base = base };
	u8 *disk = malloc(base->bytes);
	size_t start = base->life.geometry->start * SECTOR_SIZE;

	memcpy(disk, base->image, base->bytes);
	assert_int_equal(damage_open(&image, disk + start,
				     (size_t)base->life.geometry->spare * SECTOR_SIZE), 0);
	if (!d || !damage_make(&image, d)) {
		t.area = disk + start;
		change_everywhere(t);
	}
	free(disk);
}

static void test_kind(void **state)
{
	unsigned int i;

	/* three table blocks; and a disk that has grown */
	for (i = 0; i < GEOMETRIES; i += GEOMETRIES - 1)
		on_geometry(*state, i);
}

int main(void)
{
	static struct CMUnitTest tests[256] = {
		cmocka_unit_test_prestate(test_kind, NULL),
	};
	const struct damage *d;
	unsigned int n;

	tests[0].name = "a sound spare";
	for (n = 1; (d = damage_kind(n - 1)) && n < ARRAY_SIZE(tests); n++) {
		tests[n] = (struct CMUnitTest)cmocka_unit_test_prestate(test_kind, (void *)d);
		tests[n].name = d->name;
	}
	return _cmocka_run_group_tests("tool", tests, n, NULL, NULL);
}
