// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <stdlib.h>

#include <linux/kernel.h>

#include "dm.h"
#include "file_names.h"
#include "map.h"
#include "table.h"
#include "verb.h"

enum { BLOCK, SECTOR, SPARE_BLOCK, REASON, LOST_MASK, RESCUABLE };

static const struct column map_columns[] = {
	[BLOCK] = { "BLOCK", COLUMN_NUMBER },
	[SECTOR] = { "SECTOR", COLUMN_NUMBER },
	[SPARE_BLOCK] = { "SPARE_BLOCK", COLUMN_NUMBER },
	[REASON] = { "REASON" },
	[LOST_MASK] = { "LOST_MASK" },
	[RESCUABLE] = { "RESCUABLE", COLUMN_BOOLEAN, true },
};

enum { LOST_SECTOR, LOST_SECTORS, LOST_BLOCK, LOST_RESCUABLE, LOST_FILE };

static const struct column lost_columns[] = {
	[LOST_SECTOR] = { "SECTOR", COLUMN_NUMBER },
	[LOST_SECTORS] = { "SECTORS", COLUMN_NUMBER },
	[LOST_BLOCK] = { "BLOCK", COLUMN_NUMBER },
	[LOST_RESCUABLE] = { "RESCUABLE", COLUMN_BOOLEAN },
	[LOST_FILE] = { "FILE" },
};

/**
 * struct list
 * @asked: sectors that runs begin with, for file systems that want to know before
 */
struct list {
	struct remap_status status;
	u32 unit;		/* sectors of a logical block */
	struct table *table;
	struct file_names names;
	u64 *asked;
	size_t nr_asked;
	bool asking;
	void (*add)(struct list *list, const struct reply_entry *entry);
};

static void add_entry(struct list *l, const struct reply_entry *e)
{
	table_line(l->table);
	table_set(l->table, BLOCK, "%llu", e->block);
	table_set(l->table, SECTOR, "%llu", e->block * (l->status.block_size >> 9));
	table_set(l->table, SPARE_BLOCK, "%u", e->spare);
	table_set(l->table, REASON, "%s", e->reason);
	table_set(l->table, LOST_MASK, "%llx", e->lost);
	table_set(l->table, RESCUABLE, "%d", e->rescuable);
}

static void add_run(struct list *l, const struct reply_entry *e, u64 sector, u64 sectors)
{
	char file[4096];

	if (l->asking) {
		u64 *more = reallocarray(l->asked, l->nr_asked + 1, sizeof(*more));

		if (more) {
			l->asked = more;
			l->asked[l->nr_asked++] = sector;
		}
		return;
	}
	table_line(l->table);
	table_set(l->table, LOST_SECTOR, "%llu", sector);
	table_set(l->table, LOST_SECTORS, "%llu", sectors);
	table_set(l->table, LOST_BLOCK, "%llu", e->block);
	table_set(l->table, LOST_RESCUABLE, "%d", e->rescuable);
	table_set(l->table, LOST_FILE, "%s",
		  file_names_find(&l->names, sector, file, sizeof(file)));
}

/* Runs of lost logical blocks, none of them in two blocks of the file system. */
static void add_lost(struct list *l, const struct reply_entry *e)
{
	u32 bits = (l->status.block_size >> 9) / l->unit, i = 0;
	u64 start = e->block * (l->status.block_size >> 9);

	while (i < bits) {
		u64 sector = start + (u64)i * l->unit;
		u64 end = file_names_end(&l->names, sector);
		u32 first = i;

		if (!(e->lost >> i & 1) || sector >= l->status.sectors) {
			i++;
			continue;
		}
		while (i < bits && e->lost >> i & 1 && start + (u64)i * l->unit < end)
			i++;
		add_run(l, e, sector, (u64)(i - first) * l->unit);
	}
}

static int add(const struct reply_entry *entry, void *context)
{
	struct list *l = context;

	l->add(l, entry);
	return OK;
}

/* One that wants to know beforehand hears of all runs, and then they are listed. */
static int open_names(struct list *l)
{
	char path[DM_NAME_SIZE + 16];
	int r = OK;

	snprintf(path, sizeof(path), "/dev/mapper/%s", l->status.name);
	file_names_open(&l->names, path, l->status.open_count);
	if (!l->names.xfs)
		return OK;
	l->asking = true;
	r = map_each(&l->status, add, l);
	l->asking = false;
	if (!r)
		file_names_ask(&l->names, l->asked, l->nr_asked);
	return r;
}

static int list(struct list *l, const struct call *call)
{
	bool lost = given(call, OPT_LOST);
	int r = dm_read_status(call->args[0], &l->status);

	if (!r)
		r = dm_handshake(l->status.name);
	if (!r)
		r = map_unit(&l->status, &l->unit);
	if (!r)
		r = table_new(lost ? "lost" : "map", lost ? lost_columns : map_columns,
			      lost ? ARRAY_SIZE(lost_columns) : ARRAY_SIZE(map_columns), call,
			      false, &l->table);
	if (r)
		return r;
	l->add = lost ? add_lost : add_entry;
	if (lost)
		r = open_names(l);
	if (!r)
		r = map_each(&l->status, add, l);
	return r ? r : table_print(l->table);
}

static int run(const struct call *call)
{
	struct list l = { 0 };
	int r = dm_begin();

	if (!r)
		r = list(&l, call);
	table_free(l.table);
	file_names_close(&l.names);
	free(l.asked);
	return r;
}

static const struct verb_option options[] = {
	{ OPT_LOST, "what was lost, and where the file system can tell, of which file" },
	{ OPT_JSON, "as JSON" },
	{ OPT_OUTPUT, "these columns, e.g. BLOCK,REASON" },
	{ OPT_NOHEADINGS, "without headings" },
	{ }
};

const struct verb verb_list = {
	.name = "list",
	.usage = "<name>",
	.summary = "the blocks that were moved, or what was lost",
	.details =
"Lists the blocks of a device that live on the spare. With --lost, the sectors\n"
"whose data was lost and not written since: they read as errors. File names are\n"
"known for ext2, ext3 and ext4 directly on the device (debugfs of e2fsprogs), and\n"
"for XFS while it is not mounted (xfs_db of xfsprogs, which reads all metadata);\n"
"'none' is free space or metadata, 'unknown' anything else. What was written a\n"
"moment ago may not be known yet. Sectors have 512 bytes and count from the start\n"
"of /dev/mapper/<name>.",
	.min_args = 1,
	.max_args = 1,
	.options = options,
	.run = run,
};
