// SPDX-License-Identifier: GPL-2.0-only
/* backup: the map of a spare as text. */
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>

#include <linux/kernel.h>

#include "backup_file.h"
#include "offline.h"

static int write_file(const struct backup *backup, const char *path, bool force)
{
	struct stat st;
	int r;

	if (!lstat(path, &st) && (!force || !S_ISREG(st.st_mode)))
		return fail(BUSY, "%s exists already%s", path,
			    S_ISREG(st.st_mode) ? "; --force replaces it" : " and is not a file");
	r = backup_save(backup, path);
	if (r)
		return fail_errno(r, "%s cannot be written", path);
	printf("%s: %u entries of spare %s\n", path, backup->nr,
	       offline_uuid(backup->super.uuid));
	return OK;
}

static int save(const struct call *call, const struct inspection *spare)
{
	struct backup backup;
	int r;

	if (!inspect_starts(spare))
		return fail(WRONG_DEVICE, "%s has no map that could be believed, so there is nothing to back up; see remapsetup check",
			    call->args[0]);
	if (backup_take(&backup, spare, time(NULL)))
		r = no_memory();
	else if (call->nr_args == 2)
		r = write_file(&backup, call->args[1], given(call, OPT_FORCE));
	else if (backup_write(&backup, stdout))
		r = fail(BAD_USE, "the output could not be written");
	else
		r = OK;
	backup_free(&backup);
	return r;
}

static int run(const struct call *call)
{
	struct inspection spare;
	struct offline o;
	int r;

	r = offline_open(&o, call, call->args[0], STORE_READ);
	if (r)
		return r;
	r = offline_inspect(&o, call, &spare);
	if (!r)
		r = save(call, &spare);
	inspect_free(&spare);
	offline_close(&o);
	return r;
}

static const struct verb_option options[] = {
	{ OPT_FORCE, "replace FILE if it exists" },
	{ OPT_SPARE_START, "the spare area begins there on its device" },
	{ OPT_HELP }
};

const struct verb verb_backup = {
	.name = "backup",
	.usage = "<spare> [FILE]",
	.summary = "write the map of a spare to a file, as text",
	.details = "Writes which blocks of the main device live on the spare, and all that 'restore'\n"
		   "needs, as text with a checksum; without FILE to standard output. The data of the\n"
		   "blocks is not in it. The device may be in use. A backup is out of date as soon as\n"
		   "another block is remapped.",
	.min_args = 1,
	.max_args = 2,
	.options = options,
	.run = run,
};
