// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>

#include "episode.h"
#include "shrink.h"

struct search {
	struct op_list best;
	u32 threads;
	u32 tries;		/* with several threads luck is needed */
	u64 deadline;
	u32 runs;
};

static bool out_of_time(const struct search *s)
{
	return now_us() > s->deadline;
}

/* How many operations it takes until it fails; 0: it does not. */
static u32 fails(struct search *s, const struct op_list *list)
{
	u32 i, used = 0;

	for (i = 0; i < s->tries && !used && !out_of_time(s); i++) {
		s->runs++;
		if (!episode_play(list, s->threads, &used))
			used = used < list->nr ? used : list->nr;
		else
			used = 0;
	}
	return used;
}

static struct op_list copy_without(const struct op_list *list, u32 first, u32 count)
{
	struct op_list copy = { .ops = calloc(list->nr, sizeof(struct op)) };

	if (!copy.ops)
		die("no memory");
	memcpy(copy.ops, list->ops, first * sizeof(struct op));
	if (first + count < list->nr)
		memcpy(copy.ops + first, list->ops + first + count,
		       (list->nr - first - count) * sizeof(struct op));
	copy.nr = list->nr - count;
	return copy;
}

/* The best without these; better if it still fails. */
static bool try_without(struct search *s, u32 first, u32 count)
{
	struct op_list list = copy_without(&s->best, first, count);
	u32 used = fails(s, &list);

	if (!used) {
		free(list.ops);
		return false;
	}
	free(s->best.ops);
	s->best = list;
	s->best.nr = used;
	return true;
}

/* Leaves out ever smaller parts, the later ones first: what is near the end matters. */
static void narrow(struct search *s)
{
	u32 size, at;

	for (size = s->best.nr / 2; size && !out_of_time(s); size /= 2) {
		at = s->best.nr;
		while (at && !out_of_time(s)) {
			u32 count = size < at ? size : at;

			at -= count;
			if (s->best.nr > count && try_without(s, at, count) && at > s->best.nr)
				at = s->best.nr;
		}
	}
}

static bool begin(struct search *s, const struct op_list *list, u32 threads, u32 tries)
{
	u32 used;

	s->threads = threads;
	s->tries = tries;
	used = fails(s, list);
	if (!used)
		return false;
	s->best = copy_without(list, used, list->nr - used);
	return true;
}

void shrink(const struct op_list *list, u32 threads, u32 seconds)
{
	struct search s = { .deadline = now_us() + seconds * 1000000ull };
	bool again;
	u32 i;

	world.quiet = true;
	again = begin(&s, list, 1, 1) || begin(&s, list, threads, 4);
	if (again)
		narrow(&s);
	world.quiet = false;
	if (!again) {
		say("it did not happen again in %u runs of the same operations", s.runs);
		return;
	}
	say("the shortest list found in %u runs has %u operations, with %u threads:", s.runs,
	    s.best.nr, s.threads);
	for (i = 0; i < s.best.nr && i < 200; i++)
		say("  %s", op_describe(&s.best.ops[i]));
	say("its last run:");
	fails(&s, &s.best);
	free(s.best.ops);
}
