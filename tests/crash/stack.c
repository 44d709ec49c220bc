// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <dm-remap/format.h>

#include "dm.h"
#include "stack.h"
#include "user.h"

struct layout layout;

static const char *null_blk;
static const char * const names[VIEWS] = { "main", "spare" };
static const uint32_t starts[VIEWS] = { MAIN_AT, SPARE_AT };
static const uint32_t lengths[VIEWS] = { MAIN_SECTORS, SPARE_SECTORS };
static uint8_t places[VIEWS][MAIN_SECTORS];
static unsigned int slowness[VIEWS][2];

void die(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(2);
}

void mark(const char *fmt, ...)
{
	char text[480] = "mark ";
	va_list ap;
	int error;

	va_start(ap, fmt);
	vsnprintf(text + 5, sizeof(text) - 5, fmt, ap);
	va_end(ap);
	error = dm_message("log", text, NULL, 0);
	if (error)
		die("%s: %s", text, strerror(error));
}

/*
 * Views
 */

static int segment(char *to, size_t room, enum view view, uint32_t first, uint32_t count)
{
	uint32_t at = starts[view] + first;

	switch (places[view][first]) {
	case BAD:
		return snprintf(to, room, "%u %u error\n", first, count);
	case SLOW:
		return snprintf(to, room,
				"%u %u delay /dev/mapper/log %u %u /dev/mapper/log %u %u /dev/mapper/log %u 0\n",
				first, count, at, slowness[view][0], at, slowness[view][1], at);
	}
	/* not all linear: newer kernels send flushes past such tables, without an address */
	return snprintf(to, room, "%u %u %s /dev/mapper/log %u%s\n", first, count,
			first + count == lengths[view] ? "flakey" : "linear", at,
			first + count == lengths[view] ? " 3600 0" : "");
}

static const char *table_of(enum view view)
{
	static char table[30000];
	uint32_t first = 0, end;
	size_t used = 0;

	while (first < lengths[view]) {
		for (end = first; end < lengths[view]; end++)
			if (places[view][end] != places[view][first])
				break;
		used += segment(table + used, sizeof(table) - used, view, first, end - first);
		if (used >= sizeof(table))
			die("too many bad places on %s", names[view]);
		first = end;
	}
	return table;
}

static void show(enum view view)
{
	int error = dm_reload(names[view], table_of(view));

	if (error)
		die("reload of %s: %s", names[view], strerror(error));
}

void view_set(enum view view, uint32_t first, uint32_t count, enum place place)
{
	memset(places[view] + first, place, count);
	show(view);
}

void view_slowness(enum view view, unsigned int read_ms, unsigned int write_ms)
{
	slowness[view][0] = read_ms;
	slowness[view][1] = write_ms;
	show(view);
}

/* All that was done before is done, and says so in the log, before and after a change. */
static void settle_log(void)
{
	int fd = open("/dev/mapper/log", O_RDWR | O_DIRECT);

	if (fd < 0 || fsync(fd))
		die("log: %s", strerror(errno));
	close(fd);
}

void landing(enum view view, uint32_t first, uint32_t count, bool on)
{
	char path[256];
	uint32_t at = starts[view] + first;
	FILE *f;

	settle_log();
	if (on)
		mark("b:%u:%u", at, count);
	snprintf(path, sizeof(path), "/sys/kernel/config/nullb/%s/badblocks", null_blk);
	f = fopen(path, "w");
	if (!f || fprintf(f, "%c%u-%u\n", on ? '+' : '-', at, at + count - 1) < 0 || fclose(f))
		die("%s: %s", path, strerror(errno));
	if (!on)
		mark("u:%u:%u", at, count);
}

/*
 * Up and down
 */

static void create(const char *name, const char *table)
{
	int error = dm_create(name, table);

	if (error)
		die("create %s: %s", name, strerror(error));
}

void stack_up(const char *disk, const char *log_disk, unsigned long start, unsigned long sectors)
{
	char table[256];
	enum view view;

	null_blk = disk;
	snprintf(table, sizeof(table), "0 %lu linear %s %lu\n", sectors, log_disk, start);
	create("logdisk", table);
	snprintf(table, sizeof(table), "0 %u log-writes /dev/disk/%s /dev/mapper/logdisk\n",
		 SPARE_AT + SPARE_SECTORS, disk);
	create("log", table);
	for (view = MAIN; view < VIEWS; view++) {
		memset(places[view], FINE, lengths[view]);
		create(names[view], table_of(view));
	}
	mark("geometry:%u:%u:%u:%u:%u", MAIN_AT, MAIN_SECTORS, SPARE_AT, SPARE_SECTORS,
	     BLOCK_SECTORS);
}

void stack_down(void)
{
	if (dm_remove("main") || dm_remove("spare") || dm_remove("log") || dm_remove("logdisk"))
		die("the devices cannot be removed: %s", strerror(errno));
}

/*
 * The remap device
 */

static const char *remap_table(const char *options)
{
	static char table[512];
	int words = 1;
	const char *p;

	for (p = options; *p; p++)
		words += *p == ' ';
	snprintf(table, sizeof(table), "0 %u remap /dev/mapper/main 0 /dev/mapper/spare 0 %d %s\n",
		 MAIN_SECTORS, words, options);
	return table;
}

static void read_layout(void)
{
	static struct remap_disk_super super __attribute__((aligned(4096)));
	int fd = open("/dev/mapper/spare", O_RDONLY | O_DIRECT);

	if (fd < 0 || pread(fd, &super, sizeof(super), 0) != sizeof(super) ||
	    super.header.magic != REMAP_MAGIC_SUPER)
		die("superblock: %s", strerror(errno));
	close(fd);
	layout.table[0] = super.table_a;
	layout.table[1] = super.table_b;
	layout.super[1] = super.super_b;
	layout.table_blocks = super.table_blocks;
	layout.data = super.data;
	layout.spare_blocks = super.spare_blocks;
}

int try_activate(const char *options)
{
	int error;

	/* what failed below and was read since did not land */
	mark("settled");
	error = dm_create("r", remap_table(options));
	if (error)
		return error;
	mark("active");
	user_open();
	return 0;
}

void activate(const char *options)
{
	int error = try_activate(options);

	if (error)
		die("activation: %s", strerror(error));
	if (!layout.data)
		read_layout();
}

void stop(void)
{
	int error;

	user_close();
	error = dm_remove("r");
	if (error)
		die("remove r: %s", strerror(error));
	mark("p:stopped");
}

void yank(void)
{
	static uint8_t before[VIEWS][MAIN_SECTORS];
	enum view view;

	memcpy(before, places, sizeof(before));
	for (view = MAIN; view < VIEWS; view++)
		view_set(view, 0, lengths[view], BAD);
	stop();
	memcpy(places, before, sizeof(before));
	for (view = MAIN; view < VIEWS; view++)
		show(view);
}

void reload(const char *options)
{
	int error = dm_reload("r", remap_table(options));

	if (error)
		die("reload r: %s", strerror(error));
	mark("p:reloaded");
}

void suspend_and_resume(void)
{
	int error = dm_suspend("r", true);

	mark("p:suspended");
	if (!error)
		error = dm_suspend("r", false);
	if (error)
		die("suspend and resume: %s", strerror(error));
	mark("p:resumed");
}

int message(const char *fmt, ...)
{
	char text[128];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	return dm_message("r", text, NULL, 0);
}

int slot_of(uint32_t block)
{
	char text[64], reply[256] = "";
	unsigned int b, slot;

	snprintf(text, sizeof(text), "lookup %u", block);
	if (dm_message("r", text, reply, sizeof(reply)) ||
	    sscanf(reply, "%u %u", &b, &slot) != 2)
		return -1;
	return slot;
}
