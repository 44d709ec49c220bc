// SPDX-License-Identifier: GPL-2.0-only
/* restore: write the map of a backup to its spare. */
#include <errno.h>
#include <stdio.h>
#include <time.h>

#include <linux/kernel.h>

#include "backup_file.h"
#include "heal.h"
#include "offline.h"
#include "super.h"
#include "survey.h"

/*
 * What is there now
 */

/* --force is about all of it, so all of it is said. Return: how much there is. */
static unsigned int object(const struct survey *s, const char *path, bool force)
{
	char elsewhere[256];
	const struct {
		bool holds;
		const char *what;
	} objections[] = {
		{ s->too_new, "a newer version of dm-remap has written there" },
		{ s->other_spare, "it is another spare: its UUID is not that of the backup" },
		{ s->other_content, "it holds something else than a spare of dm-remap" },
		{ s->elsewhere, elsewhere },
		{ s->replaced, "another spare has taken its place, and what was written since is on that one only. Use that one. If it is lost, this one has old data, and afterwards nothing tells it from the other any more" },
		{ s->cut, "a handover to another spare or main device was cut, and it was used since: it has what was written then. If the other one was not used in its place since, 'remapsetup repair --in-place --force' makes it count again" },
		{ s->standby, "it was to take the place of another spare, and not all may have been copied to it. Use the old one; if that was retired for it already, 'remapsetup open' with both there makes this one the active one" },
		{ s->other_main, "it belongs to another main device than the backup; that of the backup, which may have old data, would be taken for the right one again. Use a backup that was made since; or force it, and open it with --data-device and --force" },
		{ s->newer, "its map is newer than the backup: what was remapped since then would be read from the main device, where old data is" },
		{ s->lacks, "its map does not have all that the backup maps: blocks were moved back since then, or it is an older copy of the spare. What stands there now need not be their data" },
		{ s->no_data, "all blocks that the backup maps read as zeros there: their data is not on this device" },
	};
	unsigned int i, nr = 0;

	snprintf(elsewhere, sizeof(elsewhere), "it holds %s. From here on that one would be destroyed, and what stands before it overwritten: if it is the one to be restored, say where it begins (--spare-start)",
		 super_elsewhere_text(s->begin));
	for (i = 0; i < ARRAY_SIZE(objections); i++) {
		if (!objections[i].holds)
			continue;
		nr++;
		if (force)
			warn("%s: %s", path, objections[i].what);
		else
			fail(0, "%s: %s", path, objections[i].what);
	}
	return nr;
}

static int confirm(const struct call *call, const struct backup *backup)
{
	time_t created = backup->created;
	struct tm tm;
	char date[32];

	strftime(date, sizeof(date), "%Y-%m-%d %H:%M:%S UTC", gmtime_r(&created, &tm));
	return ask(given(call, OPT_BATCH),
		   "The map on %s will be that of the backup of %s, with %u entries.\nBlocks that were remapped or moved since then will be read where they were then.",
		   call->args[1], date, backup->nr);
}

/*
 * Writing it
 */

static int verify(struct offline *o, const struct call *call, const struct backup *backup)
{
	struct inspection spare;
	int r = offline_inspect(o, call, &spare);

	if (!r && (!inspect_starts(&spare) || spare.mapped + spare.bad != backup->nr))
		r = fail(WRONG_DEVICE, "%s does not read back as it was written; do not use it",
			 o->disk.path);
	inspect_free(&spare);
	return r;
}

static int write_back(struct offline *o, const struct call *call, const struct backup *backup,
		      const struct survey *s)
{
	int r = confirm(call, backup);

	if (r)
		return r;
	r = restore(backup, &o->store.store, s->highest, s->same);
	if (r == -ENOMEM)
		return no_memory();
	if (r)
		return fail(WRONG_DEVICE, "%s could not be written; it is no spare until a restore succeeds",
			    o->disk.path);
	r = verify(o, call, backup);
	if (!r)
		printf("%s: restored %u entries of spare %s\n", o->disk.path, backup->nr,
		       offline_uuid(backup->super.uuid));
	return r;
}

static int restore_to(struct offline *o, const struct call *call, const struct backup *backup)
{
	bool force = given(call, OPT_FORCE);
	struct survey s;

	if (backup->super.length > o->store.store.disk.length)
		return fail(WRONG_DEVICE, "%s is too small: the spare had %llu sectors, it has %llu",
			    o->disk.path, (unsigned long long)backup->super.length,
			    (unsigned long long)o->store.store.disk.length);
	if (survey(&s, &o->store.store, backup))
		return no_memory();
	if (object(&s, o->disk.path, force) && !force)
		return fail(WRONG_DEVICE, "--force restores the backup all the same; nothing was changed");
	return write_back(o, call, backup, &s);
}

static int run(const struct call *call)
{
	struct backup backup = { 0 };
	struct offline o;
	int r = backup_load(&backup, call->args[0]);

	if (!r)
		r = offline_open(&o, call, call->args[1], STORE_WRITE);
	if (!r) {
		r = restore_to(&o, call, &backup);
		offline_close(&o);
	}
	backup_free(&backup);
	return r;
}

static const struct verb_option options[] = {
	{ OPT_FORCE, "whatever speaks against it" },
	{ OPT_BATCH, "do not ask" },
	{ OPT_SPARE_START, "the spare area begins there on its device" },
	{ OPT_HELP }
};

const struct verb verb_restore = {
	.name = "restore",
	.usage = "<FILE> <spare>",
	.summary = "write the map of a backup to its spare",
	.details = "Writes the map that 'backup' has saved to the device that holds the data of its\n"
		   "blocks: the same spare, or a copy of it. Refused where it is another spare, was\n"
		   "replaced, holds something else, or has a newer map. Data that was lost stays lost;\n"
		   "it can be rescued from the main device only if nothing was remapped since then.",
	.min_args = 2,
	.max_args = 2,
	.options = options,
	.run = run,
};
