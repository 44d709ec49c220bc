/* SPDX-License-Identifier: GPL-2.0-only */
/* Reading what another program says. */
#ifndef REMAPSETUP_READER_H
#define REMAPSETUP_READER_H

#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>

struct reader {
	FILE *file;
	pid_t pid;
};

/**
 * reader_open() - start it, with nothing to read
 * @args: ends with NULL
 * @errors: what it says on standard error comes, too; else it is dropped
 */
bool reader_open(struct reader *reader, const char **args, bool errors);

/** reader_close() - wait for its end; true if it ended well */
bool reader_close(struct reader *reader);

#endif
