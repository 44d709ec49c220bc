// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>

#include "shim/shim.h"

#include "scan_fields.h"

/* the record, as record.h has it */
#define MAGIC		"dmremapP"
#define FLAGS		12
#define PASS		128
#define ALL		208
#define HISTORY		288
#define LATENCY		1568
#define DAYS		1760
#define SET		2208
#define KNOBS		2212

#define FIELDS		400

static struct scan_field fields[FIELDS];
static u32 count;

static void add(u32 memory, u32 disk, u32 bytes, enum scan_field_kind kind, u32 pass, u32 day,
		const char *name)
{
	struct scan_field *f = &fields[count++];

	assert(count <= FIELDS);
	*f = (struct scan_field){ .memory = memory, .disk = disk, .bytes = bytes, .kind = kind,
				  .pass = pass, .day = day };
	if (pass || day)
		snprintf(f->name, sizeof(f->name), "%s of %u", name, pass + day);
	else
		snprintf(f->name, sizeof(f->name), "%s", name);
}

#define ADD(member, disk, kind) \
	add(offsetof(struct scan_memory, member), disk, \
	    sizeof(((struct scan_memory *)0)->member), SCAN_FIELD_##kind, 0, 0, #member)

#define ADD_FIGURE(member, disk, kind) \
	add(memory + offsetof(struct scan_figures, member), at + (disk), \
	    sizeof(((struct scan_figures *)0)->member), SCAN_FIELD_##kind, pass, 0, \
	    pass ? "history." #member : at == PASS ? "pass." #member : "all." #member)

static void add_figures(u32 memory, u32 at, u32 pass)
{
	ADD_FIGURE(started, 0, TIME);
	ADD_FIGURE(ended, 8, TIME);
	ADD_FIGURE(sectors, 16, COUNT);
	ADD_FIGURE(errors, 24, COUNT);
	ADD_FIGURE(slow, 32, COUNT);
	ADD_FIGURE(relocated, 40, COUNT);
	ADD_FIGURE(interruptions, 48, COUNT);
	ADD_FIGURE(scan_ms, 56, COUNT);
	ADD_FIGURE(yield_ms, 64, COUNT);
	ADD_FIGURE(score, 72, SCORE);
}

static void add_arrays(void)
{
	u32 i;

	for (i = 0; i < 16; i++)
		add_figures(offsetof(struct scan_memory, history) +
			    i * sizeof(struct scan_figures), HISTORY + 80 * i, i + 1);
	for (i = 0; i < 24; i++)
		ADD(latency[i], LATENCY + 8 * i, COUNT);
	for (i = 0; i < 56; i++) {
		u32 day = offsetof(struct scan_memory, trend.days) + 8 * i;

		add(day, DAYS + 8 * i, 4, SCAN_FIELD_DAY, 0, i + 1, "day");
		add(day + 4, DAYS + 8 * i + 4, 4, SCAN_FIELD_ANY, 0, i + 1, "used");
	}
	for (i = 0; i < 16; i++)
		ADD(knobs[i], KNOBS + 4 * i, ANY);
}

const struct scan_field *scan_fields(u32 *nr)
{
	if (!count) {
		ADD(area, 16, ANY);
		ADD(order, 20, ANY);
		ADD(step, 24, ANY);
		ADD(length, 32, ANY);
		ADD(unread, 40, COUNT);
		ADD(passes, 48, COUNT);
		ADD(offset, 56, ANY);
		ADD(nr_history, 60, PASSES);
		ADD(trend.nr, 64, DAYS);
		ADD(level, 68, LEVEL);
		ADD(unread_before, 72, COUNT);
		ADD(slow_before, 80, COUNT);
		ADD(spare_unread, 88, COUNT);
		ADD(spare_unread_before, 96, COUNT);
		ADD(set, SET, ANY);
		add_figures(offsetof(struct scan_memory, pass), PASS, 0);
		add_figures(offsetof(struct scan_memory, all), ALL, 0);
		add_arrays();
	}
	*nr = count;
	return fields;
}

/*
 * One field
 */

u64 scan_field_get(const struct scan_memory *m, const struct scan_field *f)
{
	const void *at = (const u8 *)m + f->memory;

	return f->bytes == 8 ? *(const u64 *)at : *(const u32 *)at;
}

void scan_field_set(struct scan_memory *m, const struct scan_field *f, u64 value)
{
	void *at = (u8 *)m + f->memory;

	if (f->bytes == 8)
		*(u64 *)at = value;
	else
		*(u32 *)at = value;
}

static u64 little_endian(const u8 *at, u32 bytes)
{
	u64 value = 0;

	while (bytes--)
		value = value << 8 | at[bytes];
	return value;
}

u64 scan_field_on_disk(const u8 *record, const struct scan_field *f)
{
	return little_endian(record + f->disk, f->bytes);
}

void scan_field_to_disk(u8 *record, const struct scan_field *f, u64 value)
{
	u32 i;

	for (i = 0; i < f->bytes; i++)
		record[f->disk + i] = value >> (8 * i);
}

/*
 * All of them
 */

static u64 sensible(const struct scan_field *f, u64 value)
{
	static const u64 most[] = {
		[SCAN_FIELD_SCORE] = 100, [SCAN_FIELD_LEVEL] = 3, [SCAN_FIELD_PASSES] = 16,
		[SCAN_FIELD_DAYS] = 56,
	};

	switch (f->kind) {
	case SCAN_FIELD_ANY:
	case SCAN_FIELD_DAY:
		return value;
	case SCAN_FIELD_COUNT:
	case SCAN_FIELD_TIME:
		return value < 1ULL << 56 ? value : 0;
	default:
		return value < most[f->kind] ? value : most[f->kind];
	}
}

static bool ascending(const struct scan_health_trend *t)
{
	u32 i;

	for (i = 0; i + 1 < t->nr; i++)
		if (t->days[i + 1].day <= t->days[i].day)
			return false;
	return true;
}

bool scan_fields_read(const u8 *record, struct scan_memory *m)
{
	u32 nr, i, flags = little_endian(record + FLAGS, 4);
	const struct scan_field *f = scan_fields(&nr);

	memset(m, 0, sizeof(*m));
	if (memcmp(record, MAGIC, 8) || little_endian(record + 8, 4) != 1)
		return false;
	m->under_way = flags & 1;
	m->paused = flags >> 1 & 1;
	m->by_hand = flags >> 2 & 1;
	/* how many passes and days there are comes before them */
	for (i = 0; i < nr; i++)
		if (f[i].pass <= m->nr_history && f[i].day <= m->trend.nr)
			scan_field_set(m, &f[i],
				       sensible(&f[i], scan_field_on_disk(record, &f[i])));
	if (!ascending(&m->trend))
		memset(&m->trend, 0, sizeof(m->trend));
	return true;
}

bool scan_fields_sane(const struct scan_memory *m)
{
	u32 nr, i;
	const struct scan_field *f = scan_fields(&nr);

	for (i = 0; i < nr; i++) {
		u64 value = scan_field_get(m, &f[i]);

		if (sensible(&f[i], value) != value)
			return false;
	}
	return ascending(&m->trend);
}

void scan_fields_clip(struct scan_memory *m)
{
	u32 nr, i;
	const struct scan_field *f = scan_fields(&nr);

	for (i = 0; i < nr; i++) {
		bool counts = f[i].pass <= m->nr_history && f[i].day <= m->trend.nr;

		scan_field_set(m, &f[i], counts ?
			       sensible(&f[i], scan_field_get(m, &f[i])) : 0);
	}
}

static u32 random32(u32 *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 17;
	*seed ^= *seed << 5;
	return *seed;
}

/* of all magnitudes */
static u64 random64(u32 *seed)
{
	u64 high = random32(seed), low = random32(seed);

	return (high << 32 | low) >> random32(seed) % 64;
}

static void random_fields(struct scan_memory *m, u32 *seed)
{
	u32 nr, i;
	const struct scan_field *f = scan_fields(&nr);

	for (i = 0; i < nr; i++)
		if (f[i].pass <= m->nr_history && f[i].day <= m->trend.nr)
			scan_field_set(m, &f[i], sensible(&f[i], random64(seed)));
}

void scan_fields_random(struct scan_memory *m, u32 *seed)
{
	u32 i, day = 20000;

	memset(m, 0, sizeof(*m));
	random_fields(m, seed);
	m->under_way = random32(seed) & 1;
	m->paused = random32(seed) & 1;
	m->by_hand = random32(seed) & 1;
	for (i = 0; i < m->trend.nr; i++) {
		m->trend.days[i].day = day;
		day += 1 + random32(seed) % 3;
	}
}
