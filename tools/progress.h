/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How far something is, as cryptsetup and its sisters show it: a line that is
 * written over, or a line of JSON each time.
 */
#ifndef REMAPSETUP_PROGRESS_H
#define REMAPSETUP_PROGRESS_H

#include <stdbool.h>
#include <stdio.h>

#include <linux/types.h>

/**
 * struct progress - figures of now
 * @device: path
 * @state: what is going on, for people
 * @done, @all: bytes
 * @speed: bytes a second
 * @eta_ms: to the end; PROGRESS_UNKNOWN if nobody knows
 * @time_ms: since we began to look
 */
struct progress {
	const char *device, *state;
	u64 done, all, speed, eta_ms, time_ms;
};

#define PROGRESS_UNKNOWN	(~0ULL)

/** progress_json() - one line; all values are strings, as cryptsetup's are */
void progress_json(FILE *out, const struct progress *p);

/** progress_line() - without a newline; it is written over the last one on a terminal */
void progress_line(FILE *out, const struct progress *p, bool terminal);

/** progress_time() - "26h12m44s" */
const char *progress_time(u64 ms, char *text, size_t size);

#endif
