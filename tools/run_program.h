/* SPDX-License-Identifier: GPL-2.0-only */
/* A program of the user's, which may hang or fail: nothing may depend on it. */
#ifndef REMAPSETUP_RUN_PROGRAM_H
#define REMAPSETUP_RUN_PROGRAM_H

#include <stddef.h>

/**
 * run_program() - run it and wait, a minute at most
 * @args: its name, looked for in PATH and where sendmail may be, and its arguments; ends with NULL
 * @input: for its standard input; NULL: none
 *
 * A warning says if it fails. Return: 0 if it went well, else -1.
 */
int run_program(const char **args, const char *input, size_t size);

#endif
