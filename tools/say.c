// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "say.h"

bool say_verbose;
bool say_nothing;

static void say(const char *kind, const char *fmt, va_list args)
{
	if (say_nothing)
		return;
	fflush(stdout);		/* in the order in which it happened */
	fprintf(stderr, "remapsetup: %s", kind);
	vfprintf(stderr, fmt, args);
	fputc('\n', stderr);
}

int fail(int code, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	say("", fmt, args);
	va_end(args);
	return code;
}

int exit_code_of(int error)
{
	switch (abs(error)) {
	case 0:
		return OK;
	case EPERM:
	case EACCES:
		return NO_PERMISSION;
	case ENOMEM:
		return NO_MEMORY;
	case ENOENT:
	case ENXIO:
	case ENODEV:
	case ENOTBLK:
	case EIO:
	case EMEDIUMTYPE:
	case EUCLEAN:
	case ESTALE:
	case EILSEQ:
	/* what a failing disk answers, by the kind of its error */
	case ENODATA:
	case EREMOTEIO:
	case ENOLINK:
	case ETIMEDOUT:
		return WRONG_DEVICE;
	case EBUSY:
	case EEXIST:
		return BUSY;
	default:
		return BAD_USE;
	}
}

int fail_errno(int error, const char *fmt, ...)
{
	char *what;
	va_list args;
	int r;

	va_start(args, fmt);
	r = vasprintf(&what, fmt, args);
	va_end(args);
	if (r < 0)
		return no_memory();
	fail(0, "%s: %s", what, strerror(abs(error)));
	free(what);
	if (exit_code_of(error) == NO_PERMISSION && geteuid())
		fail(0, "only root can do this");
	return exit_code_of(error);
}

int no_memory(void)
{
	return fail(NO_MEMORY, "out of memory; nothing was changed");
}

void warn(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	say("warning: ", fmt, args);
	va_end(args);
}

void verbose(const char *fmt, ...)
{
	va_list args;

	if (!say_verbose)
		return;
	va_start(args, fmt);
	say("", fmt, args);
	va_end(args);
}

static bool answered_yes(void)
{
	char *line = NULL;
	size_t size = 0;
	bool yes;

	yes = getline(&line, &size, stdin) > 0 && !strcmp(line, "YES\n");
	free(line);
	return yes;
}

int ask(bool batch, const char *fmt, ...)
{
	va_list args;

	if (batch)
		return OK;
	if (!isatty(STDIN_FILENO))
		return fail(BAD_USE, "there is no terminal to ask for confirmation, so nothing was done; --batch-mode (-q) does it without asking");
	fflush(stdout);
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fprintf(stderr, "\nAre you sure? (Type 'yes' in capital letters): ");
	if (answered_yes())
		return OK;
	return fail(BAD_USE, "not confirmed, so nothing was done");
}
