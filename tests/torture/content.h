/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a sector says about itself: its place, which write it is of, and which episode.
 * Generation 0 is zeros.
 */
#ifndef CONTENT_H
#define CONTENT_H

#include "torture.h"

enum content_kind {
	CONTENT_STAMPED,	/* whole, and of one write */
	CONTENT_ZEROS,
	CONTENT_POISON,		/* a buffer nobody has filled, or only a failed read */
	CONTENT_BROKEN,		/* none of these */
};

struct content {
	enum content_kind kind;
	u64 sector, generation, run;
	u32 parts;		/* of a broken one: words that still fit its own stamp */
};

#define CONTENT_WORDS	(SECTOR / 8)

void content_fill(void *buf, u64 sector, u64 generation, u64 run);
void content_poison(void *buf, size_t bytes);
struct content content_read(const void *buf);

/* Is it what this sector of this episode may hold? Then the generation, else NEVER. */
u64 content_generation(const struct content *c, u64 sector);

/* In words, for people; a static buffer of the thread. */
const char *content_describe(const struct content *c, u64 sector);

#endif
