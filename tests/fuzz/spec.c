// SPDX-License-Identifier: GPL-2.0-only
#include "spec.h"

#define PAGE		4096
#define NO_UUID		NULL

static u32 get32(const u8 *p)
{
	return p[0] | p[1] << 8 | p[2] << 16 | (u32)p[3] << 24;
}

static u64 get64(const u8 *p)
{
	return get32(p) | (u64)get32(p + 4) << 32;
}

static bool is_blank(const u8 *p, size_t len)
{
	while (len--)
		if (*p++)
			return false;
	return true;
}

static u32 crc_of(const u8 *block)
{
	u32 crc = crc32c(~0, block, 8);

	crc = crc32c(crc, "\0\0\0\0", 4);
	return ~crc32c(crc, block + 12, PAGE - 12);
}

/* section 2 */
static enum remap_verdict header(const u8 *b, char kind, const u8 *uuid, u32 index, u32 copy)
{
	if (is_blank(b, PAGE))
		return REMAP_BLANK;
	if (memcmp(b, "dmremap", 7) || b[7] != kind)
		return REMAP_FOREIGN;
	if (get32(b + 8) != crc_of(b))
		return REMAP_CORRUPT;
	if ((uuid && memcmp(b + 16, uuid, 16)) || get32(b + 40) != index ||
	    get32(b + 44) != copy)
		return REMAP_FOREIGN;
	if (get32(b + 12) != 1)
		return REMAP_TOO_NEW;
	if (!get64(b + 32) || get64(b + 32) >= 1ULL << 63)
		return REMAP_INSANE;
	return REMAP_VALID;
}

/*
 * Section 3: the superblock
 */

static void fields(const u8 *b, struct remap_super *sb)
{
	memset(sb, 0, sizeof(*sb));
	memcpy(sb->uuid, b + 16, 16);
	sb->generation = get64(b + 32);
	sb->state = get32(b + 76);
	sb->flags = get32(b + 80);
	sb->block_size = get32(b + 84);
	sb->mask_unit = get32(b + 88);
	sb->spare_blocks = get32(b + 92);
	sb->main_start = get64(b + 96);
	sb->main_length = get64(b + 104);
	sb->length = get64(b + 112);
	sb->table_blocks = get32(b + 120);
	sb->health_blocks = get32(b + 124);
	sb->table[0] = get64(b + 128);
	sb->health[0] = get64(b + 136);
	sb->data = get64(b + 144);
	sb->health[1] = get64(b + 152);
	sb->table[1] = get64(b + 160);
	sb->super_b = get64(b + 168);
	sb->fingerprint[0] = get32(b + 176);
	sb->fingerprint[1] = get32(b + 180);
	memcpy(sb->main_identity, b + 184, 128);
	memcpy(sb->label, b + 312, 64);
	sb->disowned_count = get32(b + 376);
}

static bool power_of_two(u32 n)
{
	return __builtin_popcount(n) == 1;
}

static bool sizes(const struct remap_super *sb)
{
	u32 spb = sb->block_size / 512;

	/* the last three: what fits no disk, so that no sum can overflow */
	return power_of_two(sb->block_size) && sb->block_size >= 512 &&
	       sb->block_size <= 32768 && power_of_two(sb->mask_unit) &&
	       sb->mask_unit >= 512 && sb->mask_unit <= sb->block_size &&
	       sb->block_size / sb->mask_unit <= 64 &&
	       sb->spare_blocks >= 1 && sb->spare_blocks <= 1 << 24 &&
	       sb->table_blocks == (sb->spare_blocks + 125) / 126 &&
	       sb->health_blocks >= 1 && sb->health_blocks <= 1024 &&
	       sb->main_length && sb->main_length % (sb->mask_unit / 512) == 0 &&
	       sb->main_length / spb + !!(sb->main_length % spb) <= 1ULL << 52 &&
	       sb->main_length < 1ULL << 54 && sb->main_start < 1ULL << 54 &&
	       sb->length < 1ULL << 54;
}

/* begins where nothing before it reaches, ends where the next begins */
static bool after(unsigned __int128 *end, u64 start, unsigned __int128 sectors)
{
	bool ok = start >= *end;

	*end = start + sectors;
	return ok;
}

static bool areas(const struct remap_super *sb)
{
	unsigned __int128 end = 8, table = 8 * (unsigned __int128)sb->table_blocks;
	unsigned __int128 health = 8 * sb->health_blocks;

	return after(&end, sb->table[0], table) && after(&end, sb->health[0], health) &&
	       after(&end, sb->data, (unsigned __int128)sb->spare_blocks *
		     (sb->block_size / 512)) &&
	       after(&end, sb->health[1], health) && after(&end, sb->table[1], table) &&
	       after(&end, sb->super_b, 8) && end <= sb->length;
}

static bool disowned(const u8 *b, struct remap_super *sb)
{
	u32 i, j;

	if (sb->disowned_count > 128)
		return false;
	for (i = 0; i < sb->disowned_count; i++) {
		const u8 *d = b + 384 + 8 * i;

		sb->disowned[i].block = get32(d);
		sb->disowned[i].copy = d[4];
		sb->disowned[i].dead = d[5] & 1;
		if (get32(d) >= sb->table_blocks || d[4] > 1 || d[5] > 1)
			return false;
		for (j = 0; j < i; j++)
			if (get32(b + 384 + 8 * j) == get32(d))
				return false;
	}
	return true;
}

enum remap_verdict spec_super(const u8 *b, u32 copy, struct remap_super *sb)
{
	enum remap_verdict verdict = header(b, 'S', NO_UUID, 0, copy);

	if (verdict != REMAP_VALID)
		return verdict;
	if (get32(b + 68) || get32(b + 72))
		return REMAP_TOO_NEW;
	fields(b, sb);
	if (sb->state < 1 || sb->state > 4 || sb->flags > 7 || !sizes(sb) || !areas(sb) ||
	    !disowned(b, sb))
		return REMAP_INSANE;
	return REMAP_VALID;
}

/*
 * Section 4: the table
 */

static bool entry(const u8 *e, u64 generation, const struct remap_super *sb)
{
	u32 bits = sb->block_size / sb->mask_unit;
	u64 spb = sb->block_size / 512;

	if (get64(e + 8) > generation || e[24] > 2 || e[25] > 6 || e[26] > 1)
		return false;
	if (e[24] != 1)
		return !get64(e) && !get64(e + 16);
	return get64(e + 8) && get64(e) < (sb->main_length + spb - 1) / spb &&
	       (bits == 64 || !(get64(e + 16) >> bits));
}

enum remap_verdict spec_table(const u8 *b, const struct remap_super *sb, u32 k, u32 copy)
{
	enum remap_verdict verdict = header(b, 'T', sb->uuid, k, copy);
	u32 j;

	if (verdict != REMAP_VALID)
		return verdict;
	for (j = 0; j < 126; j++) {
		const u8 *e = b + 64 + 32 * j;

		if (126ULL * k + j >= sb->spare_blocks ? !is_blank(e, 32) :
		    !entry(e, get64(b + 32), sb))
			return REMAP_INSANE;
	}
	return REMAP_VALID;
}

enum remap_verdict spec_health(const u8 *b, const struct remap_super *sb, u32 copy)
{
	return header(b, 'H', sb->uuid, 0, copy);
}

/*
 * Section 7: which copy counts
 */

const u8 *spec_page(const struct spec_area *area, u64 sector)
{
	if (sector > area->sectors || area->sectors - sector < 8)
		return NULL;
	if (area->unreadable && (area->unreadable[sector / 8] ||
				 (sector % 8 && area->unreadable[sector / 8 + 1])))
		return NULL;
	return area->bytes + sector * 512;
}

static int refuse_super(enum remap_verdict a, enum remap_verdict b, bool unread)
{
	if (a == REMAP_BLANK && b == REMAP_BLANK)
		return -ENODATA;
	if (unread)
		return -EIO;
	if (a == REMAP_TOO_NEW || b == REMAP_TOO_NEW)
		return -EPROTONOSUPPORT;
	if (a == REMAP_CORRUPT || b == REMAP_CORRUPT || a == REMAP_INSANE ||
	    b == REMAP_INSANE)
		return -EILSEQ;
	return -EMEDIUMTYPE;
}

/* a file system made over one of them is not ours to overwrite */
static bool overwritten(enum remap_verdict verdict, const u8 *page,
			const struct remap_super *twin)
{
	return verdict == REMAP_FOREIGN && memcmp(page + 16, twin->uuid, 16);
}

/* a health record of a generation above @above, up to @most */
static bool record_within(const struct spec_area *area, const struct remap_super *sb, u64 above,
			  u64 most)
{
	const u8 *page;
	u32 copy;

	for (copy = 0; copy < 2; copy++) {
		page = spec_page(area, sb->health[copy]);
		if (page && spec_health(page, sb, copy) == REMAP_VALID &&
		    get64(page + 32) > above && get64(page + 32) <= most)
			return true;
	}
	return false;
}

/* states: 2 is active, 4 replaced */
static bool cut_and_used(const struct spec_area *area, const struct remap_super *newer,
			 const struct remap_super *older)
{
	const u8 *a = newer->main_identity, *b = older->main_identity;

	if (older->state != 2)
		return false;
	if (newer->state == 4)
		return record_within(area, newer, older->generation, ~0ULL);
	return newer->state == 2 && a[0] && b[0] && memcmp(a, b, 128) &&
	       record_within(area, newer, newer->generation,
			     (newer->generation >> 32 << 32) + 0xffffffff);
}

/* Retired, with the other superblock gone, and used all the same. */
static bool retired_and_used(const struct spec_area *area, const struct remap_super *only)
{
	return only->state == 4 &&
	       record_within(area, only, only->generation >> 32 << 32, ~0ULL);
}

static int choose(const struct spec_area *area, const u8 *const page[2], enum remap_verdict v[2],
		  const struct remap_super sb[2], bool force, u32 *chosen)
{
	bool a = v[0] == REMAP_VALID, b = v[1] == REMAP_VALID;

	if (!force && ((b && overwritten(v[0], page[0], &sb[1])) ||
		       (a && overwritten(v[1], page[1], &sb[0]))))
		return -EMEDIUMTYPE;
	if (v[0] == REMAP_TOO_NEW || v[1] == REMAP_TOO_NEW || (!a && !b))
		return refuse_super(v[0], v[1], !page[0] && !page[1]);
	*chosen = b && (!a || sb[1].generation > sb[0].generation);
	if (a && b && (memcmp(sb[0].uuid, sb[1].uuid, 16) ||
		       (sb[0].generation == sb[1].generation &&
			memcmp(&sb[0], &sb[1], sizeof(sb[0])))))
		return -EUCLEAN;
	if (a && b && sb[0].generation != sb[1].generation &&
	    cut_and_used(area, &sb[*chosen], &sb[!*chosen]))
		return -ESTALE;
	if (a != b && retired_and_used(area, &sb[*chosen]))
		return -ESTALE;
	return 0;
}

void spec_read_super(const struct spec_area *area, bool force, struct spec_map *map)
{
	struct remap_super sb[2] = {};
	const u8 *page[2];
	enum remap_verdict v[2];
	u32 chosen = 0;

	memset(map, 0, sizeof(*map));
	page[0] = spec_page(area, 0);
	v[0] = page[0] ? spec_super(page[0], 0, &sb[0]) : REMAP_CORRUPT;
	page[1] = spec_page(area, v[0] == REMAP_VALID ? sb[0].super_b :
			    (area->sectors - 8) & ~7ULL);
	v[1] = page[1] ? spec_super(page[1], 1, &sb[1]) : REMAP_CORRUPT;
	/* of an area that begins elsewhere */
	if (v[0] != REMAP_VALID && v[1] == REMAP_VALID &&
	    sb[1].super_b != ((area->sectors - 8) & ~7ULL))
		v[1] = REMAP_FOREIGN;
	map->blank = v[0] == REMAP_BLANK && v[1] == REMAP_BLANK;
	map->error = choose(area, page, v, sb, force, &chosen);
	map->super = sb[chosen];
	map->highest = map->super.generation;
}

static int claim(struct spec_map *map, const u8 *e, u32 spare)
{
	u64 block = get64(e), generation = get64(e + 8);

	if (block >= map->blocks)
		return -EUCLEAN;
	if (map->spare[block] != SPEC_MAIN) {
		if (map->generation[block] == generation)
			return -EUCLEAN;
		if (map->generation[block] > generation)
			return 0;
	}
	map->spare[block] = spare;
	map->generation[block] = generation;
	map->lost[block] = get64(e + 16);
	map->rescuable[block] = e[26] & 1 && !(map->super.flags & 4);
	return 0;
}

/* The copy of table block k that counts, or NULL with an error set; dead: NULL without. */
static const u8 *table_block(const struct spec_area *area, struct spec_map *map, u32 k)
{
	const struct remap_super *sb = &map->super;
	enum remap_verdict v[2];
	const u8 *page[2];
	u32 i, copy;

	for (copy = 0; copy < 2; copy++) {
		page[copy] = spec_page(area, sb->table[copy] + 8ULL * k);
		v[copy] = page[copy] ? spec_table(page[copy], sb, k, copy) : REMAP_BLANK;
	}
	for (i = 0; i < sb->disowned_count; i++) {
		if (sb->disowned[i].block != k)
			continue;
		if (sb->disowned[i].dead)
			return NULL;
		v[sb->disowned[i].copy] = REMAP_BLANK;
	}
	for (copy = 0; copy < 2; copy++)
		if (v[copy] == REMAP_VALID)
			map->highest = max(map->highest, get64(page[copy] + 32));
	map->error = -EUCLEAN;
	if (v[0] == REMAP_INSANE || v[1] == REMAP_INSANE)
		return NULL;
	if (v[0] != REMAP_VALID && v[1] != REMAP_VALID) {
		if (v[0] != REMAP_TOO_NEW && v[1] != REMAP_TOO_NEW)
			map->error = -EIO;
		return NULL;
	}
	map->error = 0;
	if (v[0] != REMAP_VALID || v[1] != REMAP_VALID) {
		map->differ = true;
		return page[v[1] == REMAP_VALID];
	}
	if (get64(page[0] + 32) != get64(page[1] + 32)) {
		map->differ = true;
		return page[get64(page[1] + 32) > get64(page[0] + 32)];
	}
	if (memcmp(page[0] + 64, page[1] + 64, PAGE - 64))
		map->error = -EUCLEAN;
	return map->error ? NULL : page[0];
}

/* section 5 */
static void read_health(const struct spec_area *area, struct spec_map *map)
{
	u64 best = 0;
	u32 copy;

	for (copy = 0; copy < 2; copy++) {
		const u8 *page = spec_page(area, map->super.health[copy]);

		if (!page || spec_health(page, &map->super, copy) != REMAP_VALID)
			continue;
		map->highest = max(map->highest, get64(page + 32));
		if (get64(page + 32) <= best)
			continue;
		best = get64(page + 32);
		map->health = page + 64;
	}
	/* section 8, start and stop: it takes a clean mark back that is older */
	if (best > map->super.generation)
		map->super.flags &= ~(REMAP_SUPER_CLEAN | REMAP_SUPER_FINGERPRINT);
}

static void read_entries(struct spec_map *map, const u8 *page, u32 k)
{
	u32 j;

	for (j = 0; j < 126 && !map->error; j++)
		if (page[64 + 32 * j + 24] == 1)
			map->error = claim(map, page + 64 + 32 * j, 126 * k + j);
}

void spec_read_map(const struct spec_area *area, struct spec_map *map)
{
	int contradiction = 0;
	u64 i;
	u32 k;

	assert(map->blocks <= SPEC_BLOCKS);
	for (i = 0; i < map->blocks; i++)
		map->spare[i] = SPEC_MAIN;
	for (k = 0; k < map->super.table_blocks; k++) {
		const u8 *page = table_block(area, map, k);

		if (map->error)
			return;
		if (!page || contradiction)
			continue;
		/* damaged copies anywhere are told before entries that contradict */
		read_entries(map, page, k);
		contradiction = map->error;
		map->error = 0;
	}
	read_health(area, map);
	map->error = map->highest >> 62 ? -EUCLEAN : contradiction;
}

/*
 * Section 3: the fingerprint
 */

static u32 fingerprint(const struct spec_map *map, const u8 *main, u64 first, u64 end,
		       u64 sectors)
{
	u64 spb = map->super.block_size / 512, block;
	u32 crc = ~0;

	for (block = first; block < end; block++) {
		u64 left = sectors - block * spb;
		u8 number[8];
		int i;

		if (block >= map->blocks || map->spare[block] == SPEC_MAIN) {
			crc = crc32c(crc, main + block * spb * 512,
				     (left < spb ? left : spb) * 512);
			continue;
		}
		for (i = 0; i < 8; i++)
			number[i] = block >> (8 * i);
		crc = crc32c(crc, number, 8);
	}
	return crc;
}

void spec_fingerprint(const struct spec_map *map, const u8 *main, u64 sectors, u32 crc[2])
{
	u64 spb = map->super.block_size / 512;
	u64 blocks = (sectors + spb - 1) / spb;
	u64 mib = min_t(u64, blocks, 2048 / spb);

	crc[0] = fingerprint(map, main, 0, mib, sectors);
	crc[1] = fingerprint(map, main, blocks - mib, blocks, sectors);
}
