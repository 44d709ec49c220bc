// SPDX-License-Identifier: GPL-2.0-only
/*
 * xfs_db has to read all metadata before it knows what a block is used for, so it is
 * asked for many at once. What it says is believed only if nothing went wrong on its way: a
 * part of the metadata that it could not read may own the block.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "file_names_xfs.h"
#include "reader.h"

#define AT_ONCE	1000	/* sectors: what fits on a command line */

/* What is in the log only is not where xfs_db looks. */
static bool log_is_clean(const char *device)
{
	const char *args[] = { "xfs_logprint", "-t", device, NULL };
	struct reader reader;
	char line[256];
	bool clean = false;

	if (!reader_open(&reader, args, false))
		return false;
	while (fgets(line, sizeof(line), reader.file))
		clean |= !!strstr(line, "state: <CLEAN>");
	return reader_close(&reader) && clean;
}

u64 xfs_block(const char *device)
{
	const char *args[] = { "xfs_db", "-r", "-c", "sb 0", "-c", "print blocksize", device,
			       NULL };
	unsigned int bytes = 0;
	struct reader reader;
	char line[256];

	if (!log_is_clean(device) || !reader_open(&reader, args, true))
		return 0;
	while (fgets(line, sizeof(line), reader.file))
		sscanf(line, "blocksize = %u", &bytes);
	return reader_close(&reader) && bytes >= 512 && bytes <= 65536 ? bytes >> 9 : 0;
}

/* "block 32792 (1/24) type data inode 262273 dir/file"; false if it is something else */
static bool read_block(struct file_answer *answer, char *line)
{
	char type[32], *path;
	u64 inode;
	int end = 0;

	if (sscanf(line, "block %*u (%*u/%*u) type %31s%n", type, &end) != 1)
		return false;
	if (sscanf(line + end, " inode %llu %n", &inode, &end) != 1) {
		/* "unknown": nobody claims it, and it is not free */
		if (strncmp(type, "unknown", 7))
			answer->file = strdup("none");
		return true;
	}
	path = strstr(line, " inode ") + 7;
	path = strchr(path, ' ');
	if (path && path[1] && asprintf(&answer->file, "/%s", path + 1) < 0)
		answer->file = NULL;
	return true;
}

/* Returns whether there was nothing that is not understood. */
static bool read_answers(FILE *file, struct file_answer *answers, size_t nr)
{
	struct file_answer *at = NULL;
	char line[4200];
	bool good = true;
	size_t next = 0;
	u64 sector;

	while (fgets(line, sizeof(line), file)) {
		line[strcspn(line, "\n")] = '\0';
		if (sscanf(line, "at %llu", &sector) == 1) {
			at = next < nr && answers[next].sector == sector ? &answers[next++] : NULL;
			good &= !!at;
		} else if (at && !strncmp(line, "bad daddr", 9)) {
			at = NULL;	/* what follows is of the last one */
		} else if (at && !at->file) {
			good &= read_block(at, line);
		} else {
			good &= !strncmp(line, "block ", 6);
		}
	}
	return good && next == nr;
}

static void forget(struct file_answer *answers, size_t nr)
{
	for (; nr; nr--, answers++) {
		free(answers->file);
		answers->file = NULL;
	}
}

struct question {
	char at[40], daddr[40];
};

/* For each sector: say which, go there, say whose it is. */
static size_t put_questions(const char **args, struct question *questions,
			    const struct file_answer *answers, size_t nr)
{
	size_t i, n = 0;

	for (i = 0; i < nr; i++) {
		struct question *q = &questions[i];

		snprintf(q->at, sizeof(q->at), "echo at %llu", answers[i].sector);
		snprintf(q->daddr, sizeof(q->daddr), "daddr %llu", answers[i].sector);
		args[n++] = "-c";
		args[n++] = q->at;
		args[n++] = "-c";
		args[n++] = q->daddr;
		args[n++] = "-c";
		args[n++] = "blockuse -n";
	}
	return n;
}

static void run(const char **args, struct file_answer *answers, size_t nr)
{
	struct reader reader;
	bool good;

	if (!reader_open(&reader, args, true))
		return;
	good = read_answers(reader.file, answers, nr);
	if (!reader_close(&reader) || !good)
		forget(answers, nr);
}

static void ask(const char *device, struct file_answer *answers, size_t nr)
{
	static const char * const begin[] = { "xfs_db", "-r", "-c", "blockget -n" };
	const char **args = calloc(4 + 6 * nr + 2, sizeof(*args));
	struct question *questions = calloc(nr, sizeof(*questions));

	if (args && questions) {
		memcpy(args, begin, sizeof(begin));
		args[4 + put_questions(args + 4, questions, answers, nr)] = device;
		run(args, answers, nr);
	}
	free(args);
	free(questions);
}

struct file_answer *xfs_ask(const char *device, const u64 *sectors, size_t nr)
{
	struct file_answer *answers = calloc(nr + 1, sizeof(*answers));
	size_t i;

	if (!answers)
		return NULL;
	for (i = 0; i < nr; i++)
		answers[i].sector = sectors[i];
	for (i = 0; i < nr; i += AT_ONCE)
		ask(device, answers + i, nr - i < AT_ONCE ? nr - i : AT_ONCE);
	return answers;
}
