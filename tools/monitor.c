// SPDX-License-Identifier: GPL-2.0-only
/*
 * monitor: one process for all devices. Device-mapper wakes it by an event of any of
 * its devices; then, and from time to time, it looks at all of ours and compares with the
 * last look. So nothing is missed for long, whatever the kernel tells or does not.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <linux/dm-ioctl.h>
#include <linux/kernel.h>

#include "keep.h"
#include "notify.h"
#include "verb.h"

#define MAIL_PAUSE	3600	/* between two mails of a kind about a device */
#define BACKUP_PAUSE	5	/* between two backups of a map: a burst of changes has one */

/**
 * struct watched - a device
 * @last: how it was at the last look
 * @here: it was there at this one
 * @mailed: when the last mail of a kind was sent; 0: never
 * @held: mails held back since then
 * @waiting: the last of them
 * @backup_due: the map may have changed since the last backup
 * @backed_up: when the last one was tried
 * @backup_pause: seconds to the next one: more while they fail
 */
struct watched {
	struct watched *next;
	struct snapshot last;
	bool here;
	time_t mailed[EVENT_KINDS];
	unsigned int held[EVENT_KINDS];
	struct event waiting[EVENT_KINDS];
	bool backup_due;
	time_t backed_up;
	unsigned int backup_pause;
};

struct monitor {
	const struct call *call;
	struct notify notify;
	const char *backup_dir;
	unsigned long long delay, keep;
	struct watched *devices;
	int control;
};

static volatile sig_atomic_t ended;

static void end(int signal)
{
	ended = 1;
}

static time_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_BOOTTIME, &t);
	return t.tv_sec + MAIL_PAUSE + 1;	/* 0 is never */
}

/*
 * Events
 */

static void mail(struct monitor *m, struct watched *w, const struct event *e)
{
	unsigned int *held = &w->held[e->kind];

	if (w->mailed[e->kind] && now() < w->mailed[e->kind] + MAIL_PAUSE) {
		++*held;
		w->waiting[e->kind] = *e;
		return;
	}
	notify_mail(&m->notify, &w->last, e, *held ? *held + 1 : 0);
	*held = 0;
	w->mailed[e->kind] = now();
}

/* What was held back is not forgotten. */
static void mail_waiting(struct monitor *m, struct watched *w)
{
	int kind;

	for (kind = 0; kind < EVENT_KINDS; kind++) {
		if (!w->held[kind] || now() < w->mailed[kind] + MAIL_PAUSE)
			continue;
		notify_mail(&m->notify, &w->last, &w->waiting[kind], w->held[kind]);
		w->held[kind] = 0;
		w->mailed[kind] = now();
	}
}

static void tell(struct monitor *m, struct watched *w, const struct event *e)
{
	notify_event(&m->notify, &w->last, e);
	if (e->bad && m->notify.mail)
		mail(m, w, e);
}

static void tell_all(struct monitor *m, struct watched *w, const struct snapshot *old,
		     const struct snapshot *new)
{
	struct event events[EVENT_KINDS];
	size_t nr = events_between(old, new, events), i;

	for (i = 0; i < nr; i++)
		tell(m, w, &events[i]);
}

static void test(struct monitor *m, struct watched *w)
{
	struct event e;

	event_test(&w->last, &e);
	tell(m, w, &e);
}

/*
 * Devices
 */

static struct watched *find(struct monitor *m, const char *name)
{
	struct watched *w;

	for (w = m->devices; w; w = w->next)
		if (!strcmp(w->last.status.name, name))
			return w;
	return NULL;
}

static void appear(struct monitor *m, struct watched *w, const struct snapshot *s)
{
	w->last = *s;
	snapshot_read_spare(&w->last);
	w->backup_due = true;
	tell_all(m, w, NULL, &w->last);
	if (given(m->call, OPT_TEST))
		test(m, w);
}

/* Another spare or main device, or more of it: an exchange of the table raises no event. */
static bool is_exchanged(const struct remap_status *old, const struct remap_status *new)
{
	return new->main != old->main || new->main_start != old->main_start ||
	       new->spare != old->spare || new->spare_start != old->spare_start ||
	       new->sectors != old->sectors;
}

static void compare(struct monitor *m, struct watched *w, struct snapshot *s)
{
	struct snapshot old = w->last;
	bool exchanged = is_exchanged(&old.status, &s->status);

	/* the spare says what the new table is about when that is resumed */
	if (exchanged && s->status.suspended)
		return;
	snapshot_carry(s, &old);
	s->given_up = old.given_up;
	if (s->status.event_nr != old.status.event_nr || exchanged) {
		snapshot_read_spare(s);
		w->backup_due = true;
	}
	w->last = *s;
	tell_all(m, w, &old, s);
}

/* One that was closed and opened as another is another. */
static bool is_same(const struct watched *w, const struct snapshot *s)
{
	return w && w->last.status.number == s->status.number &&
	       !strcmp(w->last.status.uuid, s->status.uuid);
}

static void forget(struct monitor *m, struct watched *w)
{
	struct watched **at = &m->devices;

	tell_all(m, w, &w->last, NULL);
	while (*at != w)
		at = &(*at)->next;
	*at = w->next;
	free(w);
}

static int look(const char *name, void *context)
{
	struct monitor *m = context;
	struct watched *w = find(m, name);
	struct snapshot s = { 0 };

	/* it may just be going */
	if (dm_try_status(name, &s.status))
		return OK;
	snapshot_fill(&s);
	if (w && !is_same(w, &s)) {
		forget(m, w);
		w = NULL;
	}
	if (w) {
		w->here = true;
		compare(m, w, &s);
		return OK;
	}
	w = calloc(1, sizeof(*w));
	if (!w)
		return no_memory();
	w->here = true;
	w->next = m->devices;
	m->devices = w;
	appear(m, w, &s);
	return OK;
}

/* Seconds until a backup may be tried; 0: now. */
static unsigned int backup_wait(const struct watched *w)
{
	time_t next = w->backed_up + w->backup_pause;

	return w->backed_up && now() < next ? next - now() : 0;
}

/* A spare that does not answer, or a directory that is full, is told of less and less often. */
static void back_up(struct monitor *m, struct watched *w)
{
	if (!m->backup_dir || !w->backup_due || backup_wait(w))
		return;
	w->backup_due = keep_backup(&w->last, m->backup_dir, m->keep);
	w->backed_up = now();
	w->backup_pause = w->backup_due ? min(2 * max(w->backup_pause, BACKUP_PAUSE + 0U), 3600U) :
			  BACKUP_PAUSE;
}

static int look_at_all(struct monitor *m)
{
	struct watched *w, *next;
	int r;

	for (w = m->devices; w; w = w->next)
		w->here = false;
	r = dm_each_remap(look, m);
	if (r)
		return r;
	for (w = m->devices; w; w = next) {
		next = w->next;
		if (!w->here) {
			forget(m, w);
			continue;
		}
		back_up(m, w);
		mail_waiting(m, w);
	}
	return OK;
}

/*
 * Waiting
 */

/* Device-mapper of Linux before 4.13 cannot: then looking from time to time has to do. */
static void arm(const struct monitor *m)
{
	struct dm_ioctl io = { .version = { 4, 37, 0 }, .data_size = sizeof(io) };

	if (m->control >= 0 && ioctl(m->control, DM_DEV_ARM_POLL, &io))
		verbose("the kernel does not tell of events: looking every %llu seconds", m->delay);
}

static unsigned long long pause_of(const struct monitor *m)
{
	unsigned long long pause = m->delay;
	const struct watched *w;

	for (w = m->devices; w; w = w->next)
		if (m->backup_dir && w->backup_due)
			pause = min(pause, backup_wait(w) + 1ULL);
	return pause;
}

static void wait_for_news(const struct monitor *m, const sigset_t *signals)
{
	struct pollfd fd = { .fd = m->control, .events = POLLIN };
	struct timespec timeout = { .tv_sec = pause_of(m) };

	ppoll(&fd, 1, &timeout, signals);
}

static int watch(struct monitor *m)
{
	struct sigaction action = { .sa_handler = end };
	sigset_t blocked, before;
	int r;

	sigemptyset(&blocked);
	sigaddset(&blocked, SIGTERM);
	sigaddset(&blocked, SIGINT);
	sigprocmask(SIG_BLOCK, &blocked, &before);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
	m->control = open("/dev/mapper/control", O_RDWR | O_CLOEXEC);
	do {
		/* armed before looking: what happens from here on wakes */
		arm(m);
		r = look_at_all(m);
		if (!r && !ended)
			wait_for_news(m, &before);
	} while (!r && !ended);
	if (m->control >= 0)
		close(m->control);
	return r;
}

/*
 * Verb
 */

static int check_directory(const char *path)
{
	struct stat st;

	if (!path || (!stat(path, &st) && S_ISDIR(st.st_mode) && !access(path, W_OK)))
		return OK;
	return fail(BAD_USE, "%s is not a directory that can be written: backups need one", path);
}

static int check_program(const char *path)
{
	if (!path || (path[0] == '/' && !access(path, X_OK)))
		return OK;
	return fail(BAD_USE, "%s is not the full path of a program", path);
}

static int prepare(struct monitor *m)
{
	const struct call *call = m->call;
	int r = option_number(call, OPT_DELAY, 1, 86400, &m->delay);

	if (!r)
		r = option_number(call, OPT_BACKUP_KEEP, 1, 100000, &m->keep);
	if (!r && m->notify.mail)
		r = notify_check_address(m->notify.mail);
	if (!r)
		r = check_program(m->notify.program);
	if (!r)
		r = check_directory(m->backup_dir);
	return r ? r : dm_begin();
}

static int run(const struct call *call)
{
	struct monitor m = {
		.call = call,
		.notify = {
			.mail = call->value[OPT_MAIL],
			.program = call->value[OPT_PROGRAM],
			.directory = given(call, OPT_EVENT_DIR) ? call->value[OPT_EVENT_DIR] :
				     "/etc/dm-remap/event.d",
			/* as a service its output would come to the journal a second time */
			.print = !getenv("JOURNAL_STREAM"),
		},
		.backup_dir = call->value[OPT_BACKUP_DIR],
		.delay = 60,
		.keep = 10,
	};
	struct watched *w;
	int r = prepare(&m);

	if (!r)
		r = given(call, OPT_ONESHOT) ? look_at_all(&m) : watch(&m);
	while ((w = m.devices)) {
		m.devices = w->next;
		free(w);
	}
	return r;
}

static const struct verb_option options[] = {
	{ OPT_MAIL, "mail bad events there, through sendmail" },
	{ OPT_PROGRAM, "call this for each event: EVENT DEVICE [COMPONENT]" },
	{ OPT_EVENT_DIR, "and all programs there (/etc/dm-remap/event.d)" },
	{ OPT_ONESHOT, "look once, and tell what is wrong" },
	{ OPT_TEST, "send a TestMessage for each device at first" },
	{ OPT_DELAY, "look that often, besides at each event (60)" },
	{ OPT_BACKUP_DIR, "write a backup there when a map has changed" },
	{ OPT_BACKUP_KEEP, "keep so many of each spare (10)" },
	{ }
};

const struct verb verb_monitor = {
	.name = "monitor",
	.usage = "",
	.summary = "watch all devices, and tell when something happens",
	.details =
"Watches all devices, those to come included, until it is ended. Each event is a\n"
"line on standard output, and one in the journal, or syslog:\n"
"  DeviceAppeared DeviceGone RemapAdded DataLostCleared ScanStarted ScanFinished\n"
"  StateNormal; and the bad ones, which are mailed as well: SpareLow SpareFull\n"
"  DataLost MetadataDegraded ModeChanged Unreachable WriteDead Storm HealthLow\n"
"  TestMessage\n"
"What is wrong with a device when it is first seen, is an event too, so that\n"
"--oneshot once a day is a reminder. A kind of event is mailed once an hour for\n"
"each device.",
	.min_args = 0,
	.max_args = 0,
	.options = options,
	.run = run,
};
