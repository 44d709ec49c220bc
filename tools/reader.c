// SPDX-License-Identifier: GPL-2.0-only
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "reader.h"

static void become(const char **args, int out, bool errors)
{
	int null = open("/dev/null", O_RDWR);

	dup2(null, STDIN_FILENO);
	dup2(out, STDOUT_FILENO);
	dup2(errors ? out : null, STDERR_FILENO);
	execvp(args[0], (char **)args);
	_exit(127);
}

bool reader_open(struct reader *reader, const char **args, bool errors)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC))
		return false;
	fflush(stdout);
	reader->pid = fork();
	if (!reader->pid)
		become(args, ends[1], errors);
	close(ends[1]);
	reader->file = reader->pid > 0 ? fdopen(ends[0], "r") : NULL;
	if (reader->file)
		return true;
	close(ends[0]);
	if (reader->pid > 0)
		waitpid(reader->pid, NULL, 0);
	return false;
}

bool reader_close(struct reader *reader)
{
	int status;

	fclose(reader->file);
	return waitpid(reader->pid, &status, 0) == reader->pid && !status;
}
