/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * docs/format.md, sections 2 to 7, once more: what a spare means, read from its
 * bytes without any of the product's code. What the kernel makes of a spare must be
 * this, or a refusal that this knows of.
 */
#ifndef SPEC_H
#define SPEC_H

#include "kernel.h"
#include "format.h"

/* what one metadata block is; the kernel's words for it */
enum remap_verdict spec_super(const u8 *block, u32 copy, struct remap_super *sb);
enum remap_verdict spec_table(const u8 *block, const struct remap_super *sb, u32 k, u32 copy);
enum remap_verdict spec_health(const u8 *block, const struct remap_super *sb, u32 copy);

/**
 * struct spec_area - a spare area to be read
 * @bytes: its content
 * @sectors: its length
 * @unreadable: for each page of 4096 bytes, from the start of @bytes; or NULL
 */
struct spec_area {
	const u8 *bytes;
	u64 sectors;
	const u8 *unreadable;
};

/** spec_page() - one metadata block, or NULL if it can't be read */
const u8 *spec_page(const struct spec_area *area, u64 sector);

#define SPEC_MAIN	(~0U)
#define SPEC_BLOCKS	4096

/**
 * struct spec_map - what the spare says
 * @error: 0, or the errno with which it is refused
 * @blank: both superblocks are blank
 * @super: the superblock that counts
 * @blocks: of main
 * @spare: for each, the spare block that holds it, or SPEC_MAIN
 * @lost: and its lost mask
 * @rescuable: main may still hold what is lost
 * @forget: set by the caller: main is not what it was, so nothing is rescuable
 * @generation: of the entry
 * @used: spare blocks that are not free, superseded ones included
 * @health: payload of the health record that counts, or NULL
 * @differ: some table block's copies do not agree
 * @highest: generation in any valid block
 */
struct spec_map {
	int error;
	bool blank;
	struct remap_super super;
	u64 blocks;
	u32 spare[SPEC_BLOCKS];
	u64 lost[SPEC_BLOCKS];
	bool rescuable[SPEC_BLOCKS];
	bool forget;
	u64 generation[SPEC_BLOCKS];
	const u8 *health;
	bool differ;
	u64 highest;
};

/** spec_read_super() - sections 3 and 7; fills error, blank, super, highest */
void spec_read_super(const struct spec_area *area, bool force, struct spec_map *map);

/** spec_read_map() - the rest, after spec_read_super(); @blocks is set by the caller */
void spec_read_map(const struct spec_area *area, struct spec_map *map);

/** spec_fingerprint() - section 3, of main as it is */
void spec_fingerprint(const struct spec_map *map, const u8 *main, u64 sectors, u32 crc[2]);

#endif
