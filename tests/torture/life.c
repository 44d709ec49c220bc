// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "disk.h"
#include "exec.h"
#include "flushes.h"
#include "model.h"
#include "remap.h"
#include "trouble.h"

/* One table operation at a time. */
static pthread_mutex_t table_mutex = PTHREAD_MUTEX_INITIALIZER;

static u64 started;		/* this activation */
static bool degraded;		/* since then */
static u64 outage_over;		/* microseconds */

/* One outage after the other: a blip that ends within another's would be evidence. */
static pthread_mutex_t outage_mutex = PTHREAD_MUTEX_INITIALIZER;

/*
 * Beside I/O
 */

/* A mode that is lower than rw needs a reason. */
static void judge_mode(const struct remap_status *st)
{
	if (!strcmp(st->mode, "rw"))
		return;
	degraded = true;
	if (trouble_spare_was_fine(started))
		violation(NEVER, "MODE: %s, and nothing was wrong with the spare", st->mode);
	trouble_begins(TROUBLE_MODE);
	if (!strcmp(st->mode, "fail"))
		trouble_begins(TROUBLE_ACTIVATION);
}

static void judge_state(const struct remap_status *st, u64 since)
{
	bool normal = !strcmp(st->state, "normal");
	u64 reason = started < since ? started : since;

	if (normal && !trouble_since(TROUBLE_OUTAGE_MAIN, since) &&
	    !trouble_since(TROUBLE_OUTAGE_SPARE, since) && now_us() > outage_over + 3000000)
		trouble_ends(TROUBLE_UNSETTLED);
	if (!normal && !trouble_since(TROUBLE_UNSETTLED, reason) &&
	    !trouble_since(TROUBLE_PROTECT, reason) && !trouble_since(TROUBLE_STOP, reason))
		violation(NEVER, "STATE: %s, and no device was away", st->state);
}

int life_check(void)
{
	struct remap_status st;
	u64 since = tick();
	int r = remap_read_status(&st);

	if (r)
		return r;
	judge_mode(&st);
	judge_state(&st, since);
	if (st.used > st.total || st.bad > st.used)
		violation(NEVER, "STATUS: %u of %u spare blocks used, %u bad", st.used, st.total,
			  st.bad);
	return 0;
}

int life_suspend(const struct op *op)
{
	int r, s;

	pthread_mutex_lock(&table_mutex);
	life_check();		/* what is in doubt now is not any more afterwards */
	trouble_begins(TROUBLE_TABLE);
	r = dm_suspend(&remap_device, op->noflush);
	usleep(op->a * 1000);
	s = dm_resume(&remap_device);
	trouble_ends(TROUBLE_TABLE);
	pthread_mutex_unlock(&table_mutex);
	life_check();
	if (r || s)
		violation(NEVER, "SUSPEND: suspend says %d, resume %d", r, s);
	return r ? r : s;
}

/* What is wrong with the new table is known before its activation excuses nothing any more. */
static void trouble_may_be_over(void)
{
	struct remap_status st;

	if (remap_read_status(&st))
		return;
	judge_mode(&st);
	if (!strcmp(st.mode, "fail"))
		return;
	trouble_ends(TROUBLE_ACTIVATION);
	if (!strcmp(st.mode, "rw"))
		trouble_ends(TROUBLE_MODE);
}

/*
 * A table that is refused before it is activated leaves the old one at work; one that is refused
 * later leaves nothing at work.
 */
int life_reload(const struct op *op)
{
	u64 began = tick();
	int r, s;

	pthread_mutex_lock(&table_mutex);
	life_check();
	trouble_begins(TROUBLE_TABLE);
	if (!trouble_spare_was_fine(began))
		trouble_begins(TROUBLE_ACTIVATION);
	r = remap_reload();
	s = dm_suspend(&remap_device, op->noflush);
	if (!s)
		s = dm_resume(&remap_device);
	trouble_may_be_over();
	trouble_ends(TROUBLE_TABLE);
	pthread_mutex_unlock(&table_mutex);
	if ((r || s) && trouble_spare_was_fine(began) && !trouble_since(TROUBLE_OUTAGE_MAIN, began))
		violation(NEVER, "RELOAD: load says %d, suspend and resume %d", r, s);
	life_check();
	return r ? r : s;
}

/* A device goes away for a while, or refuses writes. */
int life_outage(const struct op *op)
{
	enum trouble_kind kind = op->disk == MAIN ? TROUBLE_OUTAGE_MAIN : TROUBLE_OUTAGE_SPARE;
	const char *message = "outage";

	if (op->kind == OP_PROTECT) {
		kind = TROUBLE_PROTECT;
		message = "protect";
	}
	pthread_mutex_lock(&outage_mutex);
	trouble_begins(TROUBLE_UNSETTLED);
	trouble_begins(kind);
	disk_message(op->kind == OP_PROTECT ? MAIN : op->disk, "%s 1", message);
	usleep(op->a * 1000);
	disk_message(op->kind == OP_PROTECT ? MAIN : op->disk, "%s 0", message);
	trouble_ends(kind);
	outage_over = now_us();
	pthread_mutex_unlock(&outage_mutex);
	return 0;
}

/*
 * Alone
 */

static int activate(enum how how)
{
	struct remap_status st;
	int r;

	trouble_ends(TROUBLE_ACTIVATION);
	trouble_ends(TROUBLE_MODE);
	started = tick();
	degraded = false;
	trouble_flush_done(started);
	flushes_look();
	model_flush_failed();	/* whom the stop failed for: there is nobody left to tell */
	r = remap_activate(how);
	if (!r && !remap_read_status(&st))
		judge_mode(&st);
	return r;
}

bool life_degraded(void)
{
	return degraded;
}

void life_start(bool format)
{
	int r = activate(format ? FORMAT : AS_IT_IS);

	if (r)
		violation(NEVER, "START: the device cannot be made: %s", strerror(-r));
}

void life_heal(enum disk which)
{
	disk_fault(which, 0, disks[which].sectors, "-");
	flushes_heal(which);
	if (which == MAIN) {
		trouble_main_good(0, world.shape.sectors);
		return;
	}
	trouble_ends(TROUBLE_SPARE_READ);
	trouble_ends(TROUBLE_SPARE_WRITE);
}

/*
 * Copies of the table that differ and can't be made to agree are as good as one copy: what is
 * older is not known to be. So the spare is repaired before the next one fails, too.
 */
static int repair(void)
{
	struct remap_status st;
	int r = remap_read_status(&st);

	if (r || strcmp(st.mode, "read-only"))
		return r;
	life_heal(SPARE);
	life_stop();
	return activate(AS_IT_IS);
}

/*
 * With a spare that fails it may refuse; with a healed one it has to start. It has to be forced
 * where the spare went away between a suspend and the resume, with the mark of a clean stop: main
 * was written without it.
 */
static void start_again(void)
{
	bool unmarked = !degraded;
	u64 began = tick();
	int r = activate(AS_IT_IS);

	if (r == -EUCLEAN && !unmarked)
		r = activate(FORCE);
	if (!r)
		r = repair();
	if (!r)
		return;
	if (trouble_spare_was_fine(began)) {
		violation(NEVER, "START: the device does not start again: %s", strerror(-r));
		return;
	}
	life_heal(SPARE);
	r = activate(AS_IT_IS);
	if (r == -EUCLEAN && !unmarked)
		r = activate(FORCE);
	if (r)
		violation(NEVER, "START: with a healed spare it does not start again: %s",
			  strerror(-r));
}

void life_stop(void)
{
	int r = remap_deactivate();

	if (r)
		violation(NEVER, "STOP: the device cannot be removed: %s", strerror(-r));
}

void life_power_off(const struct op *op)
{
	trouble_begins(TROUBLE_STOP);
	if (op->flushes)
		disk_message(SPARE, "stopflush %u", op->flushes);
	usleep(op->delay);
	disks_stop();
}

static void *stop_later(void *data)
{
	u32 *us = data;

	usleep(*us);
	disks_stop();
	return NULL;
}

/* The power goes again while the device starts. False: it did not start. */
static bool start_interrupted(u32 us)
{
	pthread_t thread;
	int r;

	trouble_begins(TROUBLE_STOP);
	if (pthread_create(&thread, NULL, stop_later, &us))
		die("no thread");
	r = activate(AS_IT_IS);
	pthread_join(thread, NULL);
	return !r;
}

static void power_back(const struct op *op)
{
	disks_power_cut(op->a, op->b, op->pieces);
	disks_revive();
	trouble_ends(TROUBLE_STOP);
	model_power_cut();
}

void life_cut(struct worker *w, const struct op *op)
{
	life_stop();
	power_back(op);
	if (op->c) {
		if (start_interrupted(op->c))
			life_stop();
		power_back(op);
	}
	start_again();
	if (!world.failed)
		verify_all(w, true);
}

void life_restart(struct worker *w)
{
	life_stop();
	start_again();
	if (!world.failed)
		verify_all(w, false);
}

/* Everything healed, everything written: now nothing is excused. */
void life_final(struct worker *w)
{
	struct op op = { .kind = OP_WRITE }, cut = { .kind = OP_CUT, .a = 1000, .b = 1000, .pieces = 1 };
	u32 most = MAX_IO / SECTOR;

	life_heal(MAIN);
	life_heal(SPARE);
	life_restart(w);
	trouble_ends(TROUBLE_UNSETTLED);
	for (; op.sector < world.shape.sectors && !world.failed; op.sector += op.count) {
		u64 left = world.shape.sectors - op.sector;

		op.count = left < most ? left : most;
		exec_op(w, &op);
	}
	op = (struct op){ .kind = OP_FLUSH };
	exec_op(w, &op);
	if (world.failed)
		return;
	life_power_off(&cut);
	life_cut(w, &cut);
}

