// SPDX-License-Identifier: GPL-2.0-only
/*
 * By the kernel's format.c: what it accepts as a superblock and as table blocks is
 * what a backup may say.
 */
#include <stdlib.h>
#include <string.h>

#include <linux/kernel.h>

#include "backup_check.h"

#define LAST_DAY	(1ULL << 40)	/* of gmtime(), by far */

static int check_super(struct backup *b, const char **why)
{
	struct remap_disk_super block;
	struct remap_super again;

	b->super.state = REMAP_SUPER_ACTIVE;
	b->super.generation = 1;
	remap_format_encode_super(&block, &b->super, 0);
	if (remap_format_decode_super(&block, 0, &again) == REMAP_VALID)
		return 0;
	*why = "sizes or places in it are impossible";
	return -EINVAL;
}

static int check_numbers(const struct backup *b, const char **why)
{
	*why = "numbers in it are impossible";
	if (b->created > LAST_DAY || b->map_generation > b->highest || !b->highest ||
	    b->highest >> 62)
		return -EINVAL;
	*why = NULL;
	return 0;
}

void backup_fill(const struct backup *backup, u32 block, u32 *first,
		 struct remap_disk_table *table)
{
	memset(table, 0, sizeof(*table));
	for (; *first < backup->nr; ++*first) {
		const struct backup_entry *e = &backup->entries[*first];

		if (e->spare / REMAP_ENTRIES_PER_BLOCK != block)
			return;
		table->entries[e->spare % REMAP_ENTRIES_PER_BLOCK] = e->entry;
	}
}

static int check_order(const struct backup *b, const char **why)
{
	u32 i;

	*why = "its entries are not in order, or not of spare blocks that exist";
	for (i = 0; i < b->nr; i++) {
		if (b->entries[i].spare >= b->super.spare_blocks ||
		    (i && b->entries[i].spare <= b->entries[i - 1].spare) ||
		    b->entries[i].entry.state == REMAP_ENTRY_FREE)
			return -EINVAL;
	}
	*why = NULL;
	return 0;
}

static int check_entries(const struct backup *b, const char **why)
{
	struct remap_disk_table table;
	u32 at = 0;

	while (at < b->nr) {
		u32 block = b->entries[at].spare / REMAP_ENTRIES_PER_BLOCK;

		backup_fill(b, block, &at, &table);
		remap_format_seal_table(&table, b->super.uuid, b->map_generation, block, 0);
		if (remap_format_check_table(&table, &b->super, block, 0) != REMAP_VALID) {
			*why = "an entry in it is impossible";
			return -EINVAL;
		}
	}
	return 0;
}

static int by_value(const void *a, const void *b)
{
	const u64 *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* Each block of the main device lives in one place. */
static int check_claims(const struct backup *b, const char **why)
{
	u64 *blocks = calloc((size_t)b->nr + 1, sizeof(*blocks));
	u32 i, nr = 0;
	int r = 0;

	if (!blocks)
		return -ENOMEM;
	for (i = 0; i < b->nr; i++)
		if (b->entries[i].entry.state == REMAP_ENTRY_MAPPED)
			blocks[nr++] = le64_to_cpu(b->entries[i].entry.main_block);
	qsort(blocks, nr, sizeof(*blocks), by_value);
	for (i = 1; i < nr && !r; i++)
		if (blocks[i] == blocks[i - 1])
			r = -EINVAL;
	free(blocks);
	if (r)
		*why = "two spare blocks in it claim the same block of the main device";
	return r;
}

int backup_check(struct backup *backup, const char **why)
{
	int r = check_numbers(backup, why);

	if (!r)
		r = check_super(backup, why);
	if (!r)
		r = check_order(backup, why);
	if (!r)
		r = check_entries(backup, why);
	if (!r)
		r = check_claims(backup, why);
	return r;
}
