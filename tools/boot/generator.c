// SPDX-License-Identifier: GPL-2.0-only
/*
 * systemd generator: what /etc/remaptab lists becomes instances of remap@.service.
 *
 * Generators run before anything else and must not fail the boot: what cannot be
 * done is told in the kernel's log and left out. The unit's template has all that
 * is the same for every device.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../remaptab.h"

#ifndef UNIT_DIR
#error "UNIT_DIR: where the unit files are installed"
#endif

/* time beyond that for which its disks are waited, to read the map */
#define OPEN_SECONDS	300

struct job {
	const char *source, *dir;
	bool in_initrd;
	int failed;
};

/* systemd keeps nothing of what a generator prints, so early in the boot. */
static void __attribute__((format(printf, 1, 2))) say(const char *fmt, ...)
{
	FILE *log = fopen("/dev/kmsg", "we");
	va_list args;

	va_start(args, fmt);
	fprintf(log ? log : stderr, "%sdm-remap-generator: ", log ? "<4>" : "");
	vfprintf(log ? log : stderr, fmt, args);
	fputc('\n', log ? log : stderr);
	va_end(args);
	if (log)
		fclose(log);
}

static void complain(struct job *job, const char *path, int error)
{
	say("%s: %s", path, strerror(error));
	job->failed = 1;
}

/* As systemd-escape does; the names of remaptab begin with no dot. */
static void escape(char *to, const char *name)
{
	for (; *name; name++)
		if ((*name >= 'a' && *name <= 'z') || (*name >= 'A' && *name <= 'Z') ||
		    (*name >= '0' && *name <= '9') || strchr(":_.", *name))
			*to++ = *name;
		else
			to += sprintf(to, "\\x%02x", (unsigned char)*name);
	*to = '\0';
}

static bool make_dir(struct job *job, const char *path)
{
	if (!mkdir(path, 0755) || errno == EEXIST)
		return true;
	complain(job, path, errno);
	return false;
}

/* DIR/UNIT.KIND/NAME -> the installed unit of that kind */
static void pull_in(struct job *job, const char *unit, const char *kind, const char *name,
		    const char *target)
{
	char path[1024];

	snprintf(path, sizeof(path), "%s/%s.%s", job->dir, unit, kind);
	if (!make_dir(job, path))
		return;
	snprintf(path, sizeof(path), "%s/%s.%s/%s", job->dir, unit, kind, name);
	if (symlink(target, path) && errno != EEXIST)
		complain(job, path, errno);
}

static void write_settings(FILE *file, const struct job *job, const struct remaptab *e)
{
	fprintf(file, "# Made by dm-remap-generator of %s:%u\n\n[Unit]\nSourcePath=%s\n",
		job->source, e->line, job->source);
	/* the target comes before what mounts: with nofail nobody waits */
	if (!e->nofail && !e->noauto)
		fprintf(file, "Before=remap.target\n");
	/* what the root file system is on stays until the end */
	if (!e->initrd)
		fprintf(file, "Conflicts=umount.target\nBefore=umount.target\n");
	fprintf(file, "\n[Service]\nTimeoutStartSec=%u\n", e->wait + OPEN_SECONDS);
	if (e->initrd)
		fprintf(file, "ExecStop=\n");
}

static void write_drop_in(struct job *job, const struct remaptab *e, const char *unit)
{
	char path[1024];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s.d", job->dir, unit);
	if (!make_dir(job, path))
		return;
	snprintf(path, sizeof(path), "%s/%s.d/remaptab.conf", job->dir, unit);
	file = fopen(path, "we");
	if (!file) {
		complain(job, path, errno);
		return;
	}
	write_settings(file, job, e);
	if (ferror(file) | fclose(file))
		complain(job, path, EIO);
}

static void generate(struct job *job, const struct remaptab *e)
{
	char name[4 * REMAPTAB_NAME_SIZE], unit[sizeof(name) + 32], device[sizeof(name) + 32];

	if (e->why[0])
		say("%s:%u: %s%s%s. The device is not opened", job->source, e->line, e->name,
		    e->name[0] ? ": " : "", e->why);
	if (e->why[0])
		return;
	escape(name, e->name);
	snprintf(unit, sizeof(unit), "remap@%s.service", name);
	snprintf(device, sizeof(device), "dev-mapper-%s.device", name);
	write_drop_in(job, e, unit);
	/* in an initramfs only what was asked for there: the rest has time */
	if (e->noauto || (job->in_initrd && !e->initrd))
		return;
	pull_in(job, "remap.target", "wants", unit, UNIT_DIR "/remap@.service");
	pull_in(job, device, "requires", unit, UNIT_DIR "/remap@.service");
	pull_in(job, "sysinit.target", "wants", "remap.target", UNIT_DIR "/remap.target");
}

int main(int argc, char **argv)
{
	struct job job = { .source = getenv("DM_REMAP_TAB") };
	struct remaptab_file tab;
	unsigned int i;
	int r;

	if (argc != 2 && argc != 4) {
		fprintf(stderr, "usage: %s NORMAL-DIR [EARLY-DIR LATE-DIR]\n", argv[0]);
		return EXIT_FAILURE;
	}
	job.dir = argv[1];
	job.in_initrd = !access("/etc/initrd-release", F_OK);
	if (!job.source)
		job.source = REMAPTAB_PATH;
	umask(0022);
	r = remaptab_load(job.source, &tab);
	if (r) {
		say("%s: %s; no device is opened", job.source, strerror(-r));
		return EXIT_FAILURE;
	}
	for (i = 0; i < tab.nr; i++)
		generate(&job, &tab.entries[i]);
	remaptab_free(&tab);
	return job.failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
