/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Encoding and verification of single metadata blocks. Pure: no I/O, no
 * allocation, no locks; may be called from any context and on the host.
 */
#ifndef REMAP_FORMAT_ROOM_H
#define REMAP_FORMAT_ROOM_H

#include <linux/types.h>
#include <dm-remap/format.h>

/**
 * struct remap_disowned - one copy of a table block that must be ignored
 */
struct remap_disowned {
	u32 block;
	u8 copy;
	bool dead;
};

/**
 * struct remap_super - a superblock in the machine's own byte order
 *
 * Sectors are 512 bytes; offsets count from the start of the spare area.
 */
struct remap_super {
	u8 uuid[16];
	u64 generation;
	u32 state;
	u32 flags;
	u32 block_size;
	u32 mask_unit;
	u32 spare_blocks;
	u64 main_start;
	u64 main_length;
	u64 length;
	u32 table_blocks;
	u32 health_blocks;
	u64 table[2];
	u64 health[2];
	u64 data;
	u64 super_b;
	u32 fingerprint[2];
	u8 main_identity[128];
	u8 label[64];
	u32 disowned_count;
	struct remap_disowned disowned[REMAP_MAX_DISOWNED];
};

/**
 * enum remap_verdict - what a metadata block turned out to be
 * @REMAP_VALID: ours, whole and sane
 * @REMAP_BLANK: all zeros
 * @REMAP_FOREIGN: not ours (magic, UUID, index or copy differ)
 * @REMAP_CORRUPT: ours by its magic, but the checksum is wrong
 * @REMAP_INSANE: the checksum is right and the content is impossible
 * @REMAP_TOO_NEW: whole, but of a version or with features not known here
 */
enum remap_verdict {
	REMAP_VALID,
	REMAP_BLANK,
	REMAP_FOREIGN,
	REMAP_CORRUPT,
	REMAP_INSANE,
	REMAP_TOO_NEW,
};

bool remap_format_is_blank(const void *buf, size_t len);

/**
 * remap_format_layout() - lay out the areas of a new spare
 * @sb: in: block_size, mask_unit, main_length, spare_blocks (as an upper
 *	limit), length; out: everything that describes the layout
 * @align: bytes to which the spare blocks are aligned, a power of two
 * @shift: bytes from an aligned place of the disk to the start of the area
 *
 * Return: 0, or -ENOSPC when not even one spare block fits.
 */
int remap_format_layout(struct remap_super *sb, u32 align, u32 shift);

void remap_format_encode_super(void *buf, const struct remap_super *sb, u32 copy);
enum remap_verdict remap_format_decode_super(const void *buf, u32 copy,
					     struct remap_super *sb);

/**
 * remap_format_seal_table() - fill in the header of a table block
 * @table: block whose entries are in place
 * @uuid: the spare's UUID
 * @generation: at least that of every entry
 */
void remap_format_seal_table(struct remap_disk_table *table, const u8 *uuid,
			     u64 generation, u32 index, u32 copy);

/**
 * remap_format_check_table() - verify a table block against its superblock
 *
 * Every entry is checked: states, ranges, generations, bits. What this
 * function accepts needs no further check.
 */
enum remap_verdict remap_format_check_table(const struct remap_disk_table *table,
					    const struct remap_super *sb,
					    u32 index, u32 copy);

/** remap_format_same_table() - do two copies agree in all but copy and crc? */
bool remap_format_same_table(const struct remap_disk_table *a,
			     const struct remap_disk_table *b);

void remap_format_seal_health(struct remap_disk_health *health, const u8 *uuid,
			      u64 generation, u32 copy);
enum remap_verdict remap_format_check_health(const struct remap_disk_health *health,
					     const struct remap_super *sb, u32 copy);

/* Blocks of the main device, the last one perhaps not whole. */
static inline u64 remap_format_main_blocks(const struct remap_super *sb)
{
	u32 spb = sb->block_size >> 9;

	return (sb->main_length + spb - 1) / spb;
}

/* Mask with a bit for each logical block that one block can have. */
static inline u64 remap_format_full_mask(const struct remap_super *sb)
{
	u32 bits = sb->block_size / sb->mask_unit;

	return bits == 64 ? ~0ULL : (1ULL << bits) - 1;
}

#endif
