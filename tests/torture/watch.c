// SPDX-License-Identifier: GPL-2.0-only
/* Does anything still happen? What hangs is as wrong as what lies. */
#include <fcntl.h>
#include <unistd.h>

#include "history.h"
#include "watch.h"

#define PATIENCE	180	/* seconds without one operation that ended */

static void show_blocked_tasks(void)
{
	int fd = open("/proc/sysrq-trigger", O_WRONLY);

	if (fd < 0)
		return;
	if (write(fd, "w", 1) == 1)
		sleep(3);
	close(fd);
}

static void *watch(void *unused)
{
	u64 seen = 0, idle = 0;

	(void)unused;
	while (true) {
		u64 now = history_ended();

		sleep(1);
		idle = now == seen ? idle + 1 : 0;
		seen = now;
		if (idle < PATIENCE)
			continue;
		world.quiet = false;
		say("VIOLATION in episode %llu:", (unsigned long long)world.seed);
		say("HANG: no operation has ended for %d s; these have not:", PATIENCE);
		history_show_open();
		show_blocked_tasks();
		_exit(2);
	}
	return NULL;
}

void watch_start(void)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, watch, NULL))
		die("no thread");
}
