// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "run_program.h"
#include "say.h"

#define PATIENCE_S	60

/* Standard input is a file: no reader, no SIGPIPE, no deadlock. */
static int input_file(const char *input, size_t size)
{
	int fd;

	if (!input)
		return open("/dev/null", O_RDONLY | O_CLOEXEC);
	fd = memfd_create("input", MFD_CLOEXEC);
	if (fd < 0)
		return fd;
	if (write(fd, input, size) == (ssize_t)size && !lseek(fd, 0, SEEK_SET))
		return fd;
	close(fd);
	return -1;
}

static void become(const char **args, int input)
{
	const char *path = getenv("PATH");
	char *more;
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGTERM, SIG_DFL);
	signal(SIGINT, SIG_DFL);
	setpgid(0, 0);		/* so that what it starts ends with it */
	dup2(input, STDIN_FILENO);
	if (asprintf(&more, "%s:/usr/sbin:/usr/lib", path ? path : "/usr/bin:/bin") >= 0)
		setenv("PATH", more, 1);
	execvp(args[0], (char **)args);
	_exit(127);
}

static int wait_for(pid_t pid, int *status)
{
	int left = PATIENCE_S * 50;

	while (left--) {
		pid_t r = waitpid(pid, status, WNOHANG);

		if (r == pid)
			return 0;
		if (r < 0 && errno != EINTR)
			return -1;
		sleep_ms(20);
	}
	kill(-pid, SIGKILL);
	kill(pid, SIGKILL);
	waitpid(pid, status, 0);
	return -1;
}

int run_program(const char **args, const char *input, size_t size)
{
	int fd = input_file(input, size), status = 0, r;
	pid_t pid;

	fflush(stdout);
	pid = fd < 0 ? -1 : fork();
	if (!pid)
		become(args, fd);
	if (fd >= 0)
		close(fd);
	if (pid < 0) {
		warn("%s could not be run: %s", args[0], strerror(errno));
		return -1;
	}
	r = wait_for(pid, &status);
	if (r)
		warn("%s took more than %d seconds and was stopped", args[0], PATIENCE_S);
	else if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
		warn("%s could not be run: is it installed?", args[0]);
	else if (status)
		warn("%s failed", args[0]);
	return r || status ? -1 : 0;
}
