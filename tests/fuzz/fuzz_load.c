// SPDX-License-Identifier: GPL-2.0-only
/*
 * A whole spare with hostile metadata through ctr, preresume, a commit, a stop or
 * a power cut, and a second life. The input: 8 bytes of circumstances, then edits.
 */
#include "base.h"
#include "fuzz.h"
#include "trial.h"

struct circumstances {
	u8 geometry;
	u8 options;
	u8 cut_after;	/* 0: no power cut */
	u8 fail_flush;
	u32 fates;
} __attribute__((packed));

const size_t fuzz_head = sizeof(struct circumstances);

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct circumstances c;
	struct base_copy *copy;
	struct trial t;

	if (size < sizeof(c))
		return 0;
	memcpy(&c, data, sizeof(c));
	copy = base_edit(base_of(c.geometry), data + sizeof(c), size - sizeof(c));
	t = (struct trial){
		.force = c.options & 1, .format = c.options & 2,
		/* these two exclude each other */
		.uuid = (c.options & 6) == 4, .identity = c.options & 8,
		.read_only = c.options & 16, .replaces = c.options & 32,
		.commit = c.options & 64, .pause = c.options & 128,
		.cut_after = c.cut_after ? c.cut_after - 1 : -1, .fates = c.fates,
		.fail_flush = c.fail_flush % 4,
		.faults = memchr_inv(copy->faults, 0, sizeof(copy->faults)) ?
			  copy->faults : NULL,
	};
	trial_run(&copy->base->life, copy->image, &t);
	return 0;
}
