// SPDX-License-Identifier: GPL-2.0-only
/*
 * Workload of t/113-races.t. Each sector carries its number and a version. Writers lock the
 * sectors of their range, so each sector has one last version at any time; no lock of
 * theirs keeps them out of each other's blocks. Readers lock nothing: a sector that nobody
 * wrote while they read must have exactly its last version.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define WORDS 64
#define MAX_RUN 64
#define MAX_THREADS 64

static const char *path;
static int count, stop;
static atomic_uint *locked, *issued, *acked;
static atomic_uint clock_ = 1;
static atomic_long writes, reads, lost, wrong;

/* Version 1 is the state before: its sectors may turn out to be lost. */
static void fill(uint64_t *w, uint64_t sector, uint64_t version)
{
	for (int i = 0; i < WORDS; i += 2) {
		w[i] = sector;
		w[i + 1] = version + ((uint64_t)i << 40);
	}
}

static void check(const uint64_t *w, int sector, unsigned int want)
{
	uint64_t good[WORDS];

	fill(good, sector, want);
	if (!memcmp(w, good, sizeof(good)))
		return;
	if (wrong++ < 20)
		printf("sector %d: version %u expected, found sector %lld version %lld\n", sector,
		       want, (long long)w[0], (long long)w[1]);
}

static void complain(const char *what, int sector, int n)
{
	if (wrong++ < 20)
		printf("%s of %d+%d: %s\n", what, sector, n, strerror(errno));
}

static unsigned int roll(unsigned int *seed, unsigned int n)
{
	return rand_r(seed) % n;
}

static void write_some(int fd, uint64_t *buf, unsigned int *seed)
{
	int start = roll(seed, count), max = roll(seed, 3) ? 1 + roll(seed, 9) : 1 + roll(seed, MAX_RUN);
	unsigned int zero, version;
	int n = 0;

	while (n < max && start + n < count) {
		zero = 0;
		if (!atomic_compare_exchange_strong(&locked[start + n], &zero, 1))
			break;
		n++;
	}
	if (!n)
		return;
	version = ++clock_;
	for (int i = 0; i < n; i++) {
		fill(buf + i * WORDS, start + i, version);
		issued[start + i] = version;
	}
	if (pwrite(fd, buf, n * 512U, start * 512L) == n * 512)
		for (int i = 0; i < n; i++)
			acked[start + i] = version;
	else
		complain("write", start, n);
	for (int i = 0; i < n; i++)
		locked[start + i] = 0;
	writes++;
}

static void read_some(int fd, uint64_t *buf, unsigned int *seed)
{
	int start = roll(seed, count), n = 1 + roll(seed, roll(seed, 3) ? 8 : MAX_RUN);
	unsigned int before[MAX_RUN];
	bool old = false;

	if (start + n > count)
		n = count - start;
	for (int i = 0; i < n; i++) {
		before[i] = acked[start + i];
		old |= before[i] == 1;
	}
	reads++;
	if (pread(fd, buf, n * 512U, start * 512L) != n * 512) {
		lost += old;
		if (!old)
			complain("read", start, n);
		return;
	}
	for (int i = 0; i < n; i++)
		if (issued[start + i] == before[i])
			check(buf + i * WORDS, start + i, before[i]);
}

static void *work(void *arg)
{
	unsigned int seed = (uintptr_t)arg * 7919 + 1;
	int fd = open(path, O_RDWR | O_DIRECT);
	void *buf;

	if (fd < 0 || posix_memalign(&buf, 4096, MAX_RUN * 512))
		exit(2);
	while (!stop) {
		if ((uintptr_t)arg % 4)
			write_some(fd, buf, &seed);
		else
			read_some(fd, buf, &seed);
	}
	return NULL;
}

/* All that was acknowledged, sector by sector; @all: what was written first as well. */
static void check_all(bool all)
{
	int fd = open(path, O_RDONLY | O_DIRECT);
	void *buf;

	if (fd < 0 || posix_memalign(&buf, 4096, MAX_RUN * 512))
		exit(2);
	for (int s = 0; s < count; s++) {
		if (pread(fd, buf, 512, s * 512L) == 512)
			check(buf, s, acked[s]);
		else if (acked[s] == 1 && !all)
			lost++;
		else
			complain("read", s, 1);
	}
}

static void format(void)
{
	int fd = open(path, O_RDWR | O_DIRECT);
	void *buf;

	if (fd < 0 || posix_memalign(&buf, 4096, MAX_RUN * 512))
		exit(2);
	for (int s = 0; s < count; s += MAX_RUN) {
		for (int i = 0; i < MAX_RUN; i++) {
			fill((uint64_t *)buf + i * WORDS, s + i, 1);
			if (s + i < count)
				acked[s + i] = issued[s + i] = 1;
		}
		if (pwrite(fd, buf, MAX_RUN * 512, s * 512L) != MAX_RUN * 512)
			complain("write", s, MAX_RUN);
	}
}

static void run(int threads, int seconds)
{
	pthread_t thread[MAX_THREADS];

	for (int i = 0; i < threads; i++)
		pthread_create(&thread[i], NULL, work, (void *)(uintptr_t)(i + clock_));
	sleep(seconds);
	stop = 1;
	for (int i = 0; i < threads; i++)
		pthread_join(thread[i], NULL);
}

static void state(const char *file, bool save)
{
	FILE *f = fopen(file, save ? "w" : "r");
	size_t (*transfer)(void *, size_t, size_t, FILE *) = save ? (void *)fwrite : fread;

	if (!f || transfer((void *)acked, 4, count, f) != (size_t)count || fclose(f))
		exit(2);
	for (int s = 0; s < count; s++) {
		issued[s] = acked[s];
		if (acked[s] > clock_)
			clock_ = acked[s];
	}
}

/* races format|run|check DEVICE SECTORS STATE [THREADS SECONDS | all] */
int main(int argc, char **argv)
{
	path = argv[2];
	count = atoi(argv[3]);
	locked = calloc(count, 4);
	issued = calloc(count, 4);
	acked = calloc(count, 4);
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (!strcmp(argv[1], "format"))
		format();
	else
		state(argv[4], false);
	if (!strcmp(argv[1], "run") && argc == 7)
		run(atoi(argv[5]), atoi(argv[6]));
	if (!strcmp(argv[1], "check"))
		check_all(argc == 6);
	else
		state(argv[4], true);
	printf("%ld writes, %ld reads, %ld lost, %ld wrong\n", writes, reads, lost, wrong);
	return wrong != 0;
}
