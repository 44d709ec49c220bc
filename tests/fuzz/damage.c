// SPDX-License-Identifier: GPL-2.0-only
#include "damage_parts.h"

int damage_open(struct damage_image *image, u8 *area, size_t size)
{
	memset(image, 0, sizeof(*image));
	image->area = area;
	image->size = size;
	if (size < PAGE || remap_format_decode_super(area, 0, &image->sb) != REMAP_VALID ||
	    image->sb.length > size / 512)
		return -EINVAL;
	return 0;
}

/*
 * Places
 */

u8 *damage_at(struct damage_image *image, u64 sector)
{
	return image->area + sector * 512;
}

u8 *damage_super(struct damage_image *image, u32 copy)
{
	return damage_at(image, copy ? image->sb.super_b : 0);
}

u8 *damage_health(struct damage_image *image, u32 copy)
{
	return damage_at(image, image->sb.health[copy]);
}

struct remap_disk_table *damage_table(struct damage_image *image, u32 k, u32 copy)
{
	return (void *)damage_at(image, image->sb.table[copy] + 8ULL * k);
}

struct remap_disk_entry *damage_entry(struct damage_image *image, u32 spare, u32 copy)
{
	return &damage_table(image, spare / 126, copy)->entries[spare % 126];
}

void damage_set_generation(void *block, u64 generation)
{
	((struct remap_disk_header *)block)->generation = generation;
}

/* Above every generation of entries and table blocks, so that what has it wins. */
u64 damage_fresh(struct damage_image *image)
{
	u64 highest = image->sb.generation;
	u32 k;

	for (k = 0; k < image->sb.table_blocks; k++)
		highest = max(highest, (u64)damage_table(image, k, 0)->header.generation);
	return highest + 1000;
}

/* A free spare block from this one on, or -1. */
u32 damage_free_spare(struct damage_image *image, u32 from)
{
	for (; from < image->sb.spare_blocks; from++)
		if (damage_entry(image, from, 0)->state == REMAP_ENTRY_FREE)
			return from;
	return REMAP_MAX_SPARES;
}

static bool is_mapped(struct damage_image *image, u64 block)
{
	u32 i;

	for (i = 0; i < image->sb.spare_blocks; i++)
		if (damage_entry(image, i, 0)->state == REMAP_ENTRY_MAPPED &&
		    damage_entry(image, i, 0)->main_block == block)
			return true;
	return false;
}

u64 damage_free_main(struct damage_image *image, u64 from)
{
	while (is_mapped(image, from))
		from++;
	return from;
}

/* The same in the copies named; the checksums follow. */
void damage_put_entry(struct damage_image *image, u32 spare,
		      const struct remap_disk_entry *e, unsigned int copies)
{
	u32 copy;

	for (copy = 0; copy < 2; copy++) {
		struct remap_disk_table *t = damage_table(image, spare / 126, copy);

		if (!(copies & 1 << copy))
			continue;
		*damage_entry(image, spare, copy) = *e;
		if (t->header.generation < e->generation && !(e->generation >> 63))
			t->header.generation = e->generation;
		edit_seal((u8 *)t);
	}
}

/* The map changes, so this was no clean stop: else the fingerprint would not match. */
void damage_shows(struct damage_image *image, u64 block, u32 spare)
{
	u32 copy;

	for (copy = 0; copy < 2; copy++) {
		((struct remap_disk_super *)damage_super(image, copy))->flags = 0;
		edit_seal(damage_super(image, copy));
	}
	image->shows = true;
	image->block = block;
	image->spare = spare;
}

void damage_spoil(u8 *block)
{
	memset(block + 2048, 0xa5, 512);
}

void damage_swap(u8 *a, u8 *b)
{
	u8 tmp[PAGE];

	memcpy(tmp, a, PAGE);
	memcpy(a, b, PAGE);
	memcpy(b, tmp, PAGE);
}

/* The second half of a commit is missing in the other copy. */
int damage_table_newer(struct damage_image *image, const struct damage *d)
{
	struct remap_disk_entry e = { .state = REMAP_ENTRY_MAPPED };
	u32 spare = damage_free_spare(image, 0);

	if (spare >= image->sb.spare_blocks)
		return -ENOSPC;
	e.main_block = damage_free_main(image, 0);
	e.generation = damage_fresh(image);
	damage_shows(image, e.main_block, spare);
	damage_put_entry(image, spare, &e, d->copies);
	return 0;
}

/*
 * All kinds
 */

const struct damage *damage_kind(unsigned int i)
{
	if (i < damage_super_count)
		return &damage_super_kinds[i];
	i -= damage_super_count;
	return i < damage_table_count ? &damage_table_kinds[i] : NULL;
}

const struct damage *damage_find(const char *name)
{
	const struct damage *d;
	unsigned int i;

	for (i = 0; (d = damage_kind(i)); i++)
		if (!strcmp(d->name, name))
			return d;
	return NULL;
}

int damage_make(struct damage_image *image, const struct damage *d)
{
	return d->make(image, d);
}

const char *damage_expect_name(enum damage_expect expect)
{
	static const char * const names[] = {
		[DAMAGE_CTR] = "refused at table load",
		[DAMAGE_RESUME] = "refused at activation",
		[DAMAGE_HEALED] = "healed",
		[DAMAGE_IGNORED] = "ignored",
	};

	return names[expect];
}
