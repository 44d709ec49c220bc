// SPDX-License-Identifier: GPL-2.0-only
/*
 * Writes and checks data in which every 512-byte sector carries its own
 * number and the seed of its write, so that a check can tell a good sector
 * from a stale, misplaced, torn, empty, foreign or unreadable one.
 *
 *   pattern write DEV START COUNT SEED [--bs BYTES] [--fua] [--flush] [--ack]
 *   pattern check DEV START COUNT SEEDS [--bs BYTES] [--zero-ok]
 *                 [--errors LIST | --errors-ok LIST]
 *   pattern read-map DEV START COUNT [--bs BYTES]
 *
 * START and COUNT are in sectors; COUNT 0 means up to the end of the device.
 * SEEDS are numbers and ranges, 3,7-9: any of these is good. LIST is
 * START+COUNT,...: with --errors exactly these sectors fail to read, with
 * --errors-ok they may. --ack prints "ack START COUNT SEED" when a write is
 * done (durable, with --fua). Everything prints runs: START COUNT STATUS.
 * A read that fails is repeated in logical blocks, to find which of them fail.
 */

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/fs.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define SECTOR 512u
#define MAGIC 0x7061747465726e21ULL
#define WORDS (SECTOR / sizeof(uint64_t))
#define MAX_RANGES 65536

struct range {
	uint64_t first, last;
};

struct ranges {
	struct range *at;
	size_t count;
	bool given;
};

enum kind { GOOD, ZERO, MISPLACED, TORN, FOREIGN, FAILED };

struct status {
	enum kind kind;
	uint64_t value;		/* seed, sector number or errno */
};

static struct {
	int fd;
	uint64_t start, count, seed;
	size_t bs;
	unsigned int logical;
	bool fua, flush, ack, zero_ok;
	struct ranges seeds, must_fail, may_fail;
} job = { .bs = 65536 };

static void die(const char *what)
{
	fprintf(stderr, "pattern: %s: %s\n", what, errno ? strerror(errno) : "bad argument");
	exit(2);
}

static uint64_t number(const char **text)
{
	char *end;
	uint64_t value;

	errno = 0;
	value = strtoull(*text, &end, 0);
	if (end == *text || errno)
		die(*text);
	*text = end;
	return value;
}

static uint64_t whole_number(const char *text)
{
	const char *at = text;
	uint64_t value = number(&at);

	if (*at) {
		errno = 0;
		die(text);
	}
	return value;
}

/* "5,7-9" or "100+8,300+1"; an empty list is a list */
static void parse_ranges(struct ranges *r, const char *text)
{
	r->at = calloc(MAX_RANGES, sizeof(*r->at));
	r->given = true;
	while (r->at && *text) {
		struct range *one = &r->at[r->count++];

		if (r->count > MAX_RANGES)
			die("too many ranges");
		one->first = one->last = number(&text);
		if (*text == '-' && text++)
			one->last = number(&text);
		else if (*text == '+' && text++)
			one->last = one->first + number(&text) - 1;
		if (*text && *text++ != ',') {
			errno = 0;
			die(text - 1);
		}
	}
}

static bool within(const struct ranges *r, uint64_t value)
{
	for (size_t i = 0; i < r->count; i++)
		if (value >= r->at[i].first && value <= r->at[i].last)
			return true;
	return false;
}

static uint64_t mix(uint64_t x)
{
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
	return x ^ (x >> 31);
}

static void fill(uint64_t *word, uint64_t sector, uint64_t seed)
{
	uint64_t base = mix(sector) ^ mix(seed + MAGIC);

	word[0] = MAGIC;
	word[1] = sector;
	word[2] = seed;
	for (size_t i = 3; i < WORDS; i++)
		word[i] = base + i;
}

static struct status judge(const uint64_t *word, uint64_t sector)
{
	static const uint64_t zero[WORDS];
	uint64_t want[WORDS];

	if (!memcmp(word, zero, SECTOR))
		return (struct status){ ZERO, 0 };
	if (word[0] != MAGIC)
		return (struct status){ FOREIGN, 0 };
	fill(want, word[1], word[2]);
	if (memcmp(word, want, SECTOR))
		return (struct status){ TORN, 0 };
	if (word[1] != sector)
		return (struct status){ MISPLACED, word[1] };
	return (struct status){ GOOD, word[2] };
}

static void print_run(uint64_t start, uint64_t count, struct status s)
{
	printf("%" PRIu64 " %" PRIu64 " ", start, count);
	switch (s.kind) {
	case GOOD:
		printf("seed:%" PRIu64 "\n", s.value);
		break;
	case ZERO:
		puts("zero");
		break;
	case MISPLACED:
		printf("misplaced:%+" PRId64 "\n", (int64_t)s.value);
		break;
	case TORN:
		puts("torn");
		break;
	case FOREIGN:
		puts("foreign");
		break;
	case FAILED:
		printf("error:%s\n", strerrorname_np((int)s.value));
		break;
	}
}

static bool acceptable(uint64_t sector, struct status s)
{
	if (s.kind == FAILED)
		return within(&job.must_fail, sector) || within(&job.may_fail, sector);
	if (job.must_fail.given && within(&job.must_fail, sector))
		return false;
	return (s.kind == GOOD && within(&job.seeds, s.value)) || (s.kind == ZERO && job.zero_ok);
}

/* Joins neighbours of the same status; prints all, or what a check rejects. */
static struct {
	uint64_t start, count, bad;
	struct status status;
} run;

static void end_run(void)
{
	if (run.count)
		print_run(run.start, run.count, run.status);
	run.count = 0;
}

static void report(uint64_t sector, struct status s, bool checking)
{
	if (checking && acceptable(sector, s)) {
		end_run();
		return;
	}
	run.bad++;
	if (s.kind == MISPLACED)	/* by how much: one run for a shifted stretch */
		s.value -= sector;
	if (run.count && (s.kind != run.status.kind || s.value != run.status.value))
		end_run();
	if (!run.count) {
		run.start = sector;
		run.status = s;
	}
	run.count++;
}

static void report_all(const char *buf, uint64_t sector, size_t bytes, int error, bool checking)
{
	for (size_t off = 0; off < bytes; off += SECTOR, sector++) {
		struct status s = { FAILED, (uint64_t)error };

		if (!error)
			s = judge((const uint64_t *)(buf + off), sector);
		report(sector, s, checking);
	}
}

static int transfer(bool write, char *buf, uint64_t sector, size_t bytes)
{
	ssize_t done;

	do {
		done = write ? pwrite(job.fd, buf, bytes, (off_t)(sector * SECTOR)) :
			       pread(job.fd, buf, bytes, (off_t)(sector * SECTOR));
	} while (done < 0 && errno == EINTR);
	if (done < 0)
		return errno;
	return (size_t)done == bytes ? 0 : EIO;
}

static void read_piece(char *buf, uint64_t sector, size_t bytes, bool checking)
{
	int error = transfer(false, buf, sector, bytes);

	if (!error || bytes <= job.logical) {
		report_all(buf, sector, bytes, error, checking);
		return;
	}
	for (size_t off = 0; off < bytes; off += job.logical) {
		error = transfer(false, buf, sector + off / SECTOR, job.logical);
		report_all(buf, sector + off / SECTOR, job.logical, error, checking);
	}
}

static void write_piece(char *buf, uint64_t sector, size_t bytes)
{
	uint64_t sectors = bytes / SECTOR;
	int error;

	for (uint64_t i = 0; i < sectors; i++)
		fill((uint64_t *)(buf + i * SECTOR), sector + i, job.seed);
	error = transfer(true, buf, sector, bytes);
	if (error) {
		print_run(sector, sectors, (struct status){ FAILED, (uint64_t)error });
		run.bad++;
	} else if (job.ack) {
		printf("ack %" PRIu64 " %" PRIu64 " %" PRIu64 "\n", sector, sectors, job.seed);
		fflush(stdout);
	}
}

static void walk(bool writing, bool checking)
{
	uint64_t sector = job.start, end = job.start + job.count;
	void *buf;

	if (posix_memalign(&buf, 4096, job.bs))
		die("memory");
	while (sector < end) {
		size_t bytes = job.bs;

		if (bytes > (end - sector) * SECTOR)
			bytes = (end - sector) * SECTOR;
		if (writing)
			write_piece(buf, sector, bytes);
		else
			read_piece(buf, sector, bytes, checking);
		sector += bytes / SECTOR;
	}
	end_run();
	free(buf);
}

static void flush(void)
{
	if (fdatasync(job.fd)) {
		printf("flush error:%s\n", strerrorname_np(errno));
		run.bad++;
	}
}

static void parse_option(char **arg)
{
	if (!strcmp(*arg, "--fua"))
		job.fua = true;
	else if (!strcmp(*arg, "--flush"))
		job.flush = true;
	else if (!strcmp(*arg, "--ack"))
		job.ack = true;
	else if (!strcmp(*arg, "--zero-ok"))
		job.zero_ok = true;
	else if (!strcmp(*arg, "--bs") && arg[1])
		job.bs = whole_number(arg[1]);
	else if (!strcmp(*arg, "--errors") && arg[1])
		parse_ranges(&job.must_fail, arg[1]);
	else if (!strcmp(*arg, "--errors-ok") && arg[1])
		parse_ranges(&job.may_fail, arg[1]);
	else
		die(*arg);
}

static void parse_options(char **arg)
{
	for (; *arg; arg++) {
		bool takes_value = !strcmp(*arg, "--bs") || !strncmp(*arg, "--errors", 8);

		errno = 0;
		parse_option(arg);
		if (takes_value)
			arg++;
	}
	if (!job.bs || job.bs % SECTOR)
		die("--bs");
}

static void open_device(const char *path, bool writing)
{
	uint64_t bytes = 0;

	job.fd = open(path, O_DIRECT | (writing ? O_RDWR : O_RDONLY) | (job.fua ? O_DSYNC : 0));
	if (job.fd < 0)
		die(path);
	if (ioctl(job.fd, BLKSSZGET, &job.logical))
		job.logical = SECTOR;
	if (!job.count) {
		if (ioctl(job.fd, BLKGETSIZE64, &bytes))
			bytes = (uint64_t)lseek(job.fd, 0, SEEK_END);
		job.count = bytes / SECTOR - job.start;
	}
}

int main(int argc, char **argv)
{
	bool writing = argc > 1 && !strcmp(argv[1], "write");
	bool checking = argc > 1 && !strcmp(argv[1], "check");
	int fixed = writing || checking ? 6 : 5;

	if (argc < fixed || (!writing && !checking && strcmp(argv[1], "read-map"))) {
		fprintf(stderr, "usage: pattern write|check|read-map DEV START COUNT [SEED] [OPTION...]\n");
		return 2;
	}
	job.start = whole_number(argv[3]);
	job.count = whole_number(argv[4]);
	if (writing)
		job.seed = whole_number(argv[5]);
	if (checking)
		parse_ranges(&job.seeds, argv[5]);
	parse_options(argv + fixed);
	open_device(argv[2], writing);
	walk(writing, checking);
	if (job.flush)
		flush();
	return run.bad && (writing || checking) ? 1 : 0;
}
