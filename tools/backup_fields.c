// SPDX-License-Identifier: GPL-2.0-only
/* What backup_write.c and backup_read.c have to agree on. */
#include <stdlib.h>
#include <string.h>

#include <linux/kernel.h>

#include "backup_text.h"

#define FIELD(_name, member) { \
	.name = _name, .at = offsetof(struct backup, member), \
	.bytes = sizeof(((struct backup *)0)->member) }

const struct backup_field backup_fields[] = {
	FIELD("created", created),
	FIELD("map-generation", map_generation),
	FIELD("highest-generation", highest),
	FIELD("block-size", super.block_size),
	FIELD("mask-unit", super.mask_unit),
	FIELD("spare-blocks", super.spare_blocks),
	FIELD("main-start", super.main_start),
	FIELD("main-length", super.main_length),
	FIELD("length", super.length),
	FIELD("table-blocks", super.table_blocks),
	FIELD("health-blocks", super.health_blocks),
	FIELD("table-a", super.table[0]),
	FIELD("health-a", super.health[0]),
	FIELD("data", super.data),
	FIELD("health-b", super.health[1]),
	FIELD("table-b", super.table[1]),
	FIELD("super-b", super.super_b),
};

const unsigned int backup_field_count = ARRAY_SIZE(backup_fields);

u64 backup_field(const struct backup *backup, const struct backup_field *field)
{
	const u8 *at = (const u8 *)backup + field->at;

	return field->bytes == sizeof(u32) ? *(const u32 *)at : *(const u64 *)at;
}

void backup_set_field(struct backup *backup, const struct backup_field *field, u64 value)
{
	u8 *at = (u8 *)backup + field->at;

	if (field->bytes == sizeof(u32))
		*(u32 *)at = value;
	else
		*(u64 *)at = value;
}

/* What was lost can't be rescued any more: then no entry says that it can. */
static void take_entry(struct backup *backup, const struct inspection *spare, u32 nr)
{
	struct backup_entry *e = &backup->entries[backup->nr++];

	e->spare = nr;
	e->entry = *inspect_entry(spare, nr);
	e->entry.reserved = 0;
	if (spare->super.flags & REMAP_SUPER_FORGET)
		e->entry.flags &= ~REMAP_ENTRY_RESCUABLE;
}

int backup_take(struct backup *backup, const struct inspection *spare, u64 now)
{
	u32 i;

	memset(backup, 0, sizeof(*backup));
	backup->super = spare->super;
	backup->created = now;
	backup->map_generation = spare->map_generation;
	backup->highest = spare->highest;
	backup->entries = calloc(spare->mapped + spare->bad + 1, sizeof(*backup->entries));
	if (!backup->entries)
		return -ENOMEM;
	for (i = 0; i < spare->super.spare_blocks; i++)
		if (spare->standing[i] == SPARE_COUNTS ||
		    inspect_entry(spare, i)->state == REMAP_ENTRY_BAD)
			take_entry(backup, spare, i);
	backup->has_health = spare->health_counts != SPARE_NEITHER;
	memcpy(backup->health, spare->md.health, sizeof(backup->health));
	return 0;
}

void backup_free(struct backup *backup)
{
	free(backup->entries);
	backup->entries = NULL;
	backup->nr = 0;
}
