// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <libdevmapper.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "dm.h"

/* The library keeps a list of device nodes to be made: only table operations touch it. */
static pthread_mutex_t table_mutex = PTHREAD_MUTEX_INITIALIZER;

/* Errors are reported by those who did not expect them. */
static void no_log(int level, const char *file, int line, int error, const char *format, ...)
{
	(void)level, (void)file, (void)line, (void)error, (void)format;
}

static struct dm_task *task(int type, const struct dm_device *dev)
{
	struct dm_task *t;

	dm_log_with_errno_init(no_log);
	t = dm_task_create(type);
	if (!t)
		die("libdevmapper: no memory");
	if (!dm_task_set_name(t, dev->name)) {
		dm_task_destroy(t);
		die("libdevmapper: no task for %s", dev->name);
	}
	return t;
}

static int run(struct dm_task *t)
{
	int error = dm_task_run(t) ? 0 : -dm_task_get_errno(t);

	dm_task_destroy(t);
	return error;
}

static int run_locked(struct dm_task *t)
{
	int error;

	pthread_mutex_lock(&table_mutex);
	error = run(t);
	dm_task_update_nodes();
	pthread_mutex_unlock(&table_mutex);
	return error;
}

static int find_out(struct dm_device *dev)
{
	struct dm_task *t = task(DM_DEVICE_INFO, dev);
	struct dm_info info;
	int error = -ENODEV;

	if (dm_task_run(t) && dm_task_get_info(t, &info) && info.exists) {
		dev->major = info.major;
		dev->minor = info.minor;
		error = 0;
	}
	dm_task_destroy(t);
	return error;
}

int dm_open(const struct dm_device *dev, int flags)
{
	char path[32];
	int fd;

	snprintf(path, sizeof(path), "/dev/dm-%u", dev->minor);
	fd = open(path, flags | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	return fd;
}

int dm_create(struct dm_device *dev, const char *name, u64 sectors, const char *target,
	      const char *params)
{
	struct dm_task *t;
	int error;

	snprintf(dev->name, sizeof(dev->name), "%s", name);
	t = task(DM_DEVICE_CREATE, dev);
	dm_task_add_target(t, 0, sectors, target, params);
	error = run_locked(t);
	return error ? error : find_out(dev);
}

int dm_remove(const struct dm_device *dev)
{
	struct dm_task *t = task(DM_DEVICE_REMOVE, dev);

	dm_task_retry_remove(t);
	return run_locked(t);
}

int dm_reload(const struct dm_device *dev, u64 sectors, const char *target, const char *params)
{
	struct dm_task *t = task(DM_DEVICE_RELOAD, dev);

	dm_task_add_target(t, 0, sectors, target, params);
	return run_locked(t);
}

int dm_suspend(const struct dm_device *dev, bool noflush)
{
	struct dm_task *t = task(DM_DEVICE_SUSPEND, dev);

	if (noflush)
		dm_task_no_flush(t);
	return run(t);
}

int dm_resume(const struct dm_device *dev)
{
	return run_locked(task(DM_DEVICE_RESUME, dev));
}

int dm_message(const struct dm_device *dev, char *answer, size_t size, const char *format, ...)
{
	struct dm_task *t = task(DM_DEVICE_TARGET_MSG, dev);
	const char *response = NULL;
	char text[128];
	va_list args;
	int error = 0;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	dm_task_set_sector(t, 0);
	dm_task_set_message(t, text);
	if (!dm_task_run(t))
		error = -dm_task_get_errno(t);
	else
		response = dm_task_get_message_response(t);
	if (answer)
		snprintf(answer, size, "%s", response ? response : "");
	dm_task_destroy(t);
	return error;
}

int dm_status(const struct dm_device *dev, bool table, char *params, size_t size)
{
	struct dm_task *t = task(table ? DM_DEVICE_TABLE : DM_DEVICE_STATUS, dev);
	char *type = NULL, *found = NULL;
	uint64_t start, length;
	int error = 0;

	if (!table)
		dm_task_no_flush(t);
	if (!dm_task_run(t))
		error = -dm_task_get_errno(t);
	else
		dm_get_next_target(t, NULL, &start, &length, &type, &found);
	snprintf(params, size, "%s", found ? found : "");
	dm_task_destroy(t);
	return error;
}
