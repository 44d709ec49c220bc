// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs one workload over a freshly made stack of devices, which leaves
 * everything that reached the disks, and what was promised to the user, in the log.
 *
 * usage: record WORKLOAD NULL_BLK LOG_DISK FIRST_SECTOR SECTORS
 *        record				says which workloads there are
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "workload.h"

static const struct workload {
	const char *name;
	void (*run)(void);
} workloads[] = {
	{ "basic", work_basic }, { "writers", work_writers }, { "moves", work_moves },
	{ "copies", work_copies }, { "doubt", work_doubt }, { "restarts", work_restarts },
	{ "races", work_races }, { "reuse", work_reuse }, { "back", work_back },
	{ NULL, NULL }
};

#define MAX_THREADS 8

struct call {
	void (*f)(uint32_t arg);
	uint32_t arg;
};

static pthread_t threads[MAX_THREADS];
static struct call calls[MAX_THREADS];
static unsigned int nr_threads;

static void *run_call(void *arg)
{
	struct call *c = arg;

	c->f(c->arg);
	return NULL;
}

void in_background(void (*f)(uint32_t), uint32_t arg)
{
	struct call *c = &calls[nr_threads];

	if (nr_threads == MAX_THREADS)
		die("too many threads");
	c->f = f;
	c->arg = arg;
	if (pthread_create(&threads[nr_threads++], NULL, run_call, c))
		die("no thread");
}

void wait_for_background(void)
{
	while (nr_threads)
		pthread_join(threads[--nr_threads], NULL);
}

void pause_ms(unsigned int ms)
{
	usleep(ms * 1000);
}

void relocate(uint32_t block, uint32_t count)
{
	int error = message("remap %u+%u", block, count);

	if (error)
		violation("relocation of %u+%u failed: %s", block, count, strerror(error));
}

int main(int argc, char **argv)
{
	const struct workload *w;

	if (argc == 1) {
		for (w = workloads; w->name; w++)
			puts(w->name);
		return 0;
	}
	if (argc != 6)
		die("usage: record WORKLOAD NULL_BLK LOG_DISK FIRST_SECTOR SECTORS");
	for (w = workloads; w->name; w++)
		if (!strcmp(w->name, argv[1]))
			break;
	if (!w->name)
		die("no workload %s", argv[1]);
	stack_up(argv[2], argv[3], strtoul(argv[4], NULL, 0), strtoul(argv[5], NULL, 0));
	fill();
	w->run();
	mark("p:end");
	stack_down();
	return violations != 0;
}
