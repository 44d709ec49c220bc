// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE
#include <errno.h>
#include <linux/fs.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/uio.h>
#include <unistd.h>

#include "content.h"
#include "exec.h"
#include "flushes.h"
#include "model.h"
#include "trouble.h"

static off_t offset(u64 sector)
{
	return (off_t)sector * SECTOR;
}

/* Everything of @count sectors, or an error. */
static int result(ssize_t r, u32 count)
{
	if (r < 0)
		return -errno;
	return r == (ssize_t)count * SECTOR ? 0 : -EIO;
}

/* What would have to wait says so; some of it may have been done. */
static bool told_to_wait(const struct op *op, int r)
{
	return op->nowait && r == -EAGAIN;
}

static void unexcused(const struct op *op, int r)
{
	violation(op->sector, "ERROR: %s failed without a reason: %s", op_describe(op),
		  strerror(-r));
}

int io_read(struct worker *w, const struct op *op)
{
	struct iovec v = { .iov_base = w->buf, .iov_len = op->count * SECTOR };
	bool lost = trouble_any_lost(op->sector, op->count);
	u64 began;
	int r;

	flushes_look();
	began = model_read_begin(op->sector, op->count);
	content_poison(w->buf, op->count * SECTOR);
	r = result(preadv2(world.fd, &v, 1, offset(op->sector), op->nowait ? RWF_NOWAIT : 0),
		   op->count);
	flushes_look();
	model_read_end(op->sector, op->count, began, r ? NULL : w->buf, "a read");
	if (!r)
		trouble_good(op->sector, op->count, began);
	else if (!told_to_wait(op, r) &&
		 !trouble_excuses_read(op->sector, op->count, began, lost))
		unexcused(op, r);
	return r;
}

/* There are too many writes at once, or since the last flush, for the model. */
static int make_room(void)
{
	int r = io_flush();

	return r ? r : -EAGAIN;
}

/* A write with RWF_DSYNC is followed by a flush, which may be told of an older failure. */
static bool excused(const struct op *op, u64 began, bool lost)
{
	return trouble_excuses_write(op->sector, op->count, began, lost) ||
	       (op->kind == OP_WRITE_FUA && trouble_excuses_flush(began));
}

static void wrote(const struct op *op, u64 began, bool lost, int r, enum model_end end)
{
	flushes_look();
	model_write_end(op->sector, op->count, began, r ? WRITE_UNKNOWN : end);
	if (trouble_since(TROUBLE_PROTECT, began))
		trouble_involve_sectors(op->sector, op->count);
	if (!r)
		trouble_good(op->sector, op->count, began);
	else if (!told_to_wait(op, r) && !excused(op, began, lost))
		unexcused(op, r);
}

int io_write(struct worker *w, const struct op *op, u64 generation)
{
	bool fua = op->kind == OP_WRITE_FUA, lost = trouble_any_lost(op->sector, op->count);
	struct iovec v = { .iov_base = w->buf, .iov_len = op->count * SECTOR };
	u64 began;
	u32 i;
	int r;

	flushes_look();
	if (!model_write_begin(op->sector, op->count, generation, &began))
		return make_room();
	if (fua)
		flushes_user_begins();
	for (i = 0; i < op->count; i++)
		content_fill(w->buf + i * SECTOR, op->sector + i, generation, world.run);
	r = result(pwritev2(world.fd, &v, 1, offset(op->sector), fua ? RWF_DSYNC :
			    op->nowait ? RWF_NOWAIT : 0), op->count);
	wrote(op, began, lost, r, fua ? WRITE_DURABLE : WRITE_DONE);
	if (fua && r)
		model_flush_failed();
	if (fua)
		flushes_user_ends();
	return r;
}

int io_zeroes(const struct op *op)
{
	u64 range[2] = { offset(op->sector), op->count * (u64)SECTOR }, began;
	bool lost = trouble_any_lost(op->sector, op->count);
	int r;

	flushes_look();
	if (!model_write_begin(op->sector, op->count, 0, &began))
		return make_room();
	r = ioctl(world.fd, BLKZEROOUT, range) ? -errno : 0;
	wrote(op, began, lost, r, WRITE_DONE);
	return r;
}

/* Advice: it may come to nothing, whatever it says. */
int io_discard(const struct op *op)
{
	u64 range[2] = { offset(op->sector), op->count * (u64)SECTOR }, began;
	int r;

	flushes_look();
	if (!model_write_begin(op->sector, op->count, 0, &began))
		return make_room();
	r = ioctl(world.fd, BLKDISCARD, range) ? -errno : 0;
	model_write_end(op->sector, op->count, began, WRITE_UNKNOWN);
	if (r && !trouble_excuses_discard(op->sector, op->count, began))
		unexcused(op, r);
	return r;
}

int io_flush(void)
{
	u64 began;
	int r;

	flushes_user_begins();
	flushes_look();
	began = model_flush_begin();
	r = fsync(world.fd) ? -errno : 0;
	flushes_look();
	if (r) {
		model_flush_failed();
		if (!trouble_excuses_flush(began))
			violation(NEVER, "ERROR: a flush failed without a reason: %s",
				  strerror(-r));
	} else {
		bool alone = flushes_user_is_alone();

		model_flush_end(began, alone);
		if (alone)
			trouble_flush_done(began);
	}
	flushes_user_ends();
	return r;
}
