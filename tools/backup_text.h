/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The map of a spare as text. One line a fact, in a fixed order; lines that begin with # are
 * for people. The last line is a checksum of all the others. docs/backup.md describes it.
 *
 * What is read here may come from anywhere: nothing of it is believed before the
 * kernel's format.c has accepted the metadata that it makes.
 */
#ifndef REMAPSETUP_BACKUP_TEXT_H
#define REMAPSETUP_BACKUP_TEXT_H

#include <stdio.h>

#include "inspect.h"

/**
 * struct backup_entry
 * @spare: spare block
 * @entry: what it holds, as on the disk
 */
struct backup_entry {
	u32 spare;
	struct remap_disk_entry entry;
};

/**
 * struct backup
 * @super: layout and all the rest
 * @created: seconds since 1970
 * @map_generation: of the last change of the map before it was made
 * @highest: of anything
 * @entries: what is mapped or bad, in the order of spare blocks; superseded ones are left out
 * @health: payload of the health record
 * @has_health: there was one
 */
struct backup {
	struct remap_super super;
	u64 created;
	u64 map_generation;
	u64 highest;
	struct backup_entry *entries;
	u32 nr;
	u8 health[REMAP_HEALTH_PAYLOAD];
	bool has_health;
};

/** backup_take() - of a spare that starts. 0 or -ENOMEM; backup_free() in any case */
int backup_take(struct backup *backup, const struct inspection *spare, u64 now);
void backup_free(struct backup *backup);

/** backup_write() - 0 or -errno */
int backup_write(const struct backup *backup, FILE *file);

/**
 * backup_read() - parse and check
 * @text: ends with a zero byte behind @size bytes
 * @line: receives the number of the line that is wrong, or 0 if it is the whole
 * @why: and what is wrong with it
 *
 * Return: 0, -EINVAL or -ENOMEM. backup_free() in any case.
 */
int backup_read(struct backup *backup, const char *text, size_t size, unsigned int *line,
		const char **why);

/* backup_fields.c: numbers at the head of a backup, in their order */
struct backup_field {
	const char *name;
	u16 at, bytes;	/* within struct backup */
};

extern const struct backup_field backup_fields[];
extern const unsigned int backup_field_count;

u64 backup_field(const struct backup *backup, const struct backup_field *field);
void backup_set_field(struct backup *backup, const struct backup_field *field, u64 value);

#define BACKUP_FIRST_LINE	"dm-remap-backup 1"

#endif
