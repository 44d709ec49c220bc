// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "metrics_text.h"
#include "verb.h"

struct metrics {
	struct snapshot *devices;
	size_t nr;
};

static int add(const char *name, void *context)
{
	struct metrics *m = context;
	struct snapshot *more = reallocarray(m->devices, m->nr + 1, sizeof(*more));
	struct snapshot s = { 0 };

	if (!more)
		return no_memory();
	m->devices = more;
	/* it may just be going */
	if (dm_try_status(name, &s.status))
		return OK;
	snapshot_fill(&s);
	more[m->nr++] = s;
	return OK;
}

static int write_and_close(const struct metrics *m, int fd)
{
	FILE *f = fdopen(fd, "w");
	int failed;

	if (!f) {
		close(fd);
		return -errno;
	}
	metrics_write(f, m->devices, m->nr);
	failed = ferror(f);
	return fclose(f) || failed ? -EIO : 0;
}

/* The collector reads whenever it likes: it sees the old file or the new one. */
static int replace(const struct metrics *m, const char *path)
{
	char *temporary;
	int fd, r;

	if (asprintf(&temporary, "%s.XXXXXX", path) < 0)
		return no_memory();
	fd = mkostemp(temporary, O_CLOEXEC);
	r = fd < 0 || fchmod(fd, 0644) ? -errno : 0;
	if (fd >= 0 && r)
		close(fd);
	else if (!r)
		r = write_and_close(m, fd);
	if (!r && rename(temporary, path))
		r = -errno;
	if (r && fd >= 0)
		unlink(temporary);
	free(temporary);
	return r ? fail_errno(r, "%s cannot be written", path) : OK;
}

static int run(const struct call *call)
{
	struct metrics m = { 0 };
	int r = dm_begin();

	if (!r)
		r = dm_each_remap(add, &m);
	if (!r && given(call, OPT_OUTPUT_FILE))
		r = replace(&m, call->value[OPT_OUTPUT_FILE]);
	else if (!r)
		metrics_write(stdout, m.devices, m.nr);
	free(m.devices);
	return r;
}

static const struct verb_option options[] = {
	{ OPT_OUTPUT_FILE, "replace this file, e.g. of node_exporter's textfile collector" },
	{ }
};

const struct verb verb_metrics = {
	.name = "metrics",
	.usage = "",
	.summary = "figures of all devices for Prometheus",
	.details =
"Prints figures of all devices in the text format of Prometheus. For its\n"
"node_exporter, have a timer call it with\n"
"  --output /var/lib/prometheus/node-exporter/dm_remap.prom\n"
"which replaces the file at once, whole and readable for everybody. What is not\n"
"known, as all of the scanner while it is not loaded, is left out.",
	.min_args = 0,
	.max_args = 0,
	.options = options,
	.run = run,
};
