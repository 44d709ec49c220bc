// SPDX-License-Identifier: GPL-2.0-only
/*
 * Replays a log and looks at what a power cut would leave, after each entry: once with
 * system, and at random for the rest of the time that is given.
 *
 * usage: check [--quick] [--seed N] [--time SECONDS] [--jobs N] [--dump] FILE [OFFSET]
 *
 * Exit status: 0 no violation, 1 violations, 2 the log or the call is no good.
 */
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "judge.h"
#include "model.h"
#include "replay.h"

#define TIME_MAX ((time_t)1 << 40)

static const struct effort quick = {
	.first = { .units = 7, .whole = 5, .tears = 3, .random = 6 },
	.second = { .units = 5, .whole = 4, .tears = 2, .random = 1 },
	.random = 10, .damages = 6, .one_in = 8, .flushes = 1,
};

static const struct effort thorough = {
	.first = { .units = 12, .whole = 9, .tears = 6, .random = 60 },
	.second = { .units = 8, .whole = 5, .tears = 4, .random = 4 },
	.random = 40, .damages = 24, .one_in = 2, .flushes = 12,
};

static struct {
	const struct effort *effort;
	u64 seed, offset;
	unsigned int seconds, jobs;
	bool dump, more;
	const char *file;
} options = { .effort = &thorough, .jobs = 2 };

void die(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fprintf(stderr, "check: ");
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
	va_end(ap);
	exit(2);
}

static u64 number(const char *text)
{
	char *end;
	u64 n = strtoull(text, &end, 0);

	if (*end || !*text)
		die("%s is no number", text);
	return n;
}

static void parse(int argc, char **argv)
{
	static const struct option longs[] = {
		{ "quick", no_argument, NULL, 'q' }, { "seed", required_argument, NULL, 's' },
		{ "time", required_argument, NULL, 't' }, { "jobs", required_argument, NULL, 'j' },
		{ "dump", no_argument, NULL, 'd' }, { }
	};
	int c;

	options.seed = time(NULL);
	while ((c = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		switch (c) {
		case 'q':
			options.effort = &quick;
			break;
		case 's':
			options.seed = number(optarg);
			break;
		case 't':
			options.seconds = number(optarg);
			options.more = true;
			break;
		case 'j':
			options.jobs = number(optarg);
			break;
		case 'd':
			options.dump = true;
			break;
		default:
			exit(2);
		}
	}
	if (argc - optind < 1 || argc - optind > 2 || !options.jobs)
		die("usage: check [--quick] [--seed N] [--time SECONDS] [--jobs N] [--dump] FILE [OFFSET]");
	options.file = argv[optind];
	if (argc - optind == 2)
		options.offset = number(argv[optind + 1]);
}

/* Returns whether all of them ended well. */
static bool run_pass(struct log *log, u32 pass, time_t deadline)
{
	struct share share = { .pass = pass, .jobs = options.jobs, .deadline = deadline };
	bool well = true;
	int status;

	for (share.job = 0; share.job < options.jobs; share.job++) {
		pid_t pid = fork();

		if (pid < 0)
			die("fork: %s", strerror(errno));
		if (pid)
			continue;
		random_seed(options.seed + ((u64)pass << 32) + share.job);
		replay(log, &share);
		_exit(0);
	}
	while (share.job--)
		well &= wait(&status) > 0 && WIFEXITED(status) && !WEXITSTATUS(status);
	return well;
}

/* Once through with system, however long it takes; what is left of the time, by chance. */
static bool run(struct log *log)
{
	time_t deadline = time(NULL) + options.seconds;
	bool well = run_pass(log, 0, TIME_MAX);
	u32 pass;

	for (pass = 1; well && options.more && time(NULL) < deadline; pass++)
		well = run_pass(log, pass, deadline);
	return well;
}

static void sum_up(double seconds)
{
	u64 states = tally->states + tally->again + tally->flushes + tally->damaged +
		     tally->away;
	u32 i;

	printf("# %llu states (%llu after a power cut, %llu after another while it was activated or changed, %llu with a flush that failed, %llu with a damaged copy, %llu with a change while one was away) at %llu places, %.1f s, seed %llu\n",
	       states, tally->states, tally->again, tally->flushes, tally->damaged,
	       tally->away, tally->points, seconds, options.seed);
	printf("# changes:");
	for (i = 0; i < CHANGES; i++)
		printf("%s %llu %s", i ? "," : "", tally->changes[i], change_names[i]);
	printf("\n");
	if (!tally->states)
		printf("# nothing was looked at\n");
	printf("# %llu violations\n", tally->violations);
}

int main(int argc, char **argv)
{
	struct timespec from, to;
	struct log log;
	bool well;

	parse(argc, argv);
	log_read(&log, options.file, options.offset);
	if (options.dump) {
		replay_dump(&log);
		return 0;
	}
	tally = mmap(NULL, sizeof(*tally), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		     -1, 0);
	if (tally == MAP_FAILED)
		die("no memory");
	model_init();
	recover_init();
	judge_init(options.effort);
	clock_gettime(CLOCK_MONOTONIC, &from);
	fflush(stdout);
	well = run(&log);
	clock_gettime(CLOCK_MONOTONIC, &to);
	sum_up(to.tv_sec - from.tv_sec + (to.tv_nsec - from.tv_nsec) / 1e9);
	if (!well)
		die("a process ended badly");
	return tally->violations || !tally->states;
}
