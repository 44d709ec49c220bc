// SPDX-License-Identifier: GPL-2.0-only
/*
 * Random operations on a remap device over two disks that fail, against a model of what each
 * sector may hold. See README.md.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "episode.h"
#include "history.h"
#include "latency.h"
#include "model.h"
#include "shrink.h"
#include "watch.h"

struct world world = { .fd = -1, .failed_sector = NEVER };

enum { SEED, TIME, OPS, THREADS, EPISODES, PROFILE, SHRINK, LATENCY, NR_OPTIONS };

static u64 option[NR_OPTIONS] = {
	[SEED] = 1, [TIME] = 60, [OPS] = 3000, [THREADS] = 4, [PROFILE] = NEVER,
};

/*
 * Small things that all use
 */

u64 chance_next(struct chance *c)
{
	u64 z = c->state += 0x9e3779b97f4a7c15ULL;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	return z ^ z >> 31;
}

u64 chance_below(struct chance *c, u64 n)
{
	return n ? chance_next(c) % n : 0;
}

bool chance_of(struct chance *c, u32 percent)
{
	return chance_below(c, 100) < percent;
}

u64 tick(void)
{
	static u64 ticks;

	return __atomic_add_fetch(&ticks, 1, __ATOMIC_SEQ_CST);
}

u64 now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000ull + t.tv_nsec / 1000;
}

static pthread_mutex_t print_mutex = PTHREAD_MUTEX_INITIALIZER;

static void print(const char *format, va_list args)
{
	pthread_mutex_lock(&print_mutex);
	vprintf(format, args);
	putchar('\n');
	fflush(stdout);
	pthread_mutex_unlock(&print_mutex);
}

void say(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	if (!world.quiet)
		print(format, args);
	va_end(args);
}

void die(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	print(format, args);
	va_end(args);
	exit(3);
}

void violation(u64 sector, const char *format, ...)
{
	static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
	va_list args;

	pthread_mutex_lock(&mutex);
	if (!world.failed) {
		world.failed = true;
		world.failed_sector = sector;
		if (!world.quiet) {
			va_start(args, format);
			say("VIOLATION in episode %llu:", (unsigned long long)world.seed);
			print(format, args);
			va_end(args);
		}
		say("what happened, where it concerns that:");
		history_show(sector, 120);
		if (sector != NEVER)
			model_show(sector);
	}
	pthread_mutex_unlock(&mutex);
}

/*
 * Episodes
 */

static bool episode(u64 seed)
{
	struct chance c = { .state = seed };
	struct op_list list;
	u64 began = now_us();
	u32 used;
	bool good;

	world.seed = seed;
	world.run = seed << 16;
	shape_make(&c, &world.shape, option[PROFILE]);
	list = op_list_make(&c, &world.shape, option[OPS]);
	good = episode_play(&list, option[THREADS], &used);
	say("episode %llu: %s %llu ms; %s", (unsigned long long)seed, good ? "good" : "FAILED",
	    (unsigned long long)(now_us() - began) / 1000, shape_describe(&world.shape));
	if (!good && option[SHRINK])
		shrink(&list, option[THREADS], option[SHRINK]);
	free(list.ops);
	return good;
}

static void parse(int argc, char **argv)
{
	static const struct option known[] = {
		{ "seed", required_argument, NULL, SEED },
		{ "time", required_argument, NULL, TIME },
		{ "ops", required_argument, NULL, OPS },
		{ "threads", required_argument, NULL, THREADS },
		{ "episodes", required_argument, NULL, EPISODES },
		{ "profile", required_argument, NULL, PROFILE },
		{ "shrink", required_argument, NULL, SHRINK },
		{ "latency", no_argument, NULL, LATENCY },
		{ NULL, 0, NULL, 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "", known, NULL)) != -1) {
		if (c >= NR_OPTIONS)
			die("usage: torture [--seed N] [--time SECONDS] [--ops N] [--threads N] "
			    "[--episodes N] [--profile N] [--shrink SECONDS] [--latency]");
		option[c] = optarg ? strtoull(optarg, NULL, 0) : 1;
	}
}

int main(int argc, char **argv)
{
	u64 end, seed, n = 0;

	parse(argc, argv);
	watch_start();
	if (option[LATENCY]) {
		latency_run();
		return world.failed;
	}
	end = now_us() + option[TIME] * 1000000ull;
	for (seed = option[SEED]; now_us() < end && (!option[EPISODES] || n < option[EPISODES]);
	     seed++, n++)
		if (!episode(seed))
			return 1;
	if (!n)
		die("no time for an episode");
	say("%llu episodes, seeds %llu to %llu: no violation", (unsigned long long)n,
	    (unsigned long long)option[SEED], (unsigned long long)seed - 1);
	return 0;
}
