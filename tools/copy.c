// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <linux/kernel.h>
#include <linux/string.h>

#include "copy.h"
#include "heal.h"
#include "in_use.h"
#include "interrupt.h"
#include "super.h"

#define CHUNK	(1 << 20)

/**
 * struct copy
 * @sparse: the target is a new file: zeros need not be written
 */
struct copy {
	const struct offline *from;
	struct offline *to;
	const struct inspection *spare;
	bool sparse;
};

/* Does a block of somebody live there? A bad spare block may well be unreadable. */
static bool is_data(const struct copy *c, u64 sector)
{
	const struct remap_super *sb = &c->spare->super;
	u64 start = c->from->store.store.start + sb->data;
	u64 nr = (sector - start) / (sb->block_size >> SECTOR_SHIFT);

	return sector >= start && nr < sb->spare_blocks &&
	       c->spare->standing[nr] == SPARE_COUNTS;
}

static int end_if_interrupted(const struct copy *c)
{
	return interrupted ? fail(BAD_USE, "interrupted: %s is no spare", c->to->disk.path) : OK;
}

/* What is around a sector that does not read is copied all the same, which may take seconds each. */
static int read_by_sector(const struct copy *c, u64 sector, u8 *buf, size_t bytes)
{
	u32 unit = c->from->disk.logical;
	size_t at;

	for (at = 0; at < bytes; at += unit) {
		u64 place = sector + (at >> SECTOR_SHIFT);
		int r = end_if_interrupted(c);

		if (r)
			return r;
		if (!disk_read(&c->from->disk, place, buf + at, unit))
			continue;
		if (is_data(c, place))
			return fail(WRONG_DEVICE, "%s cannot be read at sector %llu, where data of a remapped block is; copy it with ddrescue, then repair the copy with --in-place",
				    c->from->disk.path, (unsigned long long)place);
		memset(buf + at, 0, unit);
	}
	return OK;
}

/* Zeros for the part of a superblock that is in @buf. */
static void leave_out(const struct copy *c, u64 super, u64 sector, u8 *buf, size_t bytes)
{
	u64 place = c->from->store.store.start + super;
	u64 first = max(place, sector);
	u64 end = min(place + REMAP_META_SECTORS, sector + (bytes >> SECTOR_SHIFT));

	if (first < end)
		memset(buf + ((first - sector) << SECTOR_SHIFT), 0, (end - first) << SECTOR_SHIFT);
}

static int copy_chunk(const struct copy *c, u64 sector, u8 *buf, size_t bytes)
{
	int r;

	if (disk_read(&c->from->disk, sector, buf, bytes)) {
		r = read_by_sector(c, sector, buf, bytes);
		if (r)
			return r;
	}
	leave_out(c, 0, sector, buf, bytes);
	leave_out(c, c->spare->super.super_b, sector, buf, bytes);
	if (c->sparse && !memchr_inv(buf, 0, bytes))
		return OK;
	r = disk_write(&c->to->disk, sector, buf, bytes);
	return r ? fail_errno(r, "%s cannot be written", c->to->disk.path) : OK;
}

/* All but the superblocks */
static int copy_rest(const struct copy *c)
{
	u64 sector = 0, n, end = c->from->disk.sectors;
	u8 *buf = disk_buffer(CHUNK);
	int r = buf ? OK : NO_MEMORY;

	for (; !r && sector < end; sector += n) {
		n = min_t(u64, CHUNK >> SECTOR_SHIFT, end - sector);
		r = end_if_interrupted(c);
		if (!r)
			r = copy_chunk(c, sector, buf, n << SECTOR_SHIFT);
	}
	free(buf);
	return r;
}

/* What the target was */
static int forget_old(struct offline *to)
{
	struct inspection old;
	int r = inspect_supers(&old, &to->store.store, false);

	if (!r)
		r = erase(&old, &to->store.store);
	inspect_free(&old);
	if (r == -ENOMEM)
		return no_memory();
	return r ? fail(WRONG_DEVICE, "%s cannot be written", to->disk.path) : OK;
}

/*
 * One that is cut or fails must not look like a spare whose data reads as zeros. So the target has
 * no superblock until all the rest is durable, neither one of the copy nor an old one of its own.
 */
static int copy_all(const struct copy *c)
{
	int r = forget_old(c->to), error;

	if (!r)
		r = copy_rest(c);
	if (r)
		return r;
	error = disk_flush(&c->to->disk);
	if (!error)
		error = supers_write(&c->to->disk, c->from->store.store.start, &c->spare->super);
	return error ? fail_errno(error, "%s cannot be written", c->to->disk.path) : OK;
}

/* A new file of that size. -EEXIST: something is there already */
static int make_file(const char *path, u64 bytes)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600), r = 0;

	if (fd < 0)
		return -errno;
	if (ftruncate(fd, bytes))
		r = -errno;
	close(fd);
	if (r)
		unlink(path);
	return r;
}

static bool same_file(const struct offline *from, const char *path)
{
	struct stat a, b;

	if (fstat(from->disk.fd, &a) || stat(path, &b))
		return false;
	return S_ISBLK(a.st_mode) && S_ISBLK(b.st_mode) ? a.st_rdev == b.st_rdev :
	       a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

static bool is_device(const char *path)
{
	struct stat st;

	return !stat(path, &st) && S_ISBLK(st.st_mode);
}

static int open_target(struct offline *to, const char *path, const struct offline *from)
{
	int r = disk_open(&to->disk, path, DISK_WRITE | DISK_EXCLUSIVE | DISK_IMAGE);

	if (r)
		return r;
	if (in_use_by(to->disk.fd, to->user, sizeof(to->user)))
		r = fail(BUSY, "%s is in use by %s", path, to->user);
	else if (to->disk.sectors < from->disk.sectors)
		r = fail(WRONG_DEVICE, "%s is too small: it has %llu sectors, %s has %llu", path,
			 (unsigned long long)to->disk.sectors, from->disk.path,
			 (unsigned long long)from->disk.sectors);
	if (r)
		offline_close(to);
	return r;
}

int copy_disk(struct offline *to, const char *path, const struct offline *from,
	      const struct inspection *spare, bool batch)
{
	struct copy c = { .from = from, .to = to, .spare = spare };
	int r;

	memset(to, 0, sizeof(*to));
	if (same_file(from, path))
		return fail(BAD_USE, "%s is what is to be repaired; say --in-place to change it", path);
	r = make_file(path, from->disk.sectors << SECTOR_SHIFT);
	c.sparse = !r;
	if (r && (r != -EEXIST || !is_device(path)))
		return fail_errno(r, "%s cannot be made", path);
	if (r && ask(batch, "All data on %s will be overwritten.", path))
		return BAD_USE;
	interrupt_catch();
	r = open_target(to, path, from);
	if (!r) {
		store_disk(&to->store, &to->disk, from->store.store.start, STORE_WRITE);
		r = copy_all(&c);
		if (r)
			offline_close(to);
	}
	if (r && c.sparse)
		unlink(path);
	return r;
}
