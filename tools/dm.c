// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <libdevmapper.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <dm-remap/format.h>
#include <dm-remap/version.h>

#include "dm.h"
#include "handshake.h"
#include "interrupt.h"
#include "module_refused.h"
#include "say.h"

#define TARGET		"remap"
#define TARGET_MAJOR	1

/* What it says is for programmers: we have words of our own. */
static void quiet(int level, const char *file, int line, int error, const char *fmt, ...)
{
	va_list args;
	char *text;
	int r;

	if (!say_verbose || level > 4)
		return;
	va_start(args, fmt);
	r = vasprintf(&text, fmt, args);
	va_end(args);
	if (r < 0)
		return;
	verbose("libdevmapper: %s", text);
	free(text);
}

int dm_begin(void)
{
	dm_log_with_errno_init(quiet);
	if (geteuid())
		return fail(NO_PERMISSION, "only root can do this");
	if (access("/dev/mapper/control", F_OK) && access("/sys/class/misc/device-mapper", F_OK))
		return fail(WRONG_DEVICE, "the kernel has no device-mapper: load it with 'modprobe dm-mod'");
	return OK;
}

static struct dm_task *new_task(int type, const char *name)
{
	struct dm_task *task = dm_task_create(type);

	if (!task)
		return NULL;
	if (dm_task_set_name(task, name))
		return task;
	dm_task_destroy(task);
	return NULL;
}

/* Runs a task; it is destroyed unless it went well. */
static int run_task(struct dm_task *task)
{
	int error;

	if (dm_task_run(task))
		return 0;
	error = dm_task_get_errno(task);
	dm_task_destroy(task);
	return error ? -error : -EINVAL;
}

/*
 * The target
 */

static int say_no_target(void)
{
	struct utsname kernel;
	char why[512];

	if (uname(&kernel))
		return fail_errno(-errno, "the kernel does not say its release");
	module_refused_text(why, sizeof(why), "", kernel.release);
	return fail(WRONG_DEVICE, "the running kernel has no target \"remap\": %s. Nothing was changed",
		    why);
}

int dm_check_target(void)
{
	/* the kernel loads the module when asked for its version */
	struct dm_task *task = new_task(DM_DEVICE_GET_TARGET_VERSION, TARGET);
	struct dm_versions *v;
	u32 found = 0;

	if (!task)
		return no_memory();
	if (run_task(task))
		return say_no_target();
	v = dm_task_get_versions(task);
	if (v && !strcmp(v->name, TARGET))
		found = v->version[0];
	dm_task_destroy(task);
	if (found == TARGET_MAJOR)
		return OK;
	return fail(WRONG_DEVICE, "the kernel's target \"remap\" has version %u, this remapsetup knows %u: install the two of one release of dm-remap. Nothing was changed",
		    found, TARGET_MAJOR);
}

/*
 * Status
 */

bool dm_exists(const char *name)
{
	struct dm_task *task = new_task(DM_DEVICE_INFO, name);
	struct dm_info info = { 0 };

	if (!task || run_task(task))
		return false;
	dm_task_get_info(task, &info);
	dm_task_destroy(task);
	return info.exists;
}

static int parse_status(struct remap_status *s, const char *text)
{
	int n = sscanf(text, "%15s %31s %u %u/%u %u %llu %llu %llu %llu %llu %llu %llu",
		       s->mode, s->state, &s->block_size, &s->used, &s->total, &s->bad,
		       &s->remapped, &s->lost, &s->write_errors, &s->read_errors, &s->salvaged,
		       &s->rescued, &s->unconfirmed);

	return n == 13 && s->block_size ? 0 : -EPROTO;
}

static int parse_table(struct remap_status *s, const char *text)
{
	unsigned int a, b, c, d;
	const char *uuid = strstr(text, " uuid=");

	if (sscanf(text, "%u:%u %llu %u:%u %llu", &a, &b, &s->main_start, &c, &d,
		   &s->spare_start) != 6)
		return -EPROTO;
	s->main = makedev(a, b);
	s->spare = makedev(c, d);
	if (uuid)
		sscanf(uuid, " uuid=%36s", s->uuid);
	return 0;
}

/* One kind of status: STATUS or TABLE. The first target is the only one. */
static int read_lines(struct remap_status *s, int type,
		      int (*parse)(struct remap_status *s, const char *text))
{
	struct dm_task *task = new_task(type, s->name);
	char *target = NULL, *params = NULL;
	u64 start, length;
	struct dm_info info;
	int r;

	if (!task)
		return -ENOMEM;
	r = run_task(task);
	if (r)
		return r;
	dm_get_next_target(task, NULL, (uint64_t *)&start, (uint64_t *)&length, &target, &params);
	if (!dm_task_get_info(task, &info) || !info.exists) {
		r = -ENXIO;
	} else {
		s->number = makedev(info.major, info.minor);
		s->suspended = info.suspended;
		s->read_only = info.read_only;
		s->deferred = info.deferred_remove;
		s->open_count = info.open_count;
		s->event_nr = info.event_nr;
		s->sectors = length;
		r = !info.live_table ? -ENODATA :
		    target && !strcmp(target, TARGET) ? parse(s, params) : -EMEDIUMTYPE;
	}
	dm_task_destroy(task);
	return r;
}

int dm_try_status(const char *name, struct remap_status *status)
{
	const char *directory = "/dev/mapper/";
	int r;

	/* people type it either way */
	if (!strncmp(name, directory, strlen(directory)))
		name += strlen(directory);
	memset(status, 0, sizeof(*status));
	if (strlen(name) >= sizeof(status->name))
		return -ENXIO;
	snprintf(status->name, sizeof(status->name), "%s", name);
	r = read_lines(status, DM_DEVICE_STATUS, parse_status);
	return r ? r : read_lines(status, DM_DEVICE_TABLE, parse_table);
}

/* By the UUID that open gives. */
static bool is_ours(const char *name)
{
	struct dm_task *task = new_task(DM_DEVICE_INFO, name);
	const char *uuid;
	bool ours;

	if (!task || run_task(task))
		return false;
	uuid = dm_task_get_uuid(task);
	ours = uuid && !strncmp(uuid, "REMAP-", 6);
	dm_task_destroy(task);
	return ours;
}

static int refuse_status(const char *name, int r)
{
	switch (r) {
	case 0:
		return OK;
	case -ENXIO:
		return fail(WRONG_DEVICE, "%s is not active", name);
	case -EMEDIUMTYPE:
		if (is_ours(name))
			return fail(WRONG_DEVICE, "%s is open without its spare (open --degraded): it is read-only, what was moved to the spare reads as an error, and there is no more to tell or to do. Close it, and open it with its spare",
				    name);
		return fail(WRONG_DEVICE, "%s is a device of another kind than \"remap\"", name);
	case -ENODATA:
		return fail(WRONG_DEVICE, "%s has no table, and takes no I/O: it was not made to its end, or another program is just making it. No data is in it, and none is lost: 'remapsetup close %s' clears it away if it is of remapsetup, else 'dmsetup remove %s'",
			    name, name, name);
	case -EPROTO:
		return fail(WRONG_DEVICE, "%s: the module in the kernel describes it in a way that this remapsetup (%s) does not understand: install the two of one release of dm-remap",
			    name, DM_REMAP_VERSION);
	default:
		return fail_errno(r, "%s: its status cannot be read", name);
	}
}

int dm_read_status(const char *name, struct remap_status *status)
{
	int r = dm_try_status(name, status);

	return r ? refuse_status(r == -ENXIO ? name : status->name, r) : OK;
}

int dm_read_ours(const char *name, struct remap_status *status)
{
	int r = dm_try_status(name, status);

	if ((r == -EMEDIUMTYPE || r == -ENODATA) && is_ours(status->name))
		return OK;
	return r ? refuse_status(r == -ENXIO ? name : status->name, r) : OK;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char * const *)a, *(const char * const *)b);
}

/* The names of the list to @sorted, if there is one. Returns how many. */
static size_t take_names(struct dm_names *names, const char **sorted)
{
	size_t nr = 0;
	u32 next = 0;

	if (!names->dev)
		return 0;
	do {
		names = (void *)((char *)names + next);
		next = names->next;
		if (sorted)
			sorted[nr] = names->name;
		nr++;
	} while (next);
	return nr;
}

/* Older kernels, 5.10 for one, list them in no order. */
static int each_ours(struct dm_names *names, int (*each)(const char *name, void *context),
		     void *context)
{
	size_t nr = take_names(names, NULL), i;
	const char **sorted = calloc(nr + 1, sizeof(*sorted));
	struct remap_status status;
	int r = 0;

	if (!sorted)
		return no_memory();
	take_names(names, sorted);
	qsort(sorted, nr, sizeof(*sorted), by_name);
	for (i = 0; i < nr && !r; i++) {
		if (dm_try_status(sorted[i], &status) != -EMEDIUMTYPE && status.sectors)
			r = each(sorted[i], context);
	}
	free(sorted);
	return r;
}

int dm_each_remap(int (*each)(const char *name, void *context), void *context)
{
	struct dm_task *task = dm_task_create(DM_DEVICE_LIST);
	struct dm_names *names;
	int r;

	if (!task)
		return no_memory();
	r = run_task(task);
	if (r)
		return fail_errno(r, "the devices cannot be listed");
	names = dm_task_get_names(task);
	r = names ? each_ours(names, each, context) : 0;
	dm_task_destroy(task);
	return r;
}

/*
 * Messages
 */

int dm_message(const char *name, const char *message, char **reply)
{
	struct dm_task *task = new_task(DM_DEVICE_TARGET_MSG, name);
	const char *answer;
	int r;

	if (reply)
		*reply = NULL;
	if (!task)
		return -ENOMEM;
	if (!dm_task_set_sector(task, 0) || !dm_task_set_message(task, message)) {
		dm_task_destroy(task);
		return -ENOMEM;
	}
	r = run_task(task);
	if (r)
		return r;
	answer = dm_task_get_message_response(task);
	if (reply && answer)
		*reply = strdup(answer);
	dm_task_destroy(task);
	return reply && answer && !*reply ? -ENOMEM : 0;
}

int dm_handshake(const char *name)
{
	struct handshake shake;
	char *reply;
	int r = dm_message(name, "version", &reply);

	/* the module answers what it does not know in this way */
	if (r && r != -EINVAL)
		return fail_errno(r, "%s does not answer", name);
	if (r || !reply || !handshake_parse(reply, &shake)) {
		free(reply);
		return fail(WRONG_DEVICE, "%s: the module in the kernel does not say its version in a way that remapsetup %s understands: it is of another age. The device itself goes on. Close it, load the module of the same release (modprobe -r dm-remap-scanner dm-remap-core, or a reboot), open it again",
			    name, DM_REMAP_VERSION);
	}
	free(reply);
	if (shake.format > REMAP_FORMAT_VERSION)
		return fail(WRONG_DEVICE, "%s: the module in the kernel (%s) uses on-disk format %u, this remapsetup (%s) knows %u only: upgrade remapsetup. The device itself goes on",
			    name, shake.version, shake.format, DM_REMAP_VERSION,
			    REMAP_FORMAT_VERSION);
	if (strcmp(shake.version, DM_REMAP_VERSION))
		verbose("the module in the kernel is %s, remapsetup is %s", shake.version,
			DM_REMAP_VERSION);
	return OK;
}

/*
 * Life
 */

/* Runs and destroys it. @cookie is what to wait for until udev has made, or removed, the links. */
static int run_for_udev(struct dm_task *task, uint32_t *cookie)
{
	int r = 0;

	*cookie = 0;
	if (!dm_task_set_cookie(task, cookie, 0))
		r = -ENOMEM;
	else if (!dm_task_run(task))
		r = dm_task_get_errno(task) ? -dm_task_get_errno(task) : -EINVAL;
	dm_task_destroy(task);
	return r;
}

static int run_with_udev(struct dm_task *task)
{
	uint32_t cookie;
	int r = run_for_udev(task, &cookie);

	dm_udev_wait(cookie);
	return r;
}

static bool add_segments(struct dm_task *task, const struct dm_line *line)
{
	char params[64];
	size_t i;

	for (i = 0; i < line->nr; i++) {
		const struct dm_segment *s = &line->segments[i];
		bool error = s->main == DM_ERROR;

		snprintf(params, sizeof(params), "%u:%u %llu", major(line->main),
			 minor(line->main), s->main);
		if (!dm_task_add_target(task, s->start, s->sectors, error ? "error" : "linear",
					error ? "" : params))
			return false;
	}
	return true;
}

static bool describe(struct dm_task *task, const struct dm_line *line)
{
	return dm_task_set_uuid(task, line->uuid) &&
	       dm_task_set_add_node(task, DM_ADD_NODE_ON_CREATE) &&
	       (!line->read_only || dm_task_set_ro(task)) &&
	       (line->segments ? add_segments(task, line) :
		dm_task_add_target(task, 0, line->sectors, TARGET, line->params));
}

/*
 * Libdevmapper takes back what it could not complete. What it left all the same would stand in the
 * way of the next attempt; but the name may belong to somebody who was faster.
 */
static bool is_leftover(const struct dm_line *line)
{
	struct dm_task *task = new_task(DM_DEVICE_INFO, line->name);
	struct dm_info info = { 0 };
	const char *uuid;
	bool ours;

	if (!task || run_task(task))
		return false;
	uuid = dm_task_get_uuid(task);
	ours = dm_task_get_info(task, &info) && info.exists && uuid && !strcmp(uuid, line->uuid) &&
	       (!info.live_table || info.suspended);
	dm_task_destroy(task);
	return ours;
}

int dm_create(const struct dm_line *line)
{
	struct dm_task *task = new_task(DM_DEVICE_CREATE, line->name);
	uint32_t cookie;
	sigset_t signals;
	int r;

	if (!task)
		return -ENOMEM;
	if (!describe(task, line)) {
		dm_task_destroy(task);
		return -ENOMEM;
	}
	/* made, loaded, resumed: who ends in between leaves a device without a table */
	interrupt_hold(&signals);
	r = run_for_udev(task, &cookie);
	if (r) {
		dm_udev_wait(cookie);
		if (is_leftover(line))
			dm_remove(line->name, false);
	}
	interrupt_release(&signals);
	if (!r)
		dm_udev_wait(cookie);
	return r;
}

/* Without udev libdevmapper takes the node away, though the device goes on. */
static void restore_node(const char *name)
{
	struct dm_task *task = new_task(DM_DEVICE_MKNODES, name);

	if (task && !run_task(task))
		dm_task_destroy(task);
}

int dm_remove(const char *name, bool deferred)
{
	struct dm_task *task = new_task(DM_DEVICE_REMOVE, name);
	int r;

	if (!task)
		return -ENOMEM;
	/* udev may look at the device for a moment */
	if (!dm_task_retry_remove(task) || (deferred && !dm_task_deferred_remove(task))) {
		dm_task_destroy(task);
		return -ENOMEM;
	}
	r = run_with_udev(task);
	if (!r && deferred && dm_exists(name))
		restore_node(name);
	return r;
}
