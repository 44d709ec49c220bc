// SPDX-License-Identifier: GPL-2.0-only
/*
 * Encoding and verification of single metadata blocks. Whatever comes from the
 * disk is hostile until it passed here.
 */
#include <linux/crc32c.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/log2.h>
#include <linux/string.h>

#include "format.h"

bool remap_format_is_blank(const void *buf, size_t len)
{
	return !memchr_inv(buf, 0, len);
}

static u32 checksum(const void *buf)
{
	const size_t at = offsetof(struct remap_disk_header, crc);
	const __le32 zero = 0;
	u32 crc;

	crc = crc32c(~0, buf, at);
	crc = crc32c(crc, &zero, sizeof(zero));
	crc = crc32c(crc, (const u8 *)buf + at + sizeof(zero),
		     REMAP_META_SIZE - at - sizeof(zero));
	return ~crc;
}

static void seal(void *buf, u64 magic, const u8 *uuid, u64 generation,
		 u32 index, u32 copy)
{
	struct remap_disk_header *h = buf;

	memset(h, 0, sizeof(*h));
	h->magic = cpu_to_le64(magic);
	h->version = cpu_to_le32(REMAP_FORMAT_VERSION);
	memcpy(h->uuid, uuid, sizeof(h->uuid));
	h->generation = cpu_to_le64(generation);
	h->index = cpu_to_le32(index);
	h->copy = cpu_to_le32(copy);
	h->crc = cpu_to_le32(checksum(buf));
}

/* uuid is NULL where any will do: only for superblocks */
static enum remap_verdict check_header(const void *buf, u64 magic,
				       const u8 *uuid, u32 index, u32 copy)
{
	const struct remap_disk_header *h = buf;

	if (le64_to_cpu(h->magic) != magic)
		return remap_format_is_blank(buf, REMAP_META_SIZE) ?
			REMAP_BLANK : REMAP_FOREIGN;
	if (le32_to_cpu(h->crc) != checksum(buf))
		return REMAP_CORRUPT;
	if (uuid && memcmp(h->uuid, uuid, sizeof(h->uuid)))
		return REMAP_FOREIGN;
	if (le32_to_cpu(h->index) != index || le32_to_cpu(h->copy) != copy)
		return REMAP_FOREIGN;
	if (le32_to_cpu(h->version) != REMAP_FORMAT_VERSION)
		return REMAP_TOO_NEW;
	/* The upper half is never reached: it would leave no room to count. */
	if (!h->generation || le64_to_cpu(h->generation) >> 63)
		return REMAP_INSANE;
	return REMAP_VALID;
}

/*
 * Layout
 */

static u64 round_up_shifted(u64 sectors, u32 align, u32 shift)
{
	u64 bytes = (sectors << 9) + shift;

	return (((bytes + align - 1) & ~((u64)align - 1)) - shift) >> 9;
}

/* Places all areas for sb->spare_blocks spare blocks; returns their end. */
static u64 place_areas(struct remap_super *sb, u32 align, u32 shift)
{
	u64 meta = REMAP_META_SECTORS;

	sb->table_blocks = DIV_ROUND_UP(sb->spare_blocks, REMAP_ENTRIES_PER_BLOCK);
	sb->health_blocks = 1;
	sb->table[0] = meta;
	sb->health[0] = sb->table[0] + sb->table_blocks * meta;
	sb->data = round_up_shifted(sb->health[0] + meta, align, shift);
	/* The second copy lies at the end, however few spare blocks there are. */
	sb->super_b = (sb->length - meta) & ~(meta - 1);
	sb->table[1] = sb->super_b - sb->table_blocks * meta;
	sb->health[1] = sb->table[1] - meta;
	return sb->data + (u64)sb->spare_blocks * (sb->block_size >> 9);
}

/* Places all areas if there is room for so many; else leaves the number as it was. */
static bool fits(struct remap_super *sb, u32 blocks, u32 align, u32 shift)
{
	u32 before = sb->spare_blocks;

	sb->spare_blocks = blocks;
	if (place_areas(sb, align, shift) <= sb->health[1])
		return true;
	sb->spare_blocks = before;
	return false;
}

int remap_format_layout(struct remap_super *sb, u32 align, u32 shift)
{
	u64 spb = sb->block_size >> 9;
	u64 meta = REMAP_META_SECTORS;
	u32 wanted;

	align = max(align, sb->block_size);
	if (sb->length < 7 * meta)
		return -ENOSPC;
	if (sb->spare_blocks > sb->length / spb)
		sb->spare_blocks = sb->length / spb;
	wanted = sb->spare_blocks;
	/* Every block costs its data and its share of two copies of the table. */
	for (;;) {
		u64 fixed = 4 * meta + 2 * meta * DIV_ROUND_UP(sb->spare_blocks,
							       REMAP_ENTRIES_PER_BLOCK);
		u64 room = sb->length > fixed ? (sb->length - fixed) / spb : 0;

		if (room >= sb->spare_blocks)
			break;
		/* Fewer blocks need smaller tables: look again. */
		sb->spare_blocks = room;
	}
	/* That was too few where the tables shrank a lot, too many by what alignment costs. */
	while (sb->spare_blocks < wanted && fits(sb, sb->spare_blocks + 1, align, shift))
		;
	while (sb->spare_blocks && !fits(sb, sb->spare_blocks, align, shift))
		sb->spare_blocks--;
	return sb->spare_blocks ? 0 : -ENOSPC;
}

/*
 * Superblock
 */

static void encode_disowned(struct remap_disk_super *d, const struct remap_super *sb)
{
	u32 i;

	d->disowned_count = cpu_to_le32(sb->disowned_count);
	for (i = 0; i < sb->disowned_count; i++) {
		d->disowned[i].block = cpu_to_le32(sb->disowned[i].block);
		d->disowned[i].copy = sb->disowned[i].copy;
		d->disowned[i].flags = sb->disowned[i].dead ? REMAP_DISOWN_DEAD : 0;
	}
}

void remap_format_encode_super(void *buf, const struct remap_super *sb, u32 copy)
{
	struct remap_disk_super *d = buf;

	memset(d, 0, sizeof(*d));
	d->state = cpu_to_le32(sb->state);
	d->flags = cpu_to_le32(sb->flags);
	d->block_size = cpu_to_le32(sb->block_size);
	d->mask_unit = cpu_to_le32(sb->mask_unit);
	d->spare_blocks = cpu_to_le32(sb->spare_blocks);
	d->main_start = cpu_to_le64(sb->main_start);
	d->main_length = cpu_to_le64(sb->main_length);
	d->length = cpu_to_le64(sb->length);
	d->table_blocks = cpu_to_le32(sb->table_blocks);
	d->health_blocks = cpu_to_le32(sb->health_blocks);
	d->table_a = cpu_to_le64(sb->table[0]);
	d->health_a = cpu_to_le64(sb->health[0]);
	d->data = cpu_to_le64(sb->data);
	d->health_b = cpu_to_le64(sb->health[1]);
	d->table_b = cpu_to_le64(sb->table[1]);
	d->super_b = cpu_to_le64(sb->super_b);
	d->fingerprint_first = cpu_to_le32(sb->fingerprint[0]);
	d->fingerprint_last = cpu_to_le32(sb->fingerprint[1]);
	memcpy(d->main_identity, sb->main_identity, sizeof(d->main_identity));
	memcpy(d->label, sb->label, sizeof(d->label));
	encode_disowned(d, sb);
	seal(d, REMAP_MAGIC_SUPER, sb->uuid, sb->generation, 0, copy);
}

static void decode_fields(const struct remap_disk_super *d, struct remap_super *sb)
{
	memset(sb, 0, sizeof(*sb));
	memcpy(sb->uuid, d->header.uuid, sizeof(sb->uuid));
	sb->generation = le64_to_cpu(d->header.generation);
	sb->state = le32_to_cpu(d->state);
	sb->flags = le32_to_cpu(d->flags);
	sb->block_size = le32_to_cpu(d->block_size);
	sb->mask_unit = le32_to_cpu(d->mask_unit);
	sb->spare_blocks = le32_to_cpu(d->spare_blocks);
	sb->main_start = le64_to_cpu(d->main_start);
	sb->main_length = le64_to_cpu(d->main_length);
	sb->length = le64_to_cpu(d->length);
	sb->table_blocks = le32_to_cpu(d->table_blocks);
	sb->health_blocks = le32_to_cpu(d->health_blocks);
	sb->table[0] = le64_to_cpu(d->table_a);
	sb->health[0] = le64_to_cpu(d->health_a);
	sb->data = le64_to_cpu(d->data);
	sb->health[1] = le64_to_cpu(d->health_b);
	sb->table[1] = le64_to_cpu(d->table_b);
	sb->super_b = le64_to_cpu(d->super_b);
	sb->fingerprint[0] = le32_to_cpu(d->fingerprint_first);
	sb->fingerprint[1] = le32_to_cpu(d->fingerprint_last);
	memcpy(sb->main_identity, d->main_identity, sizeof(sb->main_identity));
	memcpy(sb->label, d->label, sizeof(sb->label));
}

static bool decode_disowned(const struct remap_disk_super *d, struct remap_super *sb)
{
	u32 i, j;

	sb->disowned_count = le32_to_cpu(d->disowned_count);
	if (sb->disowned_count > REMAP_MAX_DISOWNED)
		return false;
	for (i = 0; i < sb->disowned_count; i++) {
		struct remap_disowned *o = &sb->disowned[i];

		o->block = le32_to_cpu(d->disowned[i].block);
		o->copy = d->disowned[i].copy;
		o->dead = d->disowned[i].flags & REMAP_DISOWN_DEAD;
		if (o->block >= sb->table_blocks || o->copy > 1 ||
		    d->disowned[i].flags & ~REMAP_DISOWN_DEAD)
			return false;
		for (j = 0; j < i; j++)
			if (sb->disowned[j].block == o->block)
				return false;
	}
	return true;
}

static bool sane_sizes(const struct remap_super *sb)
{
	const u64 limit = 1ULL << 54;	/* sectors: no sum below can overflow */

	return is_power_of_2(sb->block_size) && is_power_of_2(sb->mask_unit) &&
	       sb->block_size >= REMAP_MIN_BLOCK_SIZE &&
	       sb->block_size <= REMAP_MAX_BLOCK_SIZE &&
	       sb->mask_unit >= 512 && sb->mask_unit <= sb->block_size &&
	       sb->block_size / sb->mask_unit <= REMAP_MASK_BITS &&
	       sb->main_length && sb->main_length < limit &&
	       sb->main_start < limit && sb->length < limit &&
	       !(sb->main_length & ((sb->mask_unit >> 9) - 1)) &&
	       remap_format_main_blocks(sb) <= REMAP_MAX_MAIN_BLOCKS &&
	       sb->spare_blocks && sb->spare_blocks <= REMAP_MAX_SPARES &&
	       sb->table_blocks == DIV_ROUND_UP(sb->spare_blocks,
						REMAP_ENTRIES_PER_BLOCK) &&
	       sb->health_blocks && sb->health_blocks <= 1024;
}

/* The areas follow one another without overlap and end within the length. */
static bool sane_areas(const struct remap_super *sb)
{
	const u64 meta = REMAP_META_SECTORS;
	u64 table = sb->table_blocks * meta, health = sb->health_blocks * meta;
	u64 data = (u64)sb->spare_blocks * (sb->block_size >> 9);
	const u64 area[][2] = {
		{ 0, meta },
		{ sb->table[0], table },
		{ sb->health[0], health },
		{ sb->data, data },
		{ sb->health[1], health },
		{ sb->table[1], table },
		{ sb->super_b, meta },
		{ sb->length, 0 },
	};
	size_t i;

	for (i = 0; i + 1 < ARRAY_SIZE(area); i++)
		if (area[i][0] > sb->length || area[i + 1][0] > sb->length ||
		    area[i][0] + area[i][1] > area[i + 1][0])
			return false;
	return true;
}

enum remap_verdict remap_format_decode_super(const void *buf, u32 copy,
					     struct remap_super *sb)
{
	const struct remap_disk_super *d = buf;
	enum remap_verdict verdict;

	verdict = check_header(buf, REMAP_MAGIC_SUPER, NULL, 0, copy);
	if (verdict != REMAP_VALID)
		return verdict;
	if (le32_to_cpu(d->incompat) & ~REMAP_INCOMPAT_KNOWN ||
	    le32_to_cpu(d->ro_compat) & ~REMAP_RO_COMPAT_KNOWN)
		return REMAP_TOO_NEW;
	decode_fields(d, sb);
	if (sb->state < REMAP_SUPER_FORMATTING || sb->state > REMAP_SUPER_REPLACED ||
	    sb->flags & ~REMAP_SUPER_FLAGS ||
	    !sane_sizes(sb) || !sane_areas(sb) || !decode_disowned(d, sb))
		return REMAP_INSANE;
	return REMAP_VALID;
}

/*
 * Table
 */

void remap_format_seal_table(struct remap_disk_table *table, const u8 *uuid,
			     u64 generation, u32 index, u32 copy)
{
	seal(table, REMAP_MAGIC_TABLE, uuid, generation, index, copy);
}

static bool sane_entry(const struct remap_disk_entry *e, u64 generation,
		       const struct remap_super *sb)
{
	if (le64_to_cpu(e->generation) > generation ||
	    e->reason >= REMAP_REASON_COUNT || e->flags & ~REMAP_ENTRY_FLAGS)
		return false;
	if (e->state == REMAP_ENTRY_FREE || e->state == REMAP_ENTRY_BAD)
		return !e->lost && !e->main_block;
	return e->state == REMAP_ENTRY_MAPPED && e->generation &&
	       le64_to_cpu(e->main_block) < remap_format_main_blocks(sb) &&
	       !(le64_to_cpu(e->lost) & ~remap_format_full_mask(sb));
}

enum remap_verdict remap_format_check_table(const struct remap_disk_table *table,
					    const struct remap_super *sb,
					    u32 index, u32 copy)
{
	u64 generation = le64_to_cpu(table->header.generation);
	u32 first = index * REMAP_ENTRIES_PER_BLOCK;
	enum remap_verdict verdict;
	u32 i;

	verdict = check_header(table, REMAP_MAGIC_TABLE, sb->uuid, index, copy);
	if (verdict != REMAP_VALID)
		return verdict;
	for (i = 0; i < REMAP_ENTRIES_PER_BLOCK; i++) {
		const struct remap_disk_entry *e = &table->entries[i];

		if (first + i >= sb->spare_blocks) {
			/* beyond the last spare block */
			if (!remap_format_is_blank(e, sizeof(*e)))
				return REMAP_INSANE;
		} else if (!sane_entry(e, generation, sb)) {
			return REMAP_INSANE;
		}
	}
	return REMAP_VALID;
}

bool remap_format_same_table(const struct remap_disk_table *a,
			     const struct remap_disk_table *b)
{
	return a->header.generation == b->header.generation &&
	       !memcmp(a->entries, b->entries, sizeof(a->entries));
}

/*
 * Health record
 */

void remap_format_seal_health(struct remap_disk_health *health, const u8 *uuid,
			      u64 generation, u32 copy)
{
	seal(health, REMAP_MAGIC_HEALTH, uuid, generation, 0, copy);
}

enum remap_verdict remap_format_check_health(const struct remap_disk_health *health,
					     const struct remap_super *sb, u32 copy)
{
	return check_header(health, REMAP_MAGIC_HEALTH, sb->uuid, 0, copy);
}
