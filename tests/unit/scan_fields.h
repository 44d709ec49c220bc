/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The scanner's record a second time, as numbers: where each field stands on the disk and what
 * makes sense in it. Without record.c, to be compared with it, and so that the layout cannot move
 * unnoticed.
 */
#ifndef SCAN_FIELDS_H
#define SCAN_FIELDS_H

#include "record.h"

#define SCAN_FIELDS_BYTES	2276	/* of the record */

enum scan_field_kind {
	SCAN_FIELD_ANY,		/* whatever it is; who uses it looks at it */
	SCAN_FIELD_COUNT,	/* below 2^56, else 0 */
	SCAN_FIELD_TIME,	/* below 2^56, else 0; whatever the clock says */
	SCAN_FIELD_SCORE,	/* at most 100 */
	SCAN_FIELD_LEVEL,	/* at most 3 */
	SCAN_FIELD_PASSES,	/* how many of the history count: at most 16 */
	SCAN_FIELD_DAYS,	/* how many of the days count: at most 56... */
	SCAN_FIELD_DAY,		/* ...ascending, else none counts */
};

/**
 * struct scan_field - one number; as large in memory as on the disk
 * @memory: its place in struct scan_memory
 * @disk: and in the record, little-endian
 * @bytes: 4 or 8
 * @pass: it belongs to this pass of the history, or is SCAN_FIELD_ALWAYS
 * @day: likewise, of the days
 */
struct scan_field {
	char name[32];
	u32 memory, disk, bytes;
	enum scan_field_kind kind;
	u32 pass, day;
};

#define SCAN_FIELD_ALWAYS	0	/* passes and days are counted from 1 */

/* Three flags, and @slow, which is kept as @slow_before, are no fields. */
const struct scan_field *scan_fields(u32 *nr);

u64 scan_field_get(const struct scan_memory *m, const struct scan_field *f);
void scan_field_set(struct scan_memory *m, const struct scan_field *f, u64 value);
u64 scan_field_on_disk(const u8 *record, const struct scan_field *f);
void scan_field_to_disk(u8 *record, const struct scan_field *f, u64 value);

/** scan_fields_read() - what these bytes mean. Return: false: nothing */
bool scan_fields_read(const u8 *record, struct scan_memory *m);

/** scan_fields_clip() - what is out of its range becomes what would be read in its place */
void scan_fields_clip(struct scan_memory *m);

/** scan_fields_random() - memory as a scanner may have it when it is saved */
void scan_fields_random(struct scan_memory *m, u32 *seed);

/** scan_fields_sane() - everything is within its range */
bool scan_fields_sane(const struct scan_memory *m);

#endif
