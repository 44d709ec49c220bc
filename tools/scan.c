// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/kernel.h>

#include "clock.h"
#include "device.h"
#include "dm.h"
#include "klog.h"
#include "progress.h"
#include "sysfs.h"
#include "table.h"
#include "verb.h"

struct scan {
	const struct call *call;
	struct remap_status status;
	char path[256];
};

static bool figure(const struct scan *s, const char *file, u64 *value)
{
	char path[64];

	snprintf(path, sizeof(path), "dm_remap/scan/%s", file);
	return sysfs_number(s->status.number, path, value);
}

static u64 figure_or_zero(const struct scan *s, const char *file)
{
	u64 value = 0;

	figure(s, file, &value);
	return value;
}

static bool text(const struct scan *s, const char *file, char *to, size_t size)
{
	char path[64];

	snprintf(path, sizeof(path), "dm_remap/scan/%s", file);
	return sysfs_text(s->status.number, path, to, size);
}

/*
 * Status
 */

enum {
	NAME, STATE, PROGRESS, POSITION, ETA_SECONDS, RATE_KBPS, LATE, PASSES, LAST_START,
	LAST_COMPLETE, IO_ERRORS, SLOW_BLOCKS, UNREAD_BLOCKS, PREDICTIVE_REMAPS, HEALTH_SCORE,
	SPARE_DAYS_LEFT
};

static const struct column columns[] = {
	[NAME] = { "NAME" },
	[STATE] = { "STATE" },
	[PROGRESS] = { "PROGRESS", COLUMN_NUMBER },
	[POSITION] = { "POSITION", COLUMN_NUMBER },
	[ETA_SECONDS] = { "ETA_SECONDS", COLUMN_NUMBER },
	[RATE_KBPS] = { "RATE_KBPS", COLUMN_NUMBER },
	[LATE] = { "LATE", COLUMN_BOOLEAN },
	[PASSES] = { "PASSES", COLUMN_NUMBER },
	[LAST_START] = { "LAST_START", COLUMN_NUMBER },
	[LAST_COMPLETE] = { "LAST_COMPLETE", COLUMN_NUMBER },
	[IO_ERRORS] = { "IO_ERRORS", COLUMN_NUMBER },
	[SLOW_BLOCKS] = { "SLOW_BLOCKS", COLUMN_NUMBER },
	[UNREAD_BLOCKS] = { "UNREAD_BLOCKS", COLUMN_NUMBER },
	[PREDICTIVE_REMAPS] = { "PREDICTIVE_REMAPS", COLUMN_NUMBER },
	[HEALTH_SCORE] = { "HEALTH_SCORE", COLUMN_NUMBER },
	[SPARE_DAYS_LEFT] = { "SPARE_DAYS_LEFT", COLUMN_NUMBER },
};

/* The files have the names of the columns, in small letters. */
static void fill(const struct scan *s, struct table *t)
{
	char file[32], value[64];
	unsigned int i, j;

	table_line(t);
	table_set(t, NAME, "%s", s->status.name);
	for (i = STATE; i < ARRAY_SIZE(columns); i++) {
		for (j = 0; columns[i].name[j]; j++)
			file[j] = columns[i].name[j] == '_' ? '_' : columns[i].name[j] | 0x20;
		file[j] = '\0';
		/* what is "unknown" is no number: null */
		if (text(s, file, value, sizeof(value)) && strcmp(value, "unknown"))
			table_set(t, i, "%s", value);
	}
}

static int show(const struct scan *s)
{
	struct table *t;
	int r = table_new("scans", columns, ARRAY_SIZE(columns), s->call, true, &t);

	if (!r) {
		fill(s, t);
		r = given(s->call, OPT_OUTPUT) ? table_print(t) : table_print_sheet(t);
	}
	table_free(t);
	return r;
}

/*
 * Waiting
 */

/* Of all areas; sysfs tells how far, but not how far it is to go. */
static u64 pass_bytes(const struct scan *s)
{
	u64 at, all = 0;
	char *reply, *line;

	if (dm_message(s->status.name, "scan status", &reply) || !reply)
		return 0;
	line = strstr(reply, "position: ");
	if (line && sscanf(line, "position: %llu of %llu MiB", &at, &all) != 2)
		all = 0;
	free(reply);
	return all << 20;
}

static void measure(const struct scan *s, u64 began, struct progress *p)
{
	u64 eta, all;

	p->done = figure_or_zero(s, "position") << 9;
	all = pass_bytes(s);
	if (all)
		p->all = all;
	/* told in whole MiB: the last one counts */
	p->all = max(p->all, p->done);
	p->speed = figure_or_zero(s, "rate_kbps") << 10;
	p->eta_ms = figure(s, "eta_seconds", &eta) ? eta * 1000 : PROGRESS_UNKNOWN;
	p->time_ms = now_ms() - began;
}

static void tell(const struct scan *s, const struct progress *p)
{
	if (given(s->call, OPT_PROGRESS_JSON))
		progress_json(stdout, p);
	else
		progress_line(stdout, p, isatty(STDOUT_FILENO));
}

static int say_finished(const struct scan *s, u64 errors, struct progress *p)
{
	char time[32];

	p->done = p->all;
	p->eta_ms = 0;
	if (given(s->call, OPT_PROGRESS_JSON)) {
		progress_json(stdout, p);
		return OK;
	}
	if (isatty(STDOUT_FILENO))
		printf("\33[2K\r");
	printf("Finished, time %s, %llu read errors, health %llu of 100\n",
	       progress_time(p->time_ms, time, sizeof(time)),
	       figure_or_zero(s, "io_errors") - errors, figure_or_zero(s, "health_score"));
	return OK;
}

static int say_not_finished(const struct scan *s, const char *state)
{
	if (isatty(STDOUT_FILENO) && !given(s->call, OPT_PROGRESS_JSON))
		putchar('\n');
	if (!strcmp(state, "paused"))
		return fail(BUSY, "%s: the scan was paused; 'remapsetup scan resume %s' goes on",
			    s->status.name, s->status.name);
	if (!strcmp(state, "disabled"))
		return fail(BUSY, "%s: the scanner was disabled; the pass goes on when it is enabled",
			    s->status.name);
	return fail(BUSY, "%s: the scan was stopped before its end", s->status.name);
}

/*
 * A pass is over when their number grows. If it is neither that nor under way,
 * somebody stopped it; looked at twice, for it may just have ended.
 */
static int wait_for_end(const struct scan *s, u64 passes, u64 errors, u64 pause_ms)
{
	char state[32];
	struct progress p = { .device = s->path, .state = state };
	u64 began = now_ms(), told = 0, n;
	unsigned int idle = 0;

	while (true) {
		if (!text(s, "state", state, sizeof(state)) || !figure(s, "passes", &n))
			return fail(WRONG_DEVICE, "%s: the device was closed or suspended, or the scanner unloaded; a pass that was under way goes on when they are back",
				    s->status.name);
		measure(s, began, &p);
		if (n != passes)
			return say_finished(s, errors, &p);
		idle = !strcmp(state, "waiting") || !strcmp(state, "paused") ||
		       !strcmp(state, "disabled") ? idle + 1 : 0;
		if (idle > 2)
			return say_not_finished(s, state);
		if (pause_ms && !idle && p.time_ms >= told) {
			tell(s, &p);
			told = p.time_ms + pause_ms;
		}
		sleep_ms(200);
	}
}

/*
 * Actions
 */

static int send(const struct scan *s, const char *action)
{
	char message[32];
	struct klog log;
	int r;

	snprintf(message, sizeof(message), "scan %s", action);
	klog_begin(&log);
	r = dm_message(s->status.name, message, NULL);
	if (r) {
		klog_tell(&log, s->status.name);
		r = fail_errno(r, "%s: scan %s was refused", s->status.name, action);
	}
	klog_end(&log);
	return r;
}

static int act_and_wait(const struct scan *s, const char *action)
{
	u64 passes = figure_or_zero(s, "passes"), errors = figure_or_zero(s, "io_errors");
	unsigned long long seconds = 1;
	int r = option_number(s->call, OPT_PROGRESS_FREQUENCY, 0, 3600, &seconds);

	if (!r && action)
		r = send(s, action);
	if (r || !given(s->call, OPT_WAIT))
		return r;
	return wait_for_end(s, passes, errors, seconds * 1000);
}

static int find(struct scan *s, const char *name)
{
	char state[32];
	int r = dm_begin();

	if (!r)
		r = dm_read_status(name, &s->status);
	if (r)
		return r;
	name = s->status.name;
	r = dm_handshake(name);
	if (r)
		return r;
	snprintf(s->path, sizeof(s->path), "/dev/mapper/%s", name);
	if (s->status.suspended)
		return fail(BUSY, "%s is suspended: nothing is scanned until it is resumed", name);
	if (!text(s, "state", state, sizeof(state)))
		return fail(WRONG_DEVICE, "%s has no scanner: the module is not loaded. 'modprobe dm-remap-scanner' gives one to every device",
			    name);
	/* the scanner would take it, and begin nothing until somebody enables it */
	if (!strcmp(s->call->args[0], "start") && !strcmp(state, "disabled"))
		return fail(BUSY, "%s: the scanner is disabled, so no pass begins. 'dmsetup message %s 0 scan enabled 1' enables it",
			    name, name);
	return OK;
}

static int check_options(const struct call *call, bool can_wait)
{
	if (given(call, OPT_WAIT) && !can_wait)
		return fail(BAD_USE, "scan %s: there is nothing to wait for", call->args[0]);
	if ((given(call, OPT_PROGRESS_JSON) || given(call, OPT_PROGRESS_FREQUENCY)) &&
	    !given(call, OPT_WAIT))
		return fail(BAD_USE, "scan %s: progress is shown with --wait only", call->args[0]);
	return OK;
}

static int run(const struct call *call)
{
	static const char * const actions[] = { "status", "start", "resume", "pause", "stop" };
	struct scan s = { .call = call };
	unsigned int i;
	int r;

	for (i = 0; i < ARRAY_SIZE(actions) && strcmp(call->args[0], actions[i]); i++)
		;
	if (i == ARRAY_SIZE(actions))
		return fail(BAD_USE, "scan: '%s' is none of start, status, pause, resume and stop",
			    call->args[0]);
	r = check_options(call, i < 3);
	if (!r)
		r = find(&s, call->args[1]);
	if (r)
		return r;
	if (!i && !given(call, OPT_WAIT))
		return show(&s);
	return act_and_wait(&s, i ? actions[i] : NULL);
}

static const struct verb_option options[] = {
	{ OPT_WAIT, "wait until the pass is over (start, resume, status)" },
	{ OPT_PROGRESS_FREQUENCY, "tell how far it is every so many (1); 0: never" },
	{ OPT_PROGRESS_JSON, "tell it in JSON, a line each time" },
	{ OPT_JSON, "status as JSON" },
	{ OPT_OUTPUT, "these columns of status, e.g. STATE,PROGRESS" },
	{ OPT_NOHEADINGS, "without headings" },
	{ }
};

const struct verb verb_scan = {
	.name = "scan",
	.usage = "start|status|pause|resume|stop <name>",
	.summary = "look for bad and failing blocks",
	.details =
"start   begin a pass over the device now, or go on with one\n"
"status  how far it is, and how well the disk\n"
"pause   read nothing until resume or start\n"
"resume  go on\n"
"stop    end the pass; the next one begins when it is due\n"
"\n"
"The module dm-remap-scanner must be loaded. With --wait, the exit code is 5 if\n"
"the pass was stopped or paused before its end. The pass goes on when remapsetup\n"
"is interrupted. Slow blocks are looked at again for some minutes after everything\n"
"was read ('confirming'). Times are seconds since 1970.",
	.min_args = 2,
	.max_args = 2,
	.options = options,
	.run = run,
};
