/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A window: a device is suspended, something is done, it is resumed. The root file
 * system or swap may be on it, so between the two the process must not touch what lies there:
 * its memory is locked, signals wait, nothing is printed, nobody is waited for.
 *
 *	r = window_lock(name);		once
 *	r = window_open(&w, name, reserve);
 *	if (!r)
 *		error = window_suspend(&w);
 *	if (!error)
 *		...; error = window_resume(&w);
 *	window_close(&w);		from here on, words are allowed again
 */
#ifndef REMAPSETUP_WINDOW_H
#define REMAPSETUP_WINDOW_H

#include <signal.h>
#include <stdbool.h>

#include "dm.h"

struct dm_task;

/**
 * struct window
 * @suspend, @resume: the requests, made beforehand; NULL when they were sent
 * @again: a second resume, should the first one fail
 * @cookie: udev's, for the resume
 * @signals: as they were
 * @words: --verbose, as it was
 * @oom_score: as it was; "": not changed
 */
struct window {
	struct dm_task *suspend, *resume, *again;
	unsigned int cookie;
	sigset_t signals;
	bool words;
	char oom_score[16];
};

/** struct window_state - what a device is in */
struct window_state {
	bool suspended;
	bool inactive;		/* there is a table that the next resume takes */
};

/** window_state() - Return: 0, or a negative error number; says nothing */
int window_state(const char *name, struct window_state *state);

/** window_lock() - one of the verbs with windows at a time, for one device; until the process ends */
int window_lock(const char *name);

/**
 * window_refuse() - see that a device runs, and that no table waits for its next resume
 *
 * Return: 0, or BUSY after a message.
 */
int window_refuse(const char *name);

/**
 * window_open() - lock memory, and prepare
 * @reserve: bytes that will be allocated in the window
 *
 * Return: 0, or an exit code after a message; then there is nothing to close.
 */
int window_open(struct window *window, const char *name, size_t reserve);

/**
 * window_suspend(), window_resume() - Return: 0, or a negative error number; both say nothing
 *
 * A resume that cannot take a new table resumes the old one.
 */
int window_suspend(struct window *window);
int window_resume(struct window *window);

/** window_say_stuck() - that a resume failed; Return: an exit code */
int window_say_stuck(const char *name, int error);

/** window_end() - resume a device that a window was left open on; Return: as window_resume() */
int window_end(const char *name);

/** window_close() - whatever was done; waits for udev */
void window_close(struct window *window);

/**
 * window_load() - a table for the next resume, checked by the kernel
 *
 * Return: 0, or a negative error number; the log says why.
 */
int window_load(const char *name, u64 sectors, const char *params);

/** window_load_error() - one that fails all I/O, instead of whatever waits */
int window_load_error(const char *name, u64 sectors);

/** window_clear() - drop it; Return: 0, or a negative error number; says nothing */
int window_clear(const char *name);

/** window_table() - the parameters of the live table (or the inactive one); NULL: none. free() it */
char *window_table(const char *name, bool inactive);

/** window_names_main(), window_names_spare() - is this device that of a table? It may be NULL */
bool window_names_main(const char *table, dev_t number);
bool window_names_spare(const char *table, dev_t number);

#endif
