// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <string.h>

#include <linux/kernel.h>

#include "dm.h"
#include "snapshot.h"
#include "table.h"
#include "verb.h"

/* Bits of the exit code of --check; stable, and apart from the other codes. */
#define CHECK_REMAPPED	8
#define CHECK_SPARE_LOW	16
#define CHECK_LOST	32
#define CHECK_DEGRADED	64

enum {
	NAME, UUID, MODE, STATE, SUSPENDED, READONLY, OPEN_COUNT, SECTORS, DATA_DEVICE,
	DATA_START, SPARE_DEVICE, SPARE_START, BLOCK_SIZE, SPARE_TOTAL, SPARE_USED, SPARE_BAD,
	REMAPPED, LOST, WRITE_ERRORS, READ_ERRORS, SALVAGED, RESCUED, UNCONFIRMED, SCAN, HEALTH
};

static const struct column columns[] = {
	[NAME] = { "NAME" },
	[UUID] = { "UUID", COLUMN_TEXT, true },
	[MODE] = { "MODE" },
	[STATE] = { "STATE" },
	[SUSPENDED] = { "SUSPENDED", COLUMN_BOOLEAN, true },
	[READONLY] = { "READONLY", COLUMN_BOOLEAN, true },
	[OPEN_COUNT] = { "OPEN_COUNT", COLUMN_NUMBER, true },
	[SECTORS] = { "SECTORS", COLUMN_NUMBER, true },
	[DATA_DEVICE] = { "DATA_DEVICE" },
	[DATA_START] = { "DATA_START", COLUMN_NUMBER, true },
	[SPARE_DEVICE] = { "SPARE_DEVICE" },
	[SPARE_START] = { "SPARE_START", COLUMN_NUMBER, true },
	[BLOCK_SIZE] = { "BLOCK_SIZE", COLUMN_NUMBER, true },
	[SPARE_TOTAL] = { "SPARE_TOTAL", COLUMN_NUMBER },
	[SPARE_USED] = { "SPARE_USED", COLUMN_NUMBER },
	[SPARE_BAD] = { "SPARE_BAD", COLUMN_NUMBER, true },
	[REMAPPED] = { "REMAPPED", COLUMN_NUMBER },
	[LOST] = { "LOST", COLUMN_NUMBER },
	[WRITE_ERRORS] = { "WRITE_ERRORS", COLUMN_NUMBER, true },
	[READ_ERRORS] = { "READ_ERRORS", COLUMN_NUMBER, true },
	[SALVAGED] = { "SALVAGED", COLUMN_NUMBER, true },
	[RESCUED] = { "RESCUED", COLUMN_NUMBER, true },
	[UNCONFIRMED] = { "UNCONFIRMED", COLUMN_NUMBER, true },
	[SCAN] = { "SCAN" },
	[HEALTH] = { "HEALTH", COLUMN_NUMBER },
};

static void fill_devices(struct table *t, const struct snapshot *snap)
{
	const struct remap_status *s = &snap->status;

	table_set(t, NAME, "%s", s->name);
	table_set(t, UUID, "%s", s->uuid);
	table_set(t, SUSPENDED, "%d", s->suspended);
	table_set(t, READONLY, "%d", s->read_only);
	table_set(t, OPEN_COUNT, "%d", s->open_count);
	table_set(t, SECTORS, "%llu", s->sectors);
	table_set(t, DATA_DEVICE, "%s", snap->main);
	table_set(t, DATA_START, "%llu", s->main_start);
	table_set(t, SPARE_DEVICE, "%s", snap->spare);
	table_set(t, SPARE_START, "%llu", s->spare_start);
}

static void fill_figures(struct table *t, const struct remap_status *s)
{
	table_set(t, MODE, "%s", s->mode);
	table_set(t, STATE, "%s", s->state);
	table_set(t, BLOCK_SIZE, "%u", s->block_size);
	table_set(t, SPARE_TOTAL, "%u", s->total);
	table_set(t, SPARE_USED, "%u", s->used);
	table_set(t, SPARE_BAD, "%u", s->bad);
	table_set(t, REMAPPED, "%llu", s->remapped);
	table_set(t, LOST, "%llu", s->lost);
	table_set(t, WRITE_ERRORS, "%llu", s->write_errors);
	table_set(t, READ_ERRORS, "%llu", s->read_errors);
	table_set(t, SALVAGED, "%llu", s->salvaged);
	table_set(t, RESCUED, "%llu", s->rescued);
	table_set(t, UNCONFIRMED, "%llu", s->unconfirmed);
}

static void fill(struct table *t, const struct snapshot *s)
{
	table_line(t);
	fill_devices(t, s);
	fill_figures(t, &s->status);
	/* without the scanner's module, and while suspended, there is nothing to tell */
	if (!s->has_scan)
		return;
	table_set(t, SCAN, "%s", s->scan);
	table_set(t, HEALTH, "%llu", s->health);
}

static int check_bits(const struct snapshot *s)
{
	return (s->status.remapped ? CHECK_REMAPPED : 0) |
	       (snapshot_spare_level(s) ? CHECK_SPARE_LOW : 0) |
	       (s->status.lost ? CHECK_LOST : 0) |
	       (snapshot_is_degraded(s) ? CHECK_DEGRADED : 0);
}

/*
 * Advice: what a word means for the data, and what to do
 */

static const struct {
	const char *word, *advice;
} advices[] = {
	{ "ro-map", "The map cannot change any more. What was moved keeps working; new errors go up to the file system. Look at the spare and at dmesg, then close and open the device" },
	{ "read-only", "The two copies of the map could not be made to agree, so all writes fail. Look at the spare and at dmesg" },
	{ "fail", "All I/O fails: the device could not be activated. See dmesg" },
	{ "unreachable", "The main device does not answer. Nothing is moved meanwhile. Look at its cable and its power" },
	{ "spare-unreachable", "The spare does not answer: what was moved to it cannot be read, and nothing is moved. Look at its cable" },
	{ "write-dead", "The main device refuses all writes. Errors go up; nothing is moved any more. Copy the data off and replace it" },
	{ "storm", "Too many blocks fail too fast: failing reads are not moved for now. Copy the data off and replace the disk" },
};

static void advise_word(const char *word)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(advices); i++)
		if (!strcmp(word, advices[i].word))
			printf("%s: %s.\n", word, advices[i].advice);
}

static void advise(const struct snapshot *snap)
{
	const struct remap_status *s = &snap->status;

	if (snapshot_is_degraded(snap)) {
		advise_word(s->mode);
		advise_word(s->state);
	}
	if (s->lost)
		printf("%llu logical blocks are lost and read as errors until they are written: see remapsetup list --lost %s.\n",
		       s->lost, s->name);
	if (snapshot_spare_level(snap))
		printf("%u of %u spare blocks are in use. When none is left, errors go up to the file system. Copy the data off and replace the disk.\n",
		       s->used, s->total);
}

/*
 * Verb
 */

struct all {
	struct table *table;
	int bits;
};

static int add_one(const char *name, void *context)
{
	struct all *all = context;
	struct snapshot s = { 0 };
	int r = dm_read_status(name, &s.status);

	if (r)
		return r;
	snapshot_fill(&s);
	fill(all->table, &s);
	all->bits |= check_bits(&s);
	return OK;
}

static int show_all(const struct call *call, struct all *all)
{
	int r = table_new("devices", columns, ARRAY_SIZE(columns), call, false, &all->table);

	if (!r)
		r = dm_each_remap(add_one, all);
	return r ? r : table_print(all->table);
}

static int show_one(const struct call *call, struct all *all)
{
	bool plain = !given(call, OPT_JSON) && !given(call, OPT_OUTPUT);
	struct snapshot s = { 0 };
	int r = dm_read_status(call->args[0], &s.status);

	if (!r)
		r = table_new("devices", columns, ARRAY_SIZE(columns), call, true, &all->table);
	if (r)
		return r;
	snapshot_fill(&s);
	fill(all->table, &s);
	all->bits = check_bits(&s);
	if (!plain)
		return table_print(all->table);
	printf("/dev/mapper/%s is active%s.\n", s.status.name,
	       s.status.suspended ? " and suspended" : s.status.open_count ? " and in use" : "");
	r = table_print_sheet(all->table);
	advise(&s);
	return r;
}

static int run(const struct call *call)
{
	struct all all = { 0 };
	int r = dm_begin();

	if (!r)
		r = call->nr_args ? show_one(call, &all) : show_all(call, &all);
	table_free(all.table);
	return !r && given(call, OPT_CHECK) ? all.bits : r;
}

static const struct verb_option options[] = {
	{ OPT_CHECK, "tell by the exit code how the devices are" },
	{ OPT_JSON, "as JSON" },
	{ OPT_OUTPUT, "these columns, e.g. NAME,MODE,LOST" },
	{ OPT_NOHEADINGS, "without headings" },
	{ }
};

const struct verb verb_status = {
	.name = "status",
	.usage = "[<name>]",
	.summary = "how a device is, or all of them",
	.details =
"Shows a device, or a line for each. The exit code is 4 if <name> is not active.\n"
"With --check, if nothing else went wrong, it is the sum of\n"
"   8  blocks were moved to the spare\n"
"  16  75 percent of the spare are in use, or fewer than low_water are free\n"
"  32  data was lost, and was not written since\n"
"  64  it does not work fully: the mode is not rw, or the state not normal\n"
"      (ro-map of a device that was opened read-only is none)\n"
"Only devices that are open are looked at.",
	.min_args = 0,
	.max_args = 1,
	.options = options,
	.run = run,
};
