/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One spare, whatever it holds, through two lives of the product, with every
 * promise checked against spec.h. What is wrong aborts with the line that says it.
 */
#ifndef TRIAL_H
#define TRIAL_H

#include "life.h"
#include "spec.h"

/**
 * struct trial - in what circumstances
 * @force: option force; likewise @format, @uuid (the base image's), @identity
 * @read_only: table
 * @replaces: it is a reload
 * @pause: suspend and resume before anything else
 * @commit: change the map once it runs
 * @cut_after: power goes after so many writes and flushes; negative: never
 * @fates: what becomes of unflushed writes then
 * @fail_flush: so many flushes fail
 * @faults: of each page of the spare's disk, STORE_*; or NULL
 */
struct trial {
	bool force, format, uuid, identity, read_only, replaces, pause, commit;
	int cut_after;
	u32 fates;
	unsigned int fail_flush;
	const u8 *faults;
};

/**
 * struct trial_outcome - of the first life
 * @ctr: errno of ctr
 * @preresume: errno of preresume
 * @mode: afterwards
 * @steps: writes to the spare and flushes, all in all
 */
struct trial_outcome {
	int ctr, preresume;
	enum remap_mode mode;
	unsigned int steps;
};

/** trial_run() - @image: of the whole spare disk; stays as it is */
struct trial_outcome trial_run(struct life *life, const u8 *image, const struct trial *t);

#endif
