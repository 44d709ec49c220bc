// SPDX-License-Identifier: GPL-2.0-only
/*
 * From a spare to a running device. The spare's superblock says everything
 * about the main device but where it is plugged in today.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <uuid/uuid.h>

#include <linux/kernel.h>

#include "announce.h"
#include "device.h"
#include "dm.h"
#include "find.h"
#include "identity.h"
#include "klog.h"
#include "open.h"
#include "pair.h"
#include "promote.h"
#include "super.h"
#include "terms.h"
#include "verb.h"

struct open {
	const struct call *call;
	const char *name;
	char spare_path[256], main_path[256];
	struct pair pair;
	struct supers supers;
	const struct remap_super *super;
	char uuid[37];
	char dm_uuid[DM_NAME_SIZE + 1];
	char recorded[IDENTITY_SIZE];	/* identity of the main device, as the spare knows it */
	char actual[IDENTITY_SIZE];	/* and as it is; empty: has none */
};

/*
 * The spare
 */

static int refuse_spare(const struct open *o, enum spare_is is)
{
	const char *path = o->pair.spare.path, *main_device;

	switch (is) {
	case SPARE_BLANK:
		return fail(WRONG_DEVICE, "%s is blank and not a spare. If it was one, its map is gone: do not use the main device alone, blocks on it may be stale. Else see remapsetup format",
			    path);
	case SPARE_FORMATTING:
		return fail(WRONG_DEVICE, "%s: formatting was interrupted; it holds no data yet. Do remapsetup format again",
			    path);
	case SPARE_REPLACED:
		if (o->supers.best->state == REMAP_SUPER_STANDBY)
			return fail(WRONG_DEVICE, "%s was to replace another spare, which is the active one still. Use that one, and do replace-spare again",
				    path);
		return fail(WRONG_DEVICE, "%s is not the active spare any more: another one has taken its place. Use that one",
			    path);
	case SPARE_TOO_NEW:
		return fail(WRONG_DEVICE, "%s was written by a newer version of dm-remap: upgrade. Nothing was changed",
			    path);
	case SPARE_SUPERS_DIFFER:
		return fail(WRONG_DEVICE, "%s: its two superblocks are whole and contradict each other, perhaps an old copy of a part of it was restored. Nothing was changed; see remapsetup check",
			    path);
	case SPARE_CUT:
		main_device = identity_text(o->supers.best);
		return fail(WRONG_DEVICE, "%s: a handover to another spare or main device was cut by a power failure, and the device was used since without knowing of it. What was written then is with %s and the main device %s, and nowhere else. Nothing was changed; see remapsetup check %s",
			    path, path, main_device[0] ? main_device : "that it had", path);
	case SPARE_UNREADABLE:
		return fail(WRONG_DEVICE, "%s cannot be read where its superblocks are. Blocks that were moved to it are nowhere else: check its cable before anything",
			    path);
	case SPARE_BOTH_DAMAGED:
		return fail(WRONG_DEVICE, "%s: both superblocks are damaged. The data may well be there: see remapsetup check and repair. Nothing was changed",
			    path);
	case SPARE_ELSEWHERE:
		return fail(WRONG_DEVICE, "%s holds %s, and not where it was looked for: see --spare-start. Nothing was changed",
			    path, super_elsewhere_text(o->supers.elsewhere));
	default:
		return fail(WRONG_DEVICE, "%s is not a spare of dm-remap. Nothing was changed", path);
	}
}

static int judge_spare(struct open *o, enum spare_is is)
{
	if (is == SPARE_OVERWRITTEN && !given(o->call, OPT_FORCE))
		return fail(WRONG_DEVICE, "%s: one of its two superblocks was overwritten by something else, a file system perhaps. Find out what did it; then --force restores it from the other",
			    o->pair.spare.path);
	if (is != SPARE_GOOD && is != SPARE_OVERWRITTEN)
		return refuse_spare(o, is);
	o->super = o->supers.best;
	uuid_unparse_lower(o->super->uuid, o->uuid);
	snprintf(o->recorded, sizeof(o->recorded), "%s", identity_text(o->super));
	return OK;
}

static int read_spare(struct open *o, enum spare_is *is)
{
	int r = pair_open_spare(&o->pair, o->spare_path, false);

	return r ? r : supers_read(&o->supers, &o->pair.spare, o->pair.spare_start, is);
}

/* A standby by itself: without the one that it was to replace, only if somebody insists. */
static int insist(const struct open *o)
{
	if (given(o->call, OPT_FORCE))
		return promote_alone(o->call, o->spare_path);
	return fail(WRONG_DEVICE, "%s was to replace another spare, and it is not known whether that came to its end: the old one is not here. Plug it in. If it is dead, --force takes this one, if all was copied; what was remapped later on the old one would be read from where it was before",
		    o->spare_path);
}

/*
 * A replacement that was interrupted (docs/architecture.md, section 3.4): if the old spare was
 * retired already, it is brought to its end; what is to be opened then is the new one.
 */
static int finish_replacement(struct open *o)
{
	const u32 state = o->supers.best->state;
	char twin[256];
	u8 uuid[16];
	bool old = state == REMAP_SUPER_REPLACED, found;
	enum spare_is is;
	int r;

	memcpy(uuid, o->supers.best->uuid, sizeof(uuid));
	found = find_twin(uuid, o->pair.spare_start,
			  old ? REMAP_SUPER_STANDBY : REMAP_SUPER_REPLACED, twin, sizeof(twin));
	if ((old && !found) || (!old && find_active(uuid, o->pair.spare_start)))
		return OK;	/* and it is refused for what it is */
	if (given(o->call, OPT_READONLY))
		return fail(WRONG_DEVICE, "the replacement of this spare was interrupted, and --readonly changes nothing: open it once without");
	disk_close(&o->pair.spare);
	if (!found)
		r = insist(o);
	else
		r = old ? promote_pair(o->call, o->spare_path, twin) :
			  promote_pair(o->call, twin, o->spare_path);
	if (old)
		snprintf(o->spare_path, sizeof(o->spare_path), "%s", twin);
	return r ? r : read_spare(o, &is);
}

static int open_spare(struct open *o)
{
	unsigned long long start = 0;
	enum spare_is is = SPARE_FOREIGN;
	int r = option_number(o->call, OPT_SPARE_START, 0, 1ULL << 53, &start);

	if (r)
		return r;
	o->pair.spare_start = start;
	r = find_spare(o->call->args[0], start, true, o->spare_path, sizeof(o->spare_path));
	if (!r)
		r = read_spare(o, &is);
	if (!r && is == SPARE_REPLACED) {
		r = finish_replacement(o);
		if (!r && o->supers.best && o->supers.best->state == REMAP_SUPER_ACTIVE)
			is = SPARE_GOOD;
	}
	return r ? r : judge_spare(o, is);
}

/*
 * The main device
 */

static int check_identity(const struct open *o)
{
	if (!o->recorded[0] || !strcmp(o->recorded, o->actual) || given(o->call, OPT_FORCE))
		return OK;
	if (o->actual[0])
		return fail(WRONG_DEVICE, "%s is not the main device of %s: it is %s, and not %s. With the wrong one, blocks of two disks would be mixed. If it is a copy of that disk, --force accepts it",
			    o->pair.main.path, o->pair.spare.path, o->actual, o->recorded);
	return fail(WRONG_DEVICE, "%s cannot be told to be the main device of %s: it has no identity here, and should be %s. If you know that it is, --force accepts it",
		    o->pair.main.path, o->pair.spare.path, o->recorded);
}

static int check_main(struct open *o)
{
	int r = pair_check(&o->pair);

	if (!r && o->pair.main.logical != o->super->mask_unit)
		r = fail(WRONG_DEVICE, "%s has logical blocks of %u bytes, the main device of %s had %u: it is another device, or plugged in by another adapter",
			 o->pair.main.path, o->pair.main.logical, o->pair.spare.path,
			 o->super->mask_unit);
	return r ? r : check_identity(o);
}

static int open_main(struct open *o)
{
	const char *path = o->call->value[OPT_DATA_DEVICE];
	int r = OK;

	if (!path) {
		r = find_main(o->super, o->pair.spare.path, o->main_path,
			      sizeof(o->main_path));
		path = o->main_path;
	}
	if (!r)
		r = pair_open_main(&o->pair, path);
	if (r)
		return r;
	o->pair.main_start = o->super->main_start;
	o->pair.main_length = o->super->main_length;
	if (!identity_of(o->pair.main.number, o->actual))
		o->actual[0] = '\0';
	return check_main(o);
}

/*
 * The device
 */

int open_check_name(const char *name)
{
	if (!name[0] || strlen(name) >= DM_NAME_SIZE || strchr(name, '/') ||
	    !strcmp(name, ".") || !strcmp(name, "..") || !strcmp(name, "control"))
		return fail(BAD_USE, "'%s' cannot be the name of a device: at most %d characters without '/'",
			    name, DM_NAME_SIZE - 1);
	if (dm_exists(name))
		return fail(BUSY, "there is a device %s already; choose another name, or see remapsetup status %s",
			    name, name);
	return OK;
}

void open_compose_uuid(const u8 *uuid, const char *name, char *text, size_t size)
{
	char dashed[37];
	const char *c;
	size_t n = 6;

	uuid_unparse_lower(uuid, dashed);
	memcpy(text, "REMAP-", n);
	for (c = dashed; *c; c++)
		if (*c != '-')
			text[n++] = *c;
	snprintf(text + n, size - n, "-%s", name);
}

static char *compose_params(const struct open *o)
{
	const struct pair *p = &o->pair;
	bool force = given(o->call, OPT_FORCE), identity = o->actual[0];
	char *params;

	if (asprintf(&params, "%u:%u %llu %u:%u %llu %d uuid=%s%s%s%s", major(p->main.number),
		     minor(p->main.number), p->main_start, major(p->spare.number),
		     minor(p->spare.number), p->spare_start, 1 + identity + force, o->uuid,
		     identity ? " identity=" : "", o->actual, force ? " force" : "") < 0)
		return NULL;
	return params;
}

static int say_why(const struct open *o, struct klog *log, int error)
{
	klog_tell(log, o->name);
	switch (error) {
	case -EBUSY:
		return fail(BUSY, "%s was not opened: %s or %s is in use", o->name,
			    o->pair.main.path, o->pair.spare.path);
	case -EUCLEAN:
	case -ESTALE:
	case -EILSEQ:
	case -EIO:
	case -EINVAL:
	case -ENODEV:
	case -EMEDIUMTYPE:
		return fail(WRONG_DEVICE, "%s was not opened, for the reason above; if there is none, see dmesg. The data on %s and %s is as it was. To accept a main device that was changed meanwhile, --force: what was lost cannot be rescued from it then",
			    o->name, o->pair.main.path, o->pair.spare.path);
	default:
		return fail_errno(error, "%s was not opened", o->name);
	}
}

static int activate(struct open *o)
{
	struct dm_line line = {
		.name = o->name,
		.uuid = o->dm_uuid,
		.sectors = o->super->main_length,
		.read_only = given(o->call, OPT_READONLY),
	};
	char *params = compose_params(o);
	struct klog log;
	int r;

	if (!params)
		return no_memory();
	open_compose_uuid(o->super->uuid, o->name, o->dm_uuid, sizeof(o->dm_uuid));
	line.params = params;
	verbose("table: 0 %llu remap %s", line.sectors, params);
	klog_begin(&log);
	r = dm_create(&line);
	if (r)
		r = say_why(o, &log, r);
	klog_end(&log);
	free(params);
	return r;
}

static void report(const struct open *o)
{
	struct remap_status status;

	announce(o->pair.main.number);
	announce(o->pair.spare.number);
	dm_handshake(o->name);
	if (device_has_partitions(o->pair.main.number))
		warn("%s has partitions of its own, which bypass /dev/mapper/%s: do not use them. kpartx -a /dev/mapper/%s makes those that are safe",
		     o->pair.main.path, o->name, o->name);
	if (dm_read_status(o->name, &status))
		return;
	if (strcmp(status.mode, "rw") && !(status.read_only && !strcmp(status.mode, "ro-map")))
		warn("%s is in the mode %s: see remapsetup status %s", o->name, status.mode,
		     o->name);
	if (status.lost)
		warn("%s has %llu lost logical blocks, which read as errors: see remapsetup list --lost %s",
		     o->name, status.lost, o->name);
}

static int open_device(struct open *o)
{
	int r = dm_begin();

	if (!r)
		r = open_check_name(o->name);
	if (!r)
		r = open_spare(o);
	if (!r)
		r = open_main(o);
	if (!r)
		r = dm_check_target();
	if (r)
		return r;
	/* device-mapper claims both for itself */
	pair_let_go(&o->pair);
	r = activate(o);
	if (!r)
		report(o);
	return r;
}

static int run(const struct call *call)
{
	struct open o = { .call = call, .name = call->args[1] };
	int r;

	if (given(call, OPT_DEGRADED))
		return open_degraded(call);
	if (given(call, OPT_BATCH))
		return fail(BAD_USE, "open: --batch-mode is for --degraded only");
	r = open_device(&o);
	pair_close(&o.pair);
	return r;
}

static const struct verb_option options[] = {
	{ OPT_DATA_DEVICE, "the main device (found by its identity)" },
	{ OPT_SPARE_START, "first sector of the spare (0)" },
	{ OPT_READONLY, "take no writes, and change nothing on either device" },
	{ OPT_FORCE, "accept another or a changed main device, or a spare that lost a superblock" },
	{ OPT_DEGRADED, "without the spare, from a backup of its map, read-only" },
	{ OPT_BATCH, "do not ask (with --degraded)" },
	{ }
};

const struct verb verb_open = {
	.name = "open",
	.usage = "<spare>|UUID=<uuid>|<backup> <name>",
	.summary = "start a device: /dev/mapper/<name>",
	.details =
"Makes /dev/mapper/<name> from a spare and its main device. The main device is\n"
"found by the WWN or serial number that was recorded when the spare was\n"
"formatted; one with another identity is refused, and so is one of which\n"
"anything is mounted, swap, or part of another device. From then on use\n"
"/dev/mapper/<name> only: the main device alone is stale where blocks were moved.\n"
"\n"
"With --degraded, <backup> is a file of 'backup' or 'monitor --backup-dir', for when\n"
"the spare is dead. The device is read-only, and what the backup says was moved\n"
"reads as an error. What was moved later reads as the old data that is on the\n"
"main device: use the newest backup there is, copy the data off, check it.\n"
"\n"
"Give --force only when an open was refused and you know why, never by habit.",
	.min_args = 2,
	.max_args = 2,
	.options = options,
	.run = run,
};
