// SPDX-License-Identifier: GPL-2.0-only
/*
 * A device without its spare, when that is dead: its map is in a backup, its data is on
 * the main device but for the blocks that were moved. Those must not read as what the
 * main device has in their place; and nothing may be written, or the spare would be
 * stale when it comes back.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "announce.h"
#include "backup_file.h"
#include "degraded.h"
#include "find.h"
#include "identity.h"
#include "klog.h"
#include "open.h"
#include "pair.h"
#include "terms.h"

struct degraded {
	const struct call *call;
	const char *file, *name;
	struct backup backup;
	struct pair pair;	/* of which there is only the main device */
	u32 mapped;
};

static int refuse_spare(const struct degraded *d)
{
	unsigned long long start = 0;
	char path[256];
	bool seen;
	int r = option_number(d->call, OPT_SPARE_START, 0, 1ULL << 53, &start);

	if (r || given(d->call, OPT_FORCE) ||
	    !find_is_here(d->backup.super.uuid, start, path, sizeof(path), &seen))
		return r;
	if (!seen)
		return fail(WRONG_DEVICE, "%s is suspended, or stands on what is: the spare may be on it. Resume it, and look again; if the spare is on another device that is dead, --force opens without it",
			    path);
	return fail(WRONG_DEVICE, "the spare is here: %s. Open it with that, and nothing is missing; --degraded is for a spare that is dead",
		    path);
}

static int check_identity(const struct degraded *d)
{
	const char *recorded = identity_text(&d->backup.super);
	char actual[IDENTITY_SIZE];

	if (!identity_of(d->pair.main.number, actual))
		actual[0] = '\0';
	if (!recorded[0] || !strcmp(recorded, actual) || given(d->call, OPT_FORCE))
		return OK;
	return fail(WRONG_DEVICE, "%s is not the main device of %s: it is %s, and not %s. What was moved would be looked for in the wrong places. If it is a copy of that disk, --force accepts it",
		    d->pair.main.path, d->file, actual[0] ? actual : "without an identity",
		    recorded);
}

static int check_size(const struct degraded *d)
{
	const struct remap_super *sb = &d->backup.super;
	const struct disk *main = &d->pair.main;

	if (main->logical != sb->mask_unit)
		return fail(WRONG_DEVICE, "%s has logical blocks of %u bytes, the main device of %s had %u: it is another device, or plugged in by another adapter",
			    main->path, main->logical, d->file, sb->mask_unit);
	if (sb->main_start > main->sectors || sb->main_length > main->sectors - sb->main_start)
		return fail(WRONG_DEVICE, "%s is too small: it has %llu sectors, and %llu were mapped from sector %llu on",
			    main->path, main->sectors, sb->main_length, sb->main_start);
	return OK;
}

static int open_main(struct degraded *d)
{
	const char *path = d->call->value[OPT_DATA_DEVICE];
	char found[256];
	int r = OK;

	if (!path) {
		r = find_main(&d->backup.super, d->file, found, sizeof(found));
		path = found;
	}
	if (!r)
		r = pair_open_main(&d->pair, path);
	if (!r)
		r = check_size(d);
	return r ? r : check_identity(d);
}

static int confirm(const struct degraded *d)
{
	time_t created = d->backup.created;
	struct tm tm;
	char date[32];

	strftime(date, sizeof(date), "%Y-%m-%d %H:%M:%S UTC", gmtime_r(&created, &tm));
	return ask(given(d->call, OPT_BATCH),
		   "%s will be read-only, and %u blocks that were on the spare will read as errors.\nBlocks that were moved after the backup of %s, if there are any, will read as OLD DATA,\nwithout an error.",
		   d->name, d->mapped, date);
}

static int create(const struct degraded *d)
{
	char uuid[DM_NAME_SIZE + 1];
	struct dm_line line = {
		.name = d->name,
		.uuid = uuid,
		.sectors = d->backup.super.main_length,
		.read_only = true,
		.main = d->pair.main.number,
	};
	struct dm_segment *segments;
	struct klog log;
	int r = degraded_segments(&d->backup, &segments, &line.nr);

	if (r)
		return no_memory();
	line.segments = segments;
	open_compose_uuid(d->backup.super.uuid, d->name, uuid, sizeof(uuid));
	klog_begin(&log);
	r = dm_create(&line);
	if (r) {
		klog_tell(&log, d->name);
		r = fail_errno(r, "%s was not opened", d->name);
	}
	klog_end(&log);
	free(segments);
	return r;
}

static int work(struct degraded *d)
{
	u32 i;
	int r = dm_begin();

	if (!r)
		r = open_check_name(d->name);
	if (!r)
		r = backup_load(&d->backup, d->file);
	if (!r)
		r = refuse_spare(d);
	if (!r)
		r = open_main(d);
	if (r)
		return r;
	for (i = 0; i < d->backup.nr; i++)
		d->mapped += d->backup.entries[i].entry.state == REMAP_ENTRY_MAPPED;
	r = confirm(d);
	if (r)
		return r;
	/* device-mapper claims it for itself */
	pair_let_go(&d->pair);
	r = create(d);
	if (r)
		return r;
	announce(d->pair.main.number);
	warn("%s is open without its spare: read-only, and %u blocks read as errors. Copy its data off",
	     d->name, d->mapped);
	return OK;
}

int open_degraded(const struct call *call)
{
	struct degraded d = { .call = call, .file = call->args[0], .name = call->args[1] };
	int r = work(&d);

	pair_close(&d.pair);
	backup_free(&d.backup);
	return r;
}
