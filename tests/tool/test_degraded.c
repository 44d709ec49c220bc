// SPDX-License-Identifier: GPL-2.0-only
/* What is left of a device without its spare: each sector reads its own, or fails if it was moved. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <linux/kernel.h>

#include "../../tools/degraded.h"

#include <cmocka.h>

#define LENGTH	1003		/* sectors: the last block is not whole */
#define START	77

static struct backup_entry entries[130];
static struct backup backup;

static void begin(u32 block_size)
{
	memset(&backup, 0, sizeof(backup));
	backup.super.block_size = block_size;
	backup.super.main_start = START;
	backup.super.main_length = LENGTH;
	backup.entries = entries;
}

static void entry(u8 state, u64 block)
{
	struct backup_entry *e = &entries[backup.nr];

	memset(e, 0, sizeof(*e));
	e->spare = backup.nr++;
	e->entry.state = state;
	e->entry.main_block = cpu_to_le64(block);
}

static bool is_moved(u64 sector)
{
	u64 block = sector / (backup.super.block_size >> 9);
	u32 i;

	for (i = 0; i < backup.nr; i++)
		if (entries[i].entry.state == REMAP_ENTRY_MAPPED &&
		    le64_to_cpu(entries[i].entry.main_block) == block)
			return true;
	return false;
}

/* Sector by sector; returns how many segments there are. */
static size_t check(void)
{
	struct dm_segment *s;
	size_t nr, i;
	u64 at = 0, n;

	assert_int_equal(degraded_segments(&backup, &s, &nr), 0);
	for (i = 0; i < nr; i++) {
		assert_int_equal(s[i].start, at);
		assert_true(s[i].sectors);
		for (n = 0; n < s[i].sectors; n++, at++) {
			bool fails = s[i].main == DM_ERROR;

			assert_int_equal(fails, is_moved(at));
			if (!fails)
				assert_int_equal(s[i].main + n, START + at);
		}
	}
	assert_int_equal(at, LENGTH);
	free(s);
	return nr;
}

static void test_none(void **state)
{
	begin(4096);
	assert_int_equal(check(), 1);
	entry(REMAP_ENTRY_BAD, 0);
	assert_int_equal(check(), 1);
}

static void test_some(void **state)
{
	begin(4096);
	entry(REMAP_ENTRY_MAPPED, 50);
	assert_int_equal(check(), 3);
	entry(REMAP_ENTRY_BAD, 7);
	entry(REMAP_ENTRY_MAPPED, 49);
	entry(REMAP_ENTRY_MAPPED, 51);
	assert_int_equal(check(), 3);
	entry(REMAP_ENTRY_MAPPED, 0);
	assert_int_equal(check(), 4);
	entry(REMAP_ENTRY_MAPPED, LENGTH / 8);
	assert_int_equal(check(), 5);
}

static void test_all(void **state)
{
	u64 block;

	begin(4096);
	for (block = 0; block <= LENGTH / 8; block++)
		entry(REMAP_ENTRY_MAPPED, LENGTH / 8 - block);
	assert_int_equal(check(), 1);
}

static void test_sizes(void **state)
{
	u32 size;

	for (size = 512; size <= 32768; size *= 2) {
		begin(size);
		entry(REMAP_ENTRY_MAPPED, 3);
		entry(REMAP_ENTRY_MAPPED, 1);
		check();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_none),
		cmocka_unit_test(test_some),
		cmocka_unit_test(test_all),
		cmocka_unit_test(test_sizes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
