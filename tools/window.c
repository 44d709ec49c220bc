// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <libdevmapper.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <linux/kernel.h>

#include "interrupt.h"
#include "say.h"
#include "window.h"

#ifndef PR_SET_IO_FLUSHER
#define PR_SET_IO_FLUSHER 57
#endif

/* What libdevmapper and the C library take for themselves. */
#define HEAP_OF_LIBRARIES	(4 << 20)

static struct dm_task *new_task(int type, const char *name)
{
	struct dm_task *task = dm_task_create(type);

	if (!task || dm_task_set_name(task, name))
		return task;
	dm_task_destroy(task);
	return NULL;
}

/* Runs and destroys it. */
static int run_task(struct dm_task *task)
{
	int error = 0;

	if (!task)
		return -ENOMEM;
	if (!dm_task_run(task))
		error = dm_task_get_errno(task) ? -dm_task_get_errno(task) : -EINVAL;
	dm_task_destroy(task);
	return error;
}

/*
 * State
 */

int window_state(const char *name, struct window_state *state)
{
	struct dm_task *task = new_task(DM_DEVICE_INFO, name);
	struct dm_info info = { 0 };
	int r = 0;

	if (!task)
		return -ENOMEM;
	if (!dm_task_run(task))
		r = -dm_task_get_errno(task);
	else if (!dm_task_get_info(task, &info) || !info.exists)
		r = -ENXIO;
	dm_task_destroy(task);
	state->suspended = info.suspended;
	state->inactive = info.inactive_table;
	return r;
}

int window_lock(const char *name)
{
	char path[DM_NAME_SIZE + 32];
	int fd;

	snprintf(path, sizeof(path), "/run/remapsetup-%s.lock", name);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		return fail_errno(errno, "%s: the lock %s cannot be made; nothing was changed", name,
				  path);
	if (!flock(fd, LOCK_EX | LOCK_NB))
		return OK;	/* held until the process ends */
	close(fd);
	return fail(BUSY, "%s: another remapsetup is changing it at the moment; nothing was changed",
		    name);
}

int window_refuse(const char *name)
{
	struct window_state state;
	int r = window_state(name, &state);

	if (r)
		return fail_errno(r, "%s: its state cannot be read; nothing was changed", name);
	if (state.inactive)
		return fail(BUSY, "%s: a table is loaded that its next resume would take. Nothing was changed; 'dmsetup clear %s' drops it, 'dmsetup table --inactive %s' shows it",
			    name, name, name);
	if (state.suspended)
		return fail(BUSY, "%s is suspended, and not by remapsetup, which leaves it so. Nothing was changed; 'dmsetup resume %s' ends that",
			    name, name);
	return OK;
}

/*
 * The window
 */

/* Memory from the heap stays there, and is there: no page is asked for later. */
static int lock_memory(size_t reserve)
{
	void *heap;

	mallopt(M_MMAP_MAX, 0);
	mallopt(M_TRIM_THRESHOLD, -1);
	if (mlockall(MCL_CURRENT | MCL_FUTURE))
		return fail_errno(errno, "the memory of this process cannot be locked; nothing was changed");
	/* the kernel must not write to the device for want of memory on our behalf either */
	prctl(PR_SET_IO_FLUSHER, 1, 0, 0, 0);
	heap = malloc(reserve + HEAP_OF_LIBRARIES);
	if (!heap) {
		munlockall();
		return no_memory();
	}
	/* not optimised away: the pages are the point */
	explicit_bzero(heap, reserve + HEAP_OF_LIBRARIES);
	free(heap);
	return OK;
}

/*
 * Who is killed for want of memory while the device is suspended leaves it so, and with the root
 * file system nobody could end that.
 */
static void outlive(char *before, size_t size)
{
	int fd = open("/proc/self/oom_score_adj", O_RDWR | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : pread(fd, before, size - 1, 0);

	before[max(n, (ssize_t)0)] = '\0';
	if (n > 0 && pwrite(fd, "-1000", 5, 0) != 5)
		before[0] = '\0';
	if (fd >= 0)
		close(fd);
}

static void outlive_no_more(const char *before)
{
	int fd = before[0] ? open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC) : -1;

	if (fd < 0)
		return;
	if (write(fd, before, strlen(before)) < 0)
		warn("this process is not killed any more when memory runs out");
	close(fd);
}

static void unlock_memory(void)
{
	prctl(PR_SET_IO_FLUSHER, 0, 0, 0, 0);
	munlockall();
}

static bool prepare(struct window *w, const char *name)
{
	w->suspend = new_task(DM_DEVICE_SUSPEND, name);
	w->resume = new_task(DM_DEVICE_RESUME, name);
	w->again = new_task(DM_DEVICE_RESUME, name);
	/* a frozen file system would have to be thawed by whoever resumes, also if that is not us */
	return w->suspend && w->resume && w->again && dm_task_skip_lockfs(w->suspend) &&
	       dm_task_set_cookie(w->resume, &w->cookie, 0);
}

static void forget(struct dm_task **task)
{
	if (*task)
		dm_task_destroy(*task);
	*task = NULL;
}

static void forget_all(struct window *w)
{
	forget(&w->suspend);
	forget(&w->resume);
	forget(&w->again);
}

int window_open(struct window *w, const char *name, size_t reserve)
{
	int r = window_refuse(name);

	memset(w, 0, sizeof(*w));
	if (!r)
		r = lock_memory(reserve);
	if (r)
		return r;
	if (!prepare(w, name)) {
		forget_all(w);
		unlock_memory();
		return no_memory();
	}
	outlive(w->oom_score, sizeof(w->oom_score));
	fflush(stdout);
	interrupt_hold(&w->signals);
	w->words = say_verbose;
	say_verbose = false;
	return OK;
}

static int send(struct dm_task **task)
{
	int r = run_task(*task);

	*task = NULL;
	return r;
}

int window_suspend(struct window *w)
{
	return send(&w->suspend);
}

/*
 * A new table that device-mapper cannot put in the place of the old one is dropped, and the device
 * stays suspended: then the old one goes on, and the caller sees by its state that it does.
 */
int window_resume(struct window *w)
{
	return send(&w->resume) ? send(&w->again) : 0;
}

int window_say_stuck(const char *name, int error)
{
	return fail_errno(error, "%s cannot be resumed: all I/O to it waits; see dmesg, and try 'dmsetup resume %s'",
			  name, name);
}

int window_end(const char *name)
{
	struct dm_task *task = new_task(DM_DEVICE_RESUME, name);
	unsigned int cookie = 0;
	int r;

	if (!task || !dm_task_set_cookie(task, &cookie, 0)) {
		forget(&task);
		return -ENOMEM;
	}
	r = run_task(task);
	dm_udev_wait(cookie);
	return r;
}

void window_close(struct window *w)
{
	/* one that was not sent will not be answered */
	if (w->resume && w->cookie)
		dm_udev_complete(w->cookie);
	if (w->cookie)
		dm_udev_wait(w->cookie);
	forget_all(w);
	unlock_memory();
	outlive_no_more(w->oom_score);
	say_verbose = w->words;
	interrupt_release(&w->signals);
}

/*
 * Tables
 */

static int load(const char *name, u64 sectors, const char *type, const char *params)
{
	struct dm_task *task = new_task(DM_DEVICE_RELOAD, name);

	if (task && !dm_task_add_target(task, 0, sectors, type, params)) {
		dm_task_destroy(task);
		return -ENOMEM;
	}
	return run_task(task);
}

int window_load(const char *name, u64 sectors, const char *params)
{
	return load(name, sectors, "remap", params);
}

int window_load_error(const char *name, u64 sectors)
{
	return load(name, sectors, "error", "");
}

int window_clear(const char *name)
{
	return run_task(new_task(DM_DEVICE_CLEAR, name));
}

char *window_table(const char *name, bool inactive)
{
	struct dm_task *task = new_task(DM_DEVICE_TABLE, name);
	char *target = NULL, *params = NULL, *copy = NULL;
	uint64_t start, length;

	if (!task)
		return NULL;
	if ((!inactive || dm_task_query_inactive_table(task)) && dm_task_run(task)) {
		dm_get_next_target(task, NULL, &start, &length, &target, &params);
		if (target && params && !strcmp(target, "remap"))
			copy = strdup(params);
	}
	dm_task_destroy(task);
	return copy;
}

bool window_names_main(const char *table, dev_t number)
{
	unsigned int a, b;

	return table && sscanf(table, "%u:%u", &a, &b) == 2 && makedev(a, b) == number;
}

bool window_names_spare(const char *table, dev_t number)
{
	unsigned int a, b;

	return table && sscanf(table, "%*u:%*u %*u %u:%u", &a, &b) == 2 && makedev(a, b) == number;
}
