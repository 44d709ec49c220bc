/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Exit codes, and words for people.
 *
 * Functions that can fail return 0 or one of these codes, and have said why
 * by then. What went wrong is told once, where it is understood best: which
 * device, what it means for the data, what to do.
 */
#ifndef REMAPSETUP_SAY_H
#define REMAPSETUP_SAY_H

#include <stdbool.h>

/**
 * enum exit_code - as those of cryptsetup, and as stable
 * @OK: done
 * @BAD_USE: parameters are wrong, or somebody said no
 * @NO_PERMISSION: must be root
 * @NO_MEMORY: out of memory
 * @WRONG_DEVICE: there is no such device, or it is not what it should be, or
 *	it fails
 * @BUSY: exists already, or is in use
 */
enum exit_code {
	OK = 0,
	BAD_USE = 1,
	NO_PERMISSION = 2,
	NO_MEMORY = 3,
	WRONG_DEVICE = 4,
	BUSY = 5,
};

extern bool say_verbose;
extern bool say_nothing;	/* while looking for what may not be there */

/** fail() - an error message; Return: @code */
int fail(int code, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/** fail_errno() - the same for an error number that says which exit code fits; negative is fine */
int fail_errno(int error, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/** no_memory() - Return: NO_MEMORY */
int no_memory(void);

/** warn() - something to know that stops nothing */
void warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/** verbose() - only with --verbose */
void verbose(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/** exit_code_of() - the exit code for an error number of the system */
int exit_code_of(int error);

/**
 * ask() - let the user decide
 * @batch: --batch-mode: yes without asking
 * @fmt: what would be done
 *
 * Without a terminal nobody is there to say yes, so the answer is no.
 *
 * Return: 0 for yes, else BAD_USE after a message.
 */
int ask(bool batch, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
