// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <linux/dm-ioctl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "dm.h"

#define ROOM 32768

struct request {
	struct dm_ioctl io;
	char payload[ROOM];
};

static int control = -1;

static int run(unsigned long command, const char *name, struct request *r)
{
	if (control < 0)
		control = open("/dev/mapper/control", O_RDWR | O_CLOEXEC);
	if (control < 0)
		return errno;
	r->io.version[0] = DM_VERSION_MAJOR;
	r->io.data_size = sizeof(*r);
	r->io.data_start = offsetof(struct request, payload);
	snprintf(r->io.name, sizeof(r->io.name), "%s", name);
	return ioctl(control, command, r) ? errno : 0;
}

static int simple(unsigned long command, const char *name, unsigned int flags)
{
	struct request r = { .io.flags = flags };

	return run(command, name, &r);
}

/* One target of the payload; returns where the next one begins. */
static size_t put_target(char *payload, size_t at, const char *line, size_t len)
{
	struct dm_target_spec *spec = (void *)(payload + at);
	unsigned long long start, length;
	int used = 0;
	size_t next;

	if (sscanf(line, "%llu %llu %15s%n", &start, &length, spec->target_type, &used) < 3)
		return 0;
	spec->sector_start = start;
	spec->length = length;
	memcpy(spec + 1, line + used, len - used);
	next = (sizeof(*spec) + len - used + 1 + 7) & ~7UL;
	spec->next = next;
	return at + next;
}

static int load(const char *name, const char *table)
{
	struct request r = {};
	size_t at = 0;

	while (*table) {
		size_t len = strcspn(table, "\n");

		if (at + len + 256 > ROOM)
			return E2BIG;
		at = put_target(r.payload, at, table, len);
		if (!at)
			return EINVAL;
		r.io.target_count++;
		table += len + (table[len] == '\n');
	}
	return run(DM_TABLE_LOAD, name, &r);
}

static int make_node(const char *name, uint64_t dev)
{
	char path[128];

	snprintf(path, sizeof(path), "/dev/mapper/%s", name);
	unlink(path);
	return mknod(path, S_IFBLK | 0600, dev) ? errno : 0;
}

int dm_create(const char *name, const char *table)
{
	struct request r = {};
	int error = run(DM_DEV_CREATE, name, &r);

	if (error)
		return error;
	error = make_node(name, makedev(major(r.io.dev), minor(r.io.dev)));
	if (!error)
		error = load(name, table);
	if (!error)
		error = dm_suspend(name, false);
	if (error)
		dm_remove(name);
	return error;
}

int dm_suspend(const char *name, bool suspend)
{
	return simple(DM_DEV_SUSPEND, name, suspend ? DM_SUSPEND_FLAG | DM_SKIP_LOCKFS_FLAG : 0);
}

int dm_reload(const char *name, const char *table)
{
	int error = load(name, table);

	if (!error)
		error = dm_suspend(name, true);
	if (!error)
		error = dm_suspend(name, false);
	return error;
}

int dm_remove(const char *name)
{
	char path[128];
	int error, tries = 100;

	do {
		error = simple(DM_DEV_REMOVE, name, 0);
	} while (error == EBUSY && tries-- && !usleep(20000));
	snprintf(path, sizeof(path), "/dev/mapper/%s", name);
	if (!error)
		unlink(path);
	return error;
}

int dm_message(const char *name, const char *text, char *reply, size_t size)
{
	struct request r = {};
	struct dm_target_msg *msg = (void *)r.payload;
	int error;

	snprintf(msg->message, ROOM - sizeof(*msg), "%s", text);
	error = run(DM_TARGET_MSG, name, &r);
	if (!error && reply)
		snprintf(reply, size, "%s", r.io.flags & DM_DATA_OUT_FLAG ?
			 (char *)&r + r.io.data_start : "");
	return error;
}
