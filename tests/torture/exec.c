// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "disk.h"
#include "exec.h"
#include "flushes.h"
#include "history.h"
#include "remap.h"
#include "trouble.h"

void worker_init(struct worker *w, u32 number)
{
	w->number = number;
	if (posix_memalign((void **)&w->buf, 4096, MAX_IO))
		die("no memory");
}

void worker_exit(struct worker *w)
{
	free(w->buf);
}

/* Blocks that are asked for may be in the map from now on, whatever the answer is. */
static int request(const struct op *op)
{
	static const char * const names[] = {
		[OP_REMAP] = "remap", [OP_RETRY] = "retry", [OP_REPORT] = "report",
		[OP_RECOVER] = "recover",
	};
	char answer[128];

	if (op->kind == OP_REMAP)
		trouble_involve(op->sector, op->count);
	return dm_message(&remap_device, answer, sizeof(answer), "%s %llu+%u", names[op->kind],
			  (unsigned long long)op->sector, op->count);
}

/* What is told and what is done stay in step: no healing between the two. */
static pthread_mutex_t fault_mutex = PTHREAD_MUTEX_INITIALIZER;

static int fault_main(const struct op *op)
{
	pthread_mutex_lock(&fault_mutex);
	trouble_main_bad(op->sector, op->count, op->letters);
	disk_fault(MAIN, world.shape.start[MAIN] + op->sector, op->count, op->letters);
	pthread_mutex_unlock(&fault_mutex);
	return 0;
}

/*
 * After a commit that failed its copies differ, and nothing could say which counts: no fault may
 * take the newer one away before the next start.
 */
static int fault(const struct op *op)
{
	if (op->disk == MAIN)
		return fault_main(op);
	life_check();
	if (life_degraded() && strchr(op->letters, 'r'))
		return 0;
	if (strchr(op->letters, 'r'))
		trouble_begins(TROUBLE_SPARE_READ);
	if (strchr(op->letters, 'w'))
		trouble_begins(TROUBLE_SPARE_WRITE);
	disk_fault(SPARE, op->sector, op->count, op->letters);
	return 0;
}

static int heal(const struct op *op)
{
	pthread_mutex_lock(&fault_mutex);
	disk_fault(MAIN, world.shape.start[MAIN] + op->sector, op->count, "-");
	trouble_main_good(op->sector, op->count);
	pthread_mutex_unlock(&fault_mutex);
	return 0;
}

static int heal_all(void)
{
	pthread_mutex_lock(&fault_mutex);
	life_heal(MAIN);
	life_heal(SPARE);
	pthread_mutex_unlock(&fault_mutex);
	return 0;
}

static int carry_out(struct worker *w, const struct op *op, u64 number)
{
	switch (op->kind) {
	case OP_READ:
		return io_read(w, op);
	case OP_WRITE:
	case OP_WRITE_FUA:
		return io_write(w, op, number);
	case OP_FLUSH:
		return io_flush();
	case OP_DISCARD:
		return io_discard(op);
	case OP_ZEROES:
		return io_zeroes(op);
	case OP_REMAP:
	case OP_RETRY:
	case OP_REPORT:
	case OP_RECOVER:
		return request(op);
	case OP_CHECK:
		return life_check();
	case OP_FAULT:
		return fault(op);
	case OP_HEAL:
		return heal(op);
	case OP_HEAL_ALL:
		return heal_all();
	case OP_OUTAGE:
	case OP_PROTECT:
		return life_outage(op);
	case OP_FLUSHFAIL:
		usleep(op->delay);
		flushes_fail(op->disk, op->a);
		return op->flushes ? io_flush() : 0;
	case OP_SUSPEND:
		return life_suspend(op);
	case OP_RELOAD:
		return life_reload(op);
	case OP_CUT:
		life_cut(w, op);
		return 0;
	case OP_RESTART:
		life_restart(w);
		return 0;
	default:
		life_final(w);
		return 0;
	}
}

void exec_op(struct worker *w, const struct op *op)
{
	u64 number = history_begin(op, w->number);

	history_end(number, carry_out(w, op, number));
}
