// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/uio.h>
#include <unistd.h>

#include "stack.h"
#include "tag.h"
#include "user.h"

/* What is known of a sector; of its writes there is never more than one under way. */
struct sector {
	atomic_uint submitted, acked;
	atomic_uint zeros;	/* number of the last write or discard that may leave zeros */
	atomic_bool may_fail;
};

unsigned int violations;

static struct sector sectors[MAIN_SECTORS];
static atomic_uint last_write, last_flush;
static bool expected;
static int device = -1;

void violation(const char *fmt, ...)
{
	char text[256], *p;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	fprintf(stderr, "VIOLATION: %s\n", text);
	for (p = text; *p; p++)
		if (*p == ' ')
			*p = '_';
	mark("!:%s", text);
	violations++;
}

void errors_expected(bool yes)
{
	expected = yes;
}

void user_open(void)
{
	device = open("/dev/mapper/r", O_RDWR | O_DIRECT);
	if (device < 0)
		die("/dev/mapper/r: %s", strerror(errno));
}

void user_close(void)
{
	if (device >= 0)
		close(device);
	device = -1;
}

static void *buffer(void)
{
	static __thread void *buf;

	if (!buf && posix_memalign(&buf, 4096, MAX_WRITE * CRASH_SECTOR))
		die("no memory");
	return buf;
}

/* A new number, known to the log before the write is on its way. */
static uint32_t submit(const char *kind, uint32_t sector, uint32_t count)
{
	uint32_t n = ++last_write, i;

	mark("%s:%u:%u:%u", kind, n, sector, count);
	for (i = sector; i < sector + count; i++) {
		sectors[i].submitted = n;
		if (*kind != 'w')
			sectors[i].zeros = n;
	}
	return n;
}

static bool surprising(uint32_t sector, uint32_t count)
{
	uint32_t i;

	for (i = sector; i < sector + count; i++)
		if (sectors[i].may_fail)
			return false;
	return !expected;
}

static bool conclude(uint32_t n, uint32_t sector, uint32_t count, bool done, const char *ok)
{
	int error = errno;
	uint32_t i;

	mark("%s:%u", done ? ok : "E", n);
	if (done)
		for (i = sector; i < sector + count; i++)
			sectors[i].acked = n;
	else if (surprising(sector, count))
		violation("write %u of sectors %u+%u failed: %s", n, sector, count,
			  strerror(error));
	return done;
}

static ssize_t write_to(int fd, uint32_t n, uint32_t sector, uint32_t count, int flags)
{
	struct iovec iov = { buffer(), (size_t)count * CRASH_SECTOR };
	struct crash_tag *tag = buffer();
	uint32_t i;

	for (i = 0; i < count; i++)
		crash_tag_make(&tag[i], sector + i, n);
	return pwritev2(fd, &iov, 1, (off_t)sector * CRASH_SECTOR, flags);
}

static bool put_with(uint32_t sector, uint32_t count, int flags, const char *ok)
{
	uint32_t n = submit("w", sector, count);
	ssize_t done = write_to(device, n, sector, count, flags);

	return conclude(n, sector, count, done == (ssize_t)count * CRASH_SECTOR, ok);
}

bool put(uint32_t sector, uint32_t count)
{
	return put_with(sector, count, 0, "W");
}

bool put_durable(uint32_t sector, uint32_t count)
{
	return put_with(sector, count, RWF_DSYNC, "D");
}

static int range_ioctl(unsigned long request, uint32_t sector, uint32_t count)
{
	uint64_t range[2] = { (uint64_t)sector * CRASH_SECTOR, (uint64_t)count * CRASH_SECTOR };

	return ioctl(device, request, range);
}

bool zero(uint32_t sector, uint32_t count)
{
	uint32_t n = submit("z", sector, count);

	return conclude(n, sector, count, !range_ioctl(BLKZEROOUT, sector, count), "W");
}

/* Advice: what it leaves is the old data or zeros, whenever. */
void discard(uint32_t sector, uint32_t count)
{
	uint32_t n = ++last_write, i;

	mark("d:%u:%u:%u", n, sector, count);
	for (i = sector; i < sector + count; i++)
		sectors[i].zeros = n;
	if (range_ioctl(BLKDISCARD, sector, count))
		violation("discard of sectors %u+%u failed: %s", sector, count, strerror(errno));
}

static void flush_of(int fd)
{
	uint32_t n = ++last_flush;
	bool done;

	mark("f:%u", n);
	done = !fsync(fd);
	mark("%s:%u", done ? "F" : "G", n);
	if (!done && !expected)
		violation("flush %u failed: %s", n, strerror(errno));
}

void flush(void)
{
	flush_of(device);
}

void fill(void)
{
	int fd = open("/dev/mapper/main", O_RDWR | O_DIRECT);
	uint32_t at;

	memset(sectors, 0, sizeof(sectors));
	last_write = 0;
	last_flush = 0;
	if (fd < 0)
		die("/dev/mapper/main: %s", strerror(errno));
	for (at = 0; at < MAIN_SECTORS; at += MAX_WRITE) {
		uint32_t n = submit("w", at, MAX_WRITE);

		conclude(n, at, MAX_WRITE, write_to(fd, n, at, MAX_WRITE, 0) ==
			 MAX_WRITE * CRASH_SECTOR, "W");
	}
	flush_of(fd);
	close(fd);
	mark("p:format");
}

/*
 * Reading
 */

static bool all_zeros(const void *buf)
{
	static const char zeros[CRASH_SECTOR];

	return !memcmp(buf, zeros, CRASH_SECTOR);
}

static void check(const struct crash_tag *tag, uint32_t sector, uint32_t acked)
{
	struct sector *s = &sectors[sector];

	if (all_zeros(tag) && s->zeros && s->zeros >= acked)
		return;
	if (!crash_tag_valid(tag))
		violation("sector %u read: no data of ours", sector);
	else if (tag->sector != sector)
		violation("sector %u read: data of sector %u, write %u", sector, tag->sector,
			  tag->write);
	else if (tag->write < acked || tag->write > s->submitted)
		violation("sector %u read: write %u, acknowledged %u, submitted %u", sector,
			  tag->write, acked, s->submitted);
}

static void check_error(uint32_t sector, int error)
{
	if (error == ENODATA && sectors[sector].may_fail)
		mark("l:%u", sector);
	else if (surprising(sector, 1))
		violation("sector %u read: %s", sector, strerror(error));
}

static void get_one(uint32_t sector)
{
	uint32_t acked = sectors[sector].acked;

	if (pread(device, buffer(), CRASH_SECTOR, (off_t)sector * CRASH_SECTOR) == CRASH_SECTOR)
		check(buffer(), sector, acked);
	else
		check_error(sector, errno);
}

void get(uint32_t sector, uint32_t count)
{
	uint32_t acked[MAX_WRITE], i;
	size_t bytes = (size_t)count * CRASH_SECTOR;

	for (i = 0; i < count; i++)
		acked[i] = sectors[sector + i].acked;
	if (pread(device, buffer(), bytes, (off_t)sector * CRASH_SECTOR) == (ssize_t)bytes) {
		for (i = 0; i < count; i++)
			check((struct crash_tag *)buffer() + i, sector + i, acked[i]);
		return;
	}
	for (i = 0; i < count; i++)
		get_one(sector + i);
}

/*
 * Bad places
 */

void bad(uint32_t sector, uint32_t count)
{
	uint32_t i;

	mark("x:%u:%u", sector, count);
	for (i = sector; i < sector + count; i++)
		sectors[i].may_fail = true;
	view_set(MAIN, sector, count, BAD);
}

void good(uint32_t sector, uint32_t count)
{
	view_set(MAIN, sector, count, FINE);
}

void bad_on_spare(uint32_t block, uint32_t sector, uint32_t count)
{
	int slot = slot_of(block);
	uint32_t i;

	if (slot < 0)
		die("block %u is not on the spare", block);
	mark("x:%u:%u", block * BLOCK_SECTORS + sector, count);
	for (i = 0; i < count; i++)
		sectors[block * BLOCK_SECTORS + sector + i].may_fail = true;
	view_set(SPARE, layout.data + slot * BLOCK_SECTORS + sector, count, BAD);
}

void rescue(uint32_t block)
{
	uint32_t i;
	int error;

	mark("k:%u:%u", block * BLOCK_SECTORS, BLOCK_SECTORS);
	error = message("retry %u", block);
	if (error)
		violation("rescue of block %u failed: %s", block, strerror(error));
	for (i = 0; i < BLOCK_SECTORS; i++)
		sectors[block * BLOCK_SECTORS + i].may_fail = false;
}
