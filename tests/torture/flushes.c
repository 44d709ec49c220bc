// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <string.h>

#include "disk.h"
#include "flushes.h"
#include "model.h"
#include "trouble.h"

static _Atomic bool armed;	/* some may fail, or are failing */
static u32 seen[2];		/* of each disk, have failed */
static _Atomic u32 user_flushes;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static const enum trouble_kind kinds[] = { TROUBLE_FLUSH_MAIN, TROUBLE_FLUSH_SPARE };

void flushes_init(void)
{
	armed = false;
	user_flushes = 0;
	memset(seen, 0, sizeof(seen));
}

void flushes_fail(enum disk which, u32 nr)
{
	pthread_mutex_lock(&mutex);
	trouble_begins(kinds[which]);
	armed = true;
	disk_message(which, "flushfail %u", nr);
	pthread_mutex_unlock(&mutex);
}

void flushes_heal(enum disk which)
{
	disk_message(which, "flushfail 0");
	flushes_look();
}

/* True if nothing more is to come. */
static bool look_at(enum disk which)
{
	u32 left, failing, failed;
	char line[64];
	bool over;

	if (dm_status(&disks[which].dev, false, line, sizeof(line)) ||
	    sscanf(line, "%*s %u %u %u", &left, &failing, &failed) != 3)
		die("the status of a test disk cannot be understood: %s", line);
	/* one that is failing may take what is written only now */
	if (failing != failed || failed != seen[which])
		model_drop();
	seen[which] = failed;
	over = !left && failing == failed;
	if (over && trouble_since(kinds[which], NEVER))
		trouble_ends(kinds[which]);
	return over;
}

void flushes_look(void)
{
	if (!armed)
		return;
	pthread_mutex_lock(&mutex);
	if (armed) {
		bool main_is_over = look_at(MAIN);

		armed = !look_at(SPARE) || !main_is_over;
	}
	pthread_mutex_unlock(&mutex);
}

void flushes_user_begins(void)
{
	user_flushes++;
}

bool flushes_user_is_alone(void)
{
	return user_flushes == 1;
}

void flushes_user_ends(void)
{
	user_flushes--;
}
