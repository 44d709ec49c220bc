// SPDX-License-Identifier: GPL-2.0-only
/*
 * evacuate --to: docs/architecture.md, section 3.7. All that reads is copied to another device,
 * which becomes the main device then.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/kernel.h>

#include "announce.h"
#include "back.h"
#include "blank.h"
#include "clock.h"
#include "device.h"
#include "evacuate.h"
#include "interrupt.h"
#include "klog.h"
#include "offline.h"
#include "reply.h"
#include "sysfs.h"
#include "warn_of_tab.h"
#include "window.h"

#define OPENED_TRIES	30	/* udev looks at a device now and then, and is soon done */
#define OPENED_PAUSE_MS	100
#define COUNTED_TRIES	16

/*
 * Before anything
 */

static int check_device(const struct transfer *e)
{
	const struct remap_status *s = e->status;

	if (strcmp(s->mode, "rw"))
		return fail(WRONG_DEVICE, "%s is in the mode %s; it can get another main device in the mode rw only: what does not read has to be recorded. Nothing was changed",
			    s->name, s->mode);
	if (!strcmp(s->state, "unreachable") || !strcmp(s->state, "spare-unreachable"))
		return fail(WRONG_DEVICE, "%s: its %s does not answer, so nothing can be copied from it. Nothing was changed",
			    s->name, s->state[0] == 'u' ? "main device" : "spare");
	return OK;
}

static int refuse_opened(const struct transfer *e)
{
	struct remap_status now;
	int i;

	for (i = 0; i < OPENED_TRIES; i++) {
		int r = dm_read_status(e->status->name, &now);

		if (r || now.open_count <= 1)
			return r;
		sleep_ms(OPENED_PAUSE_MS);
	}
	return fail(BUSY, "%s is in use (opened %d times besides by us); 'fuser -v %s' shows by whom. Nothing was changed",
		    now.name, now.open_count - 1, e->device.path);
}

/*
 * The statistics may be turned off, and what sysfs says of that is not true of all devices. A read
 * of lost data is answered without being counted: some other place will be.
 */
static int refuse_uncounted(const struct disk *disk)
{
	u64 before = transfer_figures(disk->number).read, i;
	void *buf = disk_buffer(REMAP_META_SIZE);
	bool counted = false;

	if (!buf)
		return NO_MEMORY;
	for (i = 0; i < COUNTED_TRIES && !counted; i++) {
		disk_read(disk, disk->sectors / COUNTED_TRIES * i & ~7ULL, buf, REMAP_META_SIZE);
		counted = transfer_figures(disk->number).read != before;
	}
	free(buf);
	if (counted)
		return OK;
	return fail(BUSY, "%s: the kernel does not count what is read and written, so it could not be seen whether somebody else writes to it: write 1 to queue/iostats in its directory in sysfs. Nothing was changed",
		    disk->path);
}

static int claim_device(struct transfer *e)
{
	char path[256];
	int r;

	device_path(e->status->number, path, sizeof(path));
	r = device_refuse_used(e->status->number, path);
	if (!r)
		r = disk_open(&e->device, path, DISK_EXCLUSIVE);
	if (!r)
		r = refuse_opened(e);
	return r ? r : refuse_uncounted(&e->device);
}

/* "in use" would be true of these as well, and say less. */
static int refuse_own(const struct transfer *e, const char *path)
{
	const struct remap_status *s = e->status;
	struct disk disk;
	dev_t number;
	int r = disk_open(&disk, path, 0);

	if (r)
		return r;
	number = disk.number;
	disk_close(&disk);
	if (number == s->main)
		return fail(WRONG_DEVICE, "%s is the main device of %s already. To move blocks back to it, 'remapsetup evacuate %s'. Nothing was changed",
			    path, s->name, s->name);
	if (number == s->spare)
		return fail(WRONG_DEVICE, "%s is the spare of %s. Nothing was changed", path,
			    s->name);
	if (number == s->number)
		return fail(WRONG_DEVICE, "%s is the device itself, and not another main device. Nothing was changed",
			    path);
	return device_refuse_used(number, path);
}

static int read_spare(struct transfer *e)
{
	struct supers supers;
	enum spare_is is;
	char path[256];
	int r = disk_open(&e->pair.spare, device_path(e->status->spare, path, sizeof(path)),
			  DISK_WRITE);

	e->pair.spare_start = e->status->spare_start;
	if (!r)
		r = supers_read(&supers, &e->pair.spare, e->pair.spare_start, &is);
	if (r)
		return r;
	if (is != SPARE_GOOD || strcmp(offline_uuid(supers.best->uuid), e->status->uuid))
		return fail(WRONG_DEVICE, "%s: the superblocks of its spare, %s, cannot be read, or do not say what the kernel says. Close it and see remapsetup check %s",
			    e->status->name, path, path);
	e->super = *supers.best;
	return OK;
}

static int check_identity(struct transfer *e)
{
	const char *path = e->pair.main.path, *name = e->status->name;
	char recorded[IDENTITY_SIZE] = "", old[IDENTITY_SIZE] = "";

	if (!identity_of(e->pair.main.number, e->identity))
		return fail(WRONG_DEVICE, "%s has neither WWN nor serial number, so nothing could tell it from the old main device of %s, which keeps an older copy of all data. A logical volume on it has an identity. Nothing was changed",
			    path, name);
	memcpy(recorded, e->super.main_identity, sizeof(recorded) - 1);
	identity_of(e->status->main, old);
	if (!strcmp(e->identity, recorded) || !strcmp(e->identity, old))
		return fail(WRONG_DEVICE, "%s and the main device of %s have the same identity, %s: nothing could tell them apart. Nothing was changed",
			    path, name, e->identity);
	return OK;
}

static int check_new(struct transfer *e)
{
	int r = pair_check(&e->pair);

	if (!r && e->pair.main.logical != e->super.mask_unit)
		r = fail(WRONG_DEVICE, "%s has logical blocks of %u bytes, and the main device of %s has %u: lost data is recorded in these. Nothing was changed",
			 e->pair.main.path, e->pair.main.logical, e->status->name,
			 e->super.mask_unit);
	if (!r)
		r = refuse_uncounted(&e->pair.main);
	return r ? r : check_identity(e);
}

static int claim_new(struct transfer *e)
{
	const char *path = e->call->value[OPT_TO];
	int r = refuse_own(e, path);

	if (!r)
		r = read_spare(e);
	if (!r)
		r = disk_open(&e->pair.main, path, DISK_WRITE | DISK_EXCLUSIVE);
	if (r)
		return r;
	e->pair.main_start = e->status->main_start;
	e->pair.main_length = e->status->sectors;
	return check_new(e);
}

static int look(struct transfer *e, char *what, size_t size)
{
	struct supers supers;
	enum spare_is is;
	int r = supers_read(&supers, &e->pair.main, 0, &is);

	if (!r)
		r = blank_recognise(&e->pair.main, what, size);
	if (r)
		return r;
	if (is == SPARE_ELSEWHERE)
		snprintf(what, size, "%s", super_elsewhere_text(supers.elsewhere));
	else if (is != SPARE_BLANK && is != SPARE_FOREIGN && is != SPARE_UNREADABLE)
		snprintf(what, size, "a spare of dm-remap");
	if (!what[0] || given(e->call, OPT_FORCE))
		return OK;
	return fail(WRONG_DEVICE, "%s is not empty. It holds %s. Nothing was changed; --force overwrites it",
		    e->pair.main.path, what);
}

static int confirm(const struct transfer *e, const char *what)
{
	const char *path = e->pair.main.path, *name = e->status->name;
	bool batch = given(e->call, OPT_BATCH);

	if (what[0])
		return ask(batch, "This will overwrite %s irrevocably.\nIt holds %s.\nIt will be the main device of %s, which nobody can use until all is copied.",
			   path, what, name);
	return ask(batch, "This will make %s the main device of %s, which nobody can use until all is copied.\nWhat %s holds is lost.",
		   path, name, path);
}

/*
 * The copy
 */

static int read_device(void *context, u64 sector, void *buf, size_t bytes)
{
	const struct transfer *e = context;

	return disk_read(&e->device, sector, buf, bytes);
}

static int write_new(void *context, u64 sector, const void *buf, size_t bytes)
{
	const struct transfer *e = context;

	return disk_write(&e->pair.main, e->pair.main_start + sector, buf, bytes);
}

static int look_at_new(void *context, u64 sector, void *buf, size_t bytes)
{
	const struct transfer *e = context;

	return disk_read(&e->pair.main, e->pair.main_start + sector, buf, bytes);
}

static int flush_new(void *context)
{
	const struct transfer *e = context;

	return disk_flush(&e->pair.main);
}

static int write_whole(void *context, u64 sector, const void *buf, size_t bytes)
{
	const struct transfer *e = context;

	return disk_write(&e->pair.main, sector, buf, bytes);
}

static bool is_lost(const struct transfer *e, u64 block, u64 mask)
{
	struct reply_entry entry;
	char message[64], *reply = NULL;
	bool lost;

	snprintf(message, sizeof(message), "lookup %llu", block);
	lost = !dm_message(e->status->name, message, &reply) && reply &&
	       reply_entry(reply, &entry) && entry.mapped && !(mask & ~entry.lost);
	free(reply);
	return lost;
}

/* The read that failed has put it there, if the kernel moves blocks by itself at the moment. */
static int settle(void *context, u64 block, u64 mask)
{
	const struct transfer *e = context;
	char message[64], *reply = NULL;
	int r;

	if (is_lost(e, block, mask))
		return 0;
	snprintf(message, sizeof(message), "remap %llu", block);
	r = dm_message(e->status->name, message, &reply);
	free(reply);
	return r ? r : -EAGAIN;
}

static bool go_on(void *context, u64 done, u64 all)
{
	const struct transfer *e = context;

	e->tell(e->doing, done << 9, all << 9, e->context);
	return !interrupted;
}

static const struct clone_ops device_to_new = {
	.read = read_device,
	.write = write_new,
	.look = look_at_new,
	.flush = flush_new,
	.settle = settle,
	.go_on = go_on,
};

static const struct clone_ops whole_new = {
	.write = write_whole,
	.flush = flush_new,
};

static int say_not_copied(const struct transfer *e, int error)
{
	const char *name = e->status->name, *new = e->pair.main.path;
	u64 block = e->clone.at / (e->status->block_size >> 9);

	switch (error) {
	case -EINTR:
		return fail(BAD_USE, "%s: interrupted. It goes on as before, nothing was changed; what %s holds is of no use",
			    name, new);
	case -ENODATA:
		return fail(WRONG_DEVICE, "%s: block %llu does not read, and cannot be recorded as lost: see remapsetup status %s. It goes on as before; what %s holds is of no use",
			    name, block, name, new);
	case -ENOMEM:
		return no_memory();
	default:
		return fail(WRONG_DEVICE, "%s does not take the data, or gives back something else, near sector %llu; it is no main device. %s goes on as before, nothing was changed",
			    new, e->pair.main_start + e->clone.at, name);
	}
}

static int copy(struct transfer *e)
{
	struct klog log;
	int r;

	klog_begin(&log);
	e->device_written = transfer_figures(e->device.number).written;
	r = clone_wipe_ends(&whole_new, e, e->pair.main.sectors);
	if (r && r != -ENOMEM)
		r = -EIO;
	e->doing = "copying";
	if (!r)
		r = clone_copy(&e->clone);
	/* what was written up to here is compared; who finds more later was not alone */
	e->new_written = transfer_figures(e->pair.main.number).written;
	e->doing = "comparing";
	if (!r)
		r = clone_compare(&e->clone);
	if (r == -ENODATA)
		klog_tell(&log, e->status->name);
	klog_end(&log);
	return r ? say_not_copied(e, r) : OK;
}

/*
 * What was begun and not ended shall not look like a file system. If it is not ours alone any
 * more, it is not touched: perhaps somebody has made it the main device after all.
 */
static void scrap(struct transfer *e)
{
	struct disk again;

	disk_close(&e->guarding);
	if (e->pair.main.fd < 0) {
		if (disk_open(&again, e->pair.main.path, DISK_WRITE | DISK_EXCLUSIVE | DISK_QUIET))
			return;
		disk_close(&e->pair.main);
		e->pair.main = again;
	}
	if (clone_wipe_ends(&whole_new, e, e->pair.main.sectors))
		warn("%s cannot be wiped; it may show a copy of what is on %s, of no use",
		     e->pair.main.path, e->status->name);
}

/*
 * What came of it
 */

static void warn_of_old(const struct transfer *e, dev_t old)
{
	dev_t spare = e->status->spare;
	const char *how = "disconnect it, or";
	char path[256];

	if (sysfs_disk(old) == sysfs_disk(spare))
		how = "but the spare is on the same disk, which has to stay, so keep others off it:";
	device_path(old, path, sizeof(path));
	/* wipefs wants a device for itself, and the spare is in use */
	warn("%s was not touched. It still looks like %s, with the same UUIDs, and gets older from now on: %s 'wipefs --all%s %s'. Backups of the map that were made before name it: make a new one",
	     path, e->status->name, how, old == spare ? " --force" : "", path);
	warn_of_main(e->status->name, e->call->value[OPT_TO], e->identity);
}

static int report(const struct transfer *e)
{
	struct remap_status now;
	int r = dm_read_status(e->status->name, &now);

	if (r)
		return r;
	if (strcmp(now.mode, "rw") || now.main != e->pair.main.number)
		return fail(WRONG_DEVICE, "%s is the main device of %s now, but it has come up in the mode %s: close it and open it again. Nothing is lost",
			    e->pair.main.path, now.name, now.mode);
	printf("%s is the main device of %s now, with all that could be read; it was compared\n",
	       e->pair.main.path, now.name);
	if (e->clone.lost)
		warn("%llu logical blocks could not be read; they read as errors as before: see remapsetup list --lost %s",
		     e->clone.lost, now.name);
	if (e->guarded)
		warn("guard is off: %s shows what it is. 'remapsetup guard %s on' hides it again",
		     e->pair.main.path, now.name);
	warn_of_old(e, e->status->main);
	*e->status = now;
	return OK;
}

/*
 * One that was interrupted
 */

/* The tool died in its window, with its table loaded; the spare tells how far it was. */
static int settle_window(struct transfer *e, dev_t number, bool *done)
{
	char recorded[IDENTITY_SIZE] = "";
	dev_t old = e->status->main;
	int r = read_spare(e);

	if (r)
		return r;
	memcpy(recorded, e->super.main_identity, sizeof(recorded) - 1);
	*done = identity_of(number, e->identity) && !strcmp(recorded, e->identity);
	r = *done ? 0 : window_clear(e->status->name);
	if (!r)
		r = window_end(e->status->name);
	if (r)
		return fail_errno(r, "%s cannot be brought back: see dmsetup info %s",
				  e->status->name, e->status->name);
	disk_close(&e->pair.spare);
	r = dm_read_status(e->status->name, e->status);
	if (r || !*done)
		return r;
	if (e->status->main != number || strcmp(e->status->mode, "rw"))
		return fail(WRONG_DEVICE, "%s has come up in the mode %s: close it and open it again. Nothing is lost",
			    e->status->name, e->status->mode);
	printf("the move that was interrupted is complete: %s is the main device of %s\n",
	       e->call->value[OPT_TO], e->status->name);
	warn_of_old(e, old);
	return OK;
}

static int continue_ours(struct transfer *e, bool *done)
{
	struct window_state state;
	struct disk new;
	char *table;
	int r = OK;

	if (window_state(e->status->name, &state) || !state.inactive || !state.suspended)
		return OK;
	if (disk_open(&new, e->call->value[OPT_TO], DISK_QUIET))
		return OK;
	table = window_table(e->status->name, true);
	/* a window of replace-spare or grow has the same main device */
	if (new.number != e->status->main && window_names_main(table, new.number))
		r = settle_window(e, new.number, done);
	free(table);
	disk_close(&new);
	return r;
}

int transfer_begin(struct transfer *e, bool *done)
{
	const char *name = e->call->args[0];
	int r = dm_begin();

	*done = false;
	if (!r)
		r = dm_read_status(name, e->status);
	if (!r)
		r = dm_handshake(e->status->name);
	if (!r)
		r = window_lock(e->status->name);
	if (!r)
		r = continue_ours(e, done);
	if (r || *done)
		return r;
	r = window_refuse(e->status->name);
	return r ? r : dm_read_status(name, e->status);
}

/*
 * All of it
 */

static int count_guarded(struct transfer *e)
{
	const u64 all[1][2] = { { 0, ~0ULL } };
	struct back_choice choice;
	int r = back_choose(e->status, all, 1, false, &choice);

	e->guarded = choice.guarded;
	free(choice.blocks);
	return r;
}

static int move(struct transfer *e)
{
	bool unchanged = true;
	dev_t old = e->status->main;
	int r;

	interrupt_catch();
	r = copy(e);
	if (!r)
		r = transfer_switch(e, &unchanged);
	if (r && unchanged)
		scrap(e);
	/* whoever is told looks at it: no lock, and no claim */
	disk_close(&e->guarding);
	disk_close(&e->device);
	if (r)
		return r;
	announce(old);
	announce(e->pair.main.number);
	return report(e);
}

int transfer_run(struct transfer *e)
{
	char what[128] = "";
	int r = check_device(e);

	if (!r)
		r = claim_new(e);
	if (!r)
		r = claim_device(e);
	if (!r)
		r = look(e, what, sizeof(what));
	if (!r)
		r = count_guarded(e);
	if (!r)
		r = confirm(e, what);
	if (!r) {
		e->clone.ops = &device_to_new;
		e->clone.context = e;
		e->clone.sectors = e->status->sectors;
		e->clone.block_size = e->status->block_size;
		e->clone.unit = e->super.mask_unit;
		r = move(e);
	}
	clone_free(&e->clone);
	handover_free(&e->handover);
	free(e->params);
	disk_close(&e->guarding);
	disk_close(&e->device);
	pair_close(&e->pair);
	return r;
}
