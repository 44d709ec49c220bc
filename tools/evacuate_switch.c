// SPDX-License-Identifier: GPL-2.0-only
/*
 * The window of evacuate --to: docs/architecture.md, section 3.7. The table is loaded while the
 * device is suspended, and not before: whoever resumes it then resumes a copy that is complete.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "device.h"
#include "evacuate.h"
#include "klog.h"
#include "sysfs.h"
#include "window.h"

enum result {
	MOVED,
	NOT_SUSPENDED,
	WRITTEN,		/* by somebody, since it was copied */
	NOT_IN_ORDER,
	NOT_ON_RECORD,		/* what did not read is not in the map */
	NOT_LOADED,
	NOT_OURS,		/* resumed, or the table dropped, by somebody */
	NOT_RECORDED,
	UNKNOWN,
	NOT_FENCED,		/* the table that waits is a wrong one, and does not go away */
};

struct outcome {
	enum result result;
	int error;
	int resumed;
};

struct figures transfer_figures(dev_t number)
{
	unsigned long long read = 0, written = 0, discarded = 0;
	char text[256];

	if (sysfs_text(number, "stat", text, sizeof(text)))
		sscanf(text, "%*u %*u %llu %*u %*u %*u %llu %*u %*u %*u %*u %*u %*u %llu", &read,
		       &written, &discarded);
	return (struct figures){ .read = read, .written = written + discarded };
}

static bool was_written(const struct transfer *e)
{
	return transfer_figures(e->device.number).written != e->device_written ||
	       transfer_figures(e->pair.main.number).written != e->new_written;
}

static bool ours_still(struct transfer *e)
{
	struct window_state state;

	return !window_state(e->status->name, &state) && state.suspended && state.inactive &&
	       supers_unchanged(e->handover.store, &e->handover.was,
				e->handover.was.md.scratch);
}

/* Nobody can be told which of the two it is, so nobody may write to either. */
static enum result fence_off(struct transfer *e)
{
	return window_load_error(e->status->name, e->status->sectors) ? NOT_FENCED : UNKNOWN;
}

static enum result load_and_commit(struct transfer *e, int *error)
{
	*error = window_load(e->status->name, e->status->sectors, e->params);
	if (*error)
		return NOT_LOADED;
	/* from now on nobody can claim it, but other tables of device-mapper: one stands on it, ours */
	if (was_written(e) || device_holders(e->pair.main.number) != 1)
		return WRITTEN;
	if (!ours_still(e))
		return NOT_OURS;
	switch (handover_commit(&e->handover, e->identity)) {
	case SUPERS_EXCHANGED:
		return MOVED;
	case SUPERS_UNCHANGED:
		return NOT_RECORDED;
	default:
		return fence_off(e);
	}
}

static enum result in_window(struct transfer *e, int *error)
{
	enum result result;

	if (was_written(e))
		return WRITTEN;
	*error = handover_read(&e->handover);
	if (*error)
		return NOT_IN_ORDER;
	if (!handover_holds(&e->handover, e->clone.holes, e->clone.nr_holes))
		return NOT_ON_RECORD;
	result = load_and_commit(e, error);
	if (result == MOVED || result == UNKNOWN || result == NOT_FENCED || result == NOT_LOADED)
		return result;
	return window_clear(e->status->name) ? fence_off(e) : result;
}

/* For inspect_spare(), which allocates in the window. */
static size_t reserve(const struct transfer *e)
{
	return (size_t)e->super.table_blocks * (REMAP_META_SIZE + 128) +
	       32 * (size_t)e->super.spare_blocks + (16 << 20);
}

static int open_window(struct transfer *e, struct outcome *o)
{
	struct window w;
	int r = window_open(&w, e->status->name, reserve(e));

	if (r)
		return r;
	o->error = window_suspend(&w);
	if (!o->error) {
		o->result = in_window(e, &o->error);
		if (o->result != NOT_FENCED)
			o->resumed = window_resume(&w);
	}
	window_close(&w);
	return OK;
}

/*
 * In words
 */

static int say_failed(const struct transfer *e, const struct outcome *o)
{
	const char *name = e->status->name, *new = e->pair.main.path;
	const char *spare = e->pair.spare.path;

	switch (o->result) {
	case NOT_SUSPENDED:
		return fail_errno(o->error, "%s cannot be suspended. It goes on as before, nothing was changed",
				  name);
	case WRITTEN:
		return fail(BUSY, "%s or %s was written by somebody else meanwhile, so the copy is none any more. %s goes on as before, nothing was changed; see that nobody uses them, and try again",
			    name, new, name);
	case NOT_IN_ORDER:
		return fail(WRONG_DEVICE, "%s: its spare %s could not be stopped cleanly, or its map is not in order: see remapsetup check %s. It goes on as before, nothing was changed",
			    name, spare, spare);
	case NOT_ON_RECORD:
		return fail(BUSY, "%s: the map was changed by somebody else meanwhile: blocks that could not be copied are not recorded there any more. It goes on as before, nothing was changed; try again",
			    name);
	case NOT_LOADED:
		return fail_errno(o->error, "%s: the kernel does not take %s as its main device. It goes on as before, nothing was changed",
				  name, new);
	case NOT_OURS:
		return fail(BUSY, "%s was resumed, or its spare written, by somebody else meanwhile. Nothing was changed by us: see remapsetup status %s",
			    name, name);
	case NOT_RECORDED:
		return fail(WRONG_DEVICE, "%s cannot be written, so the new main device cannot be recorded. %s goes on as before, nothing was changed; see remapsetup replace-spare",
			    spare, name);
	case NOT_FENCED:
		return fail(WRONG_DEVICE, "%s: the table that waits for it cannot be taken away, and would take the wrong main device, so it stays suspended. Nothing is lost: 'dmsetup remove --force %s', and open it",
			    name, name);
	default:
		return fail(WRONG_DEVICE, "%s could not be written in the last moment, and whether it names the old main device or %s is not known. Both hold all data. %s fails all I/O now, so that neither is changed: close it, see to %s, and open it, which takes the right one",
			    spare, new, name, spare);
	}
}

/*
 * The exclusive claim becomes the kernel's; a lock takes its place, so that udev does not look.
 * What somebody has left in the page cache is written now, so that it counts.
 */
static int let_go(struct transfer *e)
{
	int r;

	disk_let_go(&e->pair.main);
	r = disk_open(&e->guarding, e->pair.main.path, 0);
	if (!r)
		r = disk_lock(&e->guarding);
	if (!r && disk_flush(&e->guarding))
		r = fail(WRONG_DEVICE, "%s cannot be flushed, so it is no main device. %s goes on as before, nothing was changed",
			 e->pair.main.path, e->status->name);
	return r;
}

static int compose(struct transfer *e)
{
	char *live = window_table(e->status->name, false), number[32];

	snprintf(number, sizeof(number), "%u:%u", major(e->pair.main.number),
		 minor(e->pair.main.number));
	if (live)
		e->params = handover_params(live, number, e->identity);
	free(live);
	store_disk(&e->spare_at_rest, &e->pair.spare, e->status->spare_start, STORE_WRITE);
	e->handover.store = &e->spare_at_rest.store;
	memcpy(e->handover.uuid, e->super.uuid, sizeof(e->handover.uuid));
	return e->params ? OK : no_memory();
}

int transfer_switch(struct transfer *e, bool *unchanged)
{
	struct outcome o = { .result = NOT_SUSPENDED };
	struct klog log;
	int r = compose(e);

	*unchanged = true;
	if (!r)
		r = let_go(e);
	if (r)
		return r;
	klog_begin(&log);
	r = open_window(e, &o);
	*unchanged = r || (o.result != MOVED && o.result != UNKNOWN &&
			  o.result != NOT_FENCED);
	if (!r && o.resumed)
		r = window_say_stuck(e->status->name, o.resumed);
	if (!r && o.result != MOVED) {
		klog_tell(&log, e->status->name);
		r = say_failed(e, &o);
	}
	klog_end(&log);
	return r;
}
