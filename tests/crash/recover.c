// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>

#include "recover.h"
#include "tag.h"

#define MAX_TABLE_BLOCKS 256

struct remap_metadata recover_md;
u32 *recover_place;
u64 *recover_lost;
bool *recover_rescuable;

static struct remap_map map;
static u32 nr_blocks;

void recover_init(void)
{
	nr_blocks = geometry.main_sectors / geometry.block_sectors;
	recover_place = malloc(nr_blocks * sizeof(*recover_place));
	recover_lost = malloc(nr_blocks * sizeof(*recover_lost));
	recover_rescuable = malloc(nr_blocks * sizeof(*recover_rescuable));
	assert(recover_place && recover_lost && recover_rescuable);
	disk_init();
	shim_mute = true;
	assert(!remap_metadata_init(&recover_md, &spare_disk, "crash"));
	recover_md.super.table_blocks = MAX_TABLE_BLOCKS;
	assert(!remap_metadata_alloc(&recover_md));
	assert(!remap_map_init(&map, geometry.main_sectors,
			       geometry.block_sectors << SECTOR_SHIFT));
}

/* As after ctr; the arrays are large and stay. */
static void reset(void)
{
	struct remap_metadata *md = &recover_md;

	memset(&md->super, 0, sizeof(md->super));
	memset(md->super_good, 0, sizeof(md->super_good));
	memset(md->super_unread, 0, sizeof(md->super_unread));
	md->generation = 0;
	md->mode = REMAP_MODE_RW;
	remap_map_clear(&map);
}

u64 recover_weight(u64 block, u32 spare, u64 lost, bool rescuable)
{
	/* what is not lost needs no rescue */
	rescuable &= lost && !(recover_md.super.flags & REMAP_SUPER_FORGET);
	return crash_mix(block * 0x9e3779b97f4a7c15ULL + spare + crash_mix(2 * lost + rescuable + 7));
}

u64 recover_bad_weight(u32 spare)
{
	return crash_mix(spare + 0xbadULL);
}

static void note_block(u32 block, u32 spare)
{
	const struct remap_disk_entry *e = remap_metadata_truth(&recover_md, spare);

	recover_place[block] = spare;
	recover_lost[block] = e->lost;
	recover_rescuable[block] = e->lost && e->flags & REMAP_ENTRY_RESCUABLE &&
				   !(recover_md.super.flags & REMAP_SUPER_FORGET);
}

static u64 note_map(void)
{
	struct remap_metadata *md = &recover_md;
	remap_place_t place;
	u64 block, hash = 1;
	u32 i;

	memset(recover_place, 0xff, nr_blocks * sizeof(*recover_place));
	memset(recover_lost, 0, nr_blocks * sizeof(*recover_lost));
	memset(recover_rescuable, 0, nr_blocks * sizeof(*recover_rescuable));
	for (i = 0; i < md->super.spare_blocks; i++)
		if (remap_metadata_truth(md, i)->state == REMAP_ENTRY_BAD)
			hash += recover_bad_weight(i);
	for (block = 0; ; block++) {
		block = remap_map_first(&map, block, nr_blocks - 1, &place);
		if (block == U64_MAX)
			return hash;
		note_block(block, remap_place_spare(place));
		hash += recover_weight(block, recover_place[block], recover_lost[block],
				       recover_rescuable[block]);
	}
}

static int load(void)
{
	struct remap_metadata *md = &recover_md;
	int r = remap_super_read(md);

	if (r)
		return r;
	if (md->super.state != REMAP_SUPER_ACTIVE)
		return -EINVAL;
	assert(md->super.table_blocks <= MAX_TABLE_BLOCKS);
	r = remap_load(md, false);
	return r ? r : remap_map_load(&map, md);
}

struct outcome recover(struct record *record)
{
	struct outcome o = {};

	disk_record(record);
	reset();
	o.error = load();
	o.mode = recover_md.mode;
	if (!o.error)
		o.map = note_map();
	return o;
}

const char *recover_reason(void)
{
	static struct record record;
	u32 mark = state_mark();
	const char *line;

	shim_log_clear();
	shim_mute = false;
	recover(&record);
	shim_mute = true;
	state_rollback(mark);
	line = strstr(shim_logged(), "E ");
	return line ? line : shim_logged();
}

/* As fingerprint.c of the core, which reads disks: docs/format.md has the rule. */
static u32 fingerprint(u32 first, u32 end)
{
	u32 spb = geometry.block_sectors, crc = ~0, block, i;

	for (block = first; block < end; block++) {
		u64 number = block;

		if (recover_place[block] != REMAP_NO_SPARE)
			crc = crc32c(crc, &number, sizeof(number));
		else
			for (i = 0; i < spb; i++)
				crc = crc32c(crc, state_at[geometry.main_at + block * spb + i]->bytes,
					     SECTOR_SIZE);
	}
	return crc;
}

bool recover_main_fits(void)
{
	const struct remap_super *sb = &recover_md.super;
	const u32 clean = REMAP_SUPER_CLEAN | REMAP_SUPER_FINGERPRINT;
	u32 mib = (1 << 20) / (geometry.block_sectors << SECTOR_SHIFT);

	return (sb->flags & clean) != clean ||
	       (fingerprint(0, mib) == sb->fingerprint[0] &&
		fingerprint(nr_blocks - mib, nr_blocks) == sb->fingerprint[1]);
}

/*
 * Looks
 */

const struct remap_super *recover_super(void)
{
	reset();
	assert(!remap_super_read(&recover_md));
	return &recover_md.super;
}

static void raw(u32 sector, void *buf)
{
	u32 i;

	for (i = 0; i < META_SECTORS; i++)
		memcpy((u8 *)buf + i * SECTOR_SIZE, state_at[geometry.spare_at + sector + i]->bytes,
		       SECTOR_SIZE);
}

bool recover_usable(const struct remap_super *super, u32 block, u32 copy)
{
	struct remap_disk_table table;
	u32 i;

	for (i = 0; i < super->disowned_count; i++)
		if (super->disowned[i].block == block &&
		    (super->disowned[i].dead || super->disowned[i].copy == copy))
			return super->disowned[i].dead;
	raw(super->table[copy] + block * REMAP_META_SECTORS, &table);
	return remap_format_check_table(&table, super, block, copy) == REMAP_VALID;
}

static bool is_settled(u32 block)
{
	const struct remap_disk_table *truth = &recover_md.table[block];
	struct remap_disk_table copies[2];
	u32 i;

	for (i = 0; i < 2; i++) {
		raw(recover_md.super.table[i] + block * REMAP_META_SECTORS, &copies[i]);
		if (remap_format_check_table(&copies[i], &recover_md.super, block, i) !=
		    REMAP_VALID)
			return false;
	}
	return remap_format_same_table(&copies[0], &copies[1]) &&
	       !memcmp(copies[0].entries, truth->entries, sizeof(truth->entries));
}

bool recover_settled(void)
{
	u32 k;

	if (recover_md.mode != REMAP_MODE_RW)
		return true;
	for (k = 0; k < recover_md.super.table_blocks; k++)
		if (recover_md.block_state[k] == REMAP_BLOCK_GOOD && !is_settled(k))
			return false;
	return true;
}

/* Its generation, or 0. */
static u64 super_generation(const struct remap_super *super, u32 copy)
{
	static u8 buf[REMAP_META_SIZE];
	static struct remap_super decoded;

	raw(copy ? super->super_b : 0, buf);
	if (remap_format_decode_super(buf, copy, &decoded) != REMAP_VALID)
		return 0;
	return decoded.generation;
}

bool recover_super_usable(const struct remap_super *super, u32 copy)
{
	return super_generation(super, copy);
}

bool recover_supers_agree(void)
{
	const struct remap_super *super = recover_super();
	u64 a = super_generation(super, 0);

	return a && a == super_generation(super, 1);
}
