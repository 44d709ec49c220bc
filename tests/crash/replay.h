/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CRASH_REPLAY_H
#define CRASH_REPLAY_H

#include <time.h>

#include "log.h"

/**
 * struct share - of the work, for one process
 * @pass: see judge_pass()
 * @job: of @jobs; each has some of the places
 */
struct share {
	u32 pass, job, jobs;
	time_t deadline;
};

/** replay() - through the whole log once, looking at every power cut that is ours */
void replay(struct log *log, const struct share *share);

/** replay_dump() - the log, for people */
void replay_dump(struct log *log);

#endif
