// SPDX-License-Identifier: GPL-2.0-only
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "notify.h"
#include "run_program.h"
#include "say.h"

#define JOURNAL	"/run/systemd/journal/socket"

static const char *device_of(const struct snapshot *s, char *path, size_t size)
{
	snprintf(path, size, "/dev/mapper/%s", s->status.name);
	return path;
}

/*
 * Journal, or syslog
 */

/* A field is a line; a name with a newline in it would be another field. */
static void put_field(FILE *f, const char *key, const char *value)
{
	fprintf(f, "%s=", key);
	for (; *value; value++)
		fputc((unsigned char)*value < ' ' ? ' ' : *value, f);
	fputc('\n', f);
}

static void put_fields(FILE *f, const struct snapshot *s, const struct event *e)
{
	char path[160], message[512];

	snprintf(message, sizeof(message), "%s: %s: %s", s->status.name, event_name(e->kind),
		 e->text);
	put_field(f, "MESSAGE", message);
	put_field(f, "PRIORITY", e->bad ? "3" : "5");
	put_field(f, "SYSLOG_IDENTIFIER", "remapsetup");
	put_field(f, "DM_REMAP_EVENT", event_name(e->kind));
	put_field(f, "DM_REMAP_DEVICE", device_of(s, path, sizeof(path)));
	put_field(f, "DM_REMAP_UUID", s->status.uuid);
	if (e->component[0])
		put_field(f, "DM_REMAP_COMPONENT", e->component);
}

static bool send_to_journal(const char *record, size_t size)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX, .sun_path = JOURNAL };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool sent;

	if (fd < 0)
		return false;
	sent = sendto(fd, record, size, MSG_NOSIGNAL | MSG_DONTWAIT, (struct sockaddr *)&to,
		      sizeof(to)) == (ssize_t)size;
	close(fd);
	return sent;
}

static bool tell_journal(const struct snapshot *s, const struct event *e)
{
	char *record = NULL;
	size_t size = 0;
	FILE *f = open_memstream(&record, &size);
	bool sent = false;

	if (!f)
		return false;
	put_fields(f, s, e);
	if (!fclose(f))
		sent = send_to_journal(record, size);
	free(record);
	return sent;
}

static void tell_syslog(const struct snapshot *s, const struct event *e)
{
	openlog("remapsetup", LOG_PID, LOG_DAEMON);
	syslog(e->bad ? LOG_ERR : LOG_NOTICE, "%s: %s: %s", s->status.name, event_name(e->kind),
	       e->text);
	closelog();
}

/*
 * Programs
 */

static void describe(const struct snapshot *s, const struct event *e)
{
	char path[160];

	setenv("DM_REMAP_EVENT", event_name(e->kind), 1);
	setenv("DM_REMAP_DEVICE", device_of(s, path, sizeof(path)), 1);
	setenv("DM_REMAP_COMPONENT", e->component, 1);
	setenv("DM_REMAP_UUID", s->status.uuid, 1);
	setenv("DM_REMAP_MESSAGE", e->text, 1);
	setenv("DM_REMAP_BAD", e->bad ? "1" : "0", 1);
}

static void call_program(const char *program, const struct snapshot *s, const struct event *e)
{
	char path[160];
	const char *args[] = { program, event_name(e->kind), device_of(s, path, sizeof(path)),
			       e->component[0] ? e->component : NULL, NULL };

	describe(s, e);
	run_program(args, NULL, 0);
}

/* Names as run-parts takes them: no backups of editors, nothing that a package left. */
static int is_part(const struct dirent *entry)
{
	const char *c = entry->d_name;

	while ((*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') || (*c >= '0' && *c <= '9') ||
	       *c == '_' || *c == '-')
		c++;
	return !*c;
}

/* Whoever may write it, would be root through us. */
static bool is_trusted(const char *path)
{
	struct stat st;

	if (stat(path, &st) || !S_ISREG(st.st_mode) || access(path, X_OK))
		return false;
	if (!(st.st_mode & 022) && (!st.st_uid || st.st_uid == geteuid()))
		return true;
	warn("%s is not run: others than root could have changed it", path);
	return false;
}

static void call_parts(const char *directory, const struct snapshot *s, const struct event *e)
{
	struct dirent **entries;
	int nr = scandir(directory, &entries, is_part, alphasort), i;

	for (i = 0; i < nr; i++) {
		char path[4096];

		snprintf(path, sizeof(path), "%s/%s", directory, entries[i]->d_name);
		if (is_trusted(path))
			call_program(path, s, e);
		free(entries[i]);
	}
	if (nr >= 0)
		free(entries);
}

static void print(const struct snapshot *s, const struct event *e)
{
	char path[160];

	printf("%s %s%s%s: %s\n", event_name(e->kind), device_of(s, path, sizeof(path)),
	       e->component[0] ? " " : "", e->component, e->text);
	fflush(stdout);
}

void notify_event(const struct notify *n, const struct snapshot *s, const struct event *e)
{
	if (n->print)
		print(s, e);
	if (!tell_journal(s, e))
		tell_syslog(s, e);
	if (n->program)
		call_program(n->program, s, e);
	call_parts(n->directory, s, e);
}

/*
 * Mail
 */

int notify_check_address(const char *address)
{
	const char *c;

	for (c = address; *c > ' ' && *c != 0x7f; c++)
		;
	if (*address && *address != '-' && !*c)
		return OK;
	return fail(BAD_USE, "'%s' is no mail address", address);
}

static void put_mail(FILE *f, const struct notify *n, const struct snapshot *s,
		     const struct event *e, unsigned int held_back)
{
	const struct remap_status *t = &s->status;
	char host[256] = "localhost";

	gethostname(host, sizeof(host) - 1);
	fprintf(f, "To: %s\nFrom: remapsetup monitor <root>\nSubject: %s on /dev/mapper/%s:%s\n"
		"Content-Type: text/plain; charset=utf-8\nAuto-Submitted: auto-generated\n\n",
		n->mail, event_name(e->kind), t->name, host);
	fprintf(f, "This is remapsetup monitor on %s.\n\n%s on /dev/mapper/%s", host,
		event_name(e->kind), t->name);
	if (e->component[0])
		fprintf(f, ", %s", e->component);
	fprintf(f, ":\n%s.\n\n", e->text);
	if (held_back)
		fprintf(f, "It happened %u times in the last hour.\n\n", held_back);
	fprintf(f, "mode %s, state %s, %llu blocks remapped, %llu logical blocks lost,\n"
		"%u of %u spare blocks in use\nmain device %s, spare %s, UUID %s\n", t->mode,
		t->state, t->remapped, t->lost, t->used, t->total, s->main, s->spare, t->uuid);
}

void notify_mail(const struct notify *n, const struct snapshot *s, const struct event *e,
		 unsigned int held_back)
{
	static const char * const args[] = { "sendmail", "-t", NULL };
	char *mail = NULL;
	size_t size = 0;
	FILE *f = open_memstream(&mail, &size);

	if (!f)
		return;
	put_mail(f, n, s, e, held_back);
	if (!fclose(f))
		run_program((const char **)args, mail, size);
	free(mail);
}
