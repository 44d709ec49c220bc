// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/kernel.h>

#include "handover.h"

static bool in_order(const struct handover *h)
{
	const struct inspection *was = &h->was;

	if (was->super_error || !inspect_starts(was) ||
	    memcmp(was->super.uuid, h->uuid, sizeof(h->uuid)))
		return false;
	/* what load.c says: a newer health record takes the mark back */
	if (!(was->md.super.flags & REMAP_SUPER_CLEAN))
		return false;
	return was->supers[!was->super_counts].verdict == REMAP_VALID &&
	       !was->supers[!was->super_counts].unread &&
	       was->supers[0].generation == was->supers[1].generation;
}

int handover_read(struct handover *h)
{
	if (inspect_spare(&h->was, h->store, false))
		return -ENOMEM;
	return in_order(h) ? 0 : -EUCLEAN;
}

static int by_number(const void *a, const void *b)
{
	const u64 *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

bool handover_holds(const struct handover *h, const u64 *blocks, size_t nr)
{
	size_t found = 0;
	u64 block;
	u32 i;

	for (i = 0; nr && i < h->was.super.spare_blocks; i++) {
		if (h->was.standing[i] != SPARE_COUNTS)
			continue;
		block = le64_to_cpu(inspect_entry(&h->was, i)->main_block);
		found += !!bsearch(&block, blocks, nr, sizeof(block), by_number);
	}
	/* one entry counts for a block, so none is found twice */
	return found == nr;
}

/*
 * FORGET: what was lost on the old main device is not to be had from the new one. Not clean,
 * and without a fingerprint: that was the old one's.
 */
enum super_exchanged handover_commit(struct handover *h, const char *identity)
{
	const struct inspection *was = &h->was;
	struct remap_super next = was->super;

	memset(next.main_identity, 0, sizeof(next.main_identity));
	memcpy(next.main_identity, identity,
	       min(strlen(identity), sizeof(next.main_identity) - 1));
	next.flags |= REMAP_SUPER_FORGET;
	next.flags &= ~(REMAP_SUPER_CLEAN | REMAP_SUPER_FINGERPRINT);
	memset(next.fingerprint, 0, sizeof(next.fingerprint));
	next.generation = max(was->md.generation, (was->highest | U32_MAX) + 1) + 1;
	if (next.generation >> 62)
		return SUPERS_UNCHANGED;
	return super_exchange(h->store, was, &next, h->was.md.scratch);
}

void handover_free(struct handover *h)
{
	inspect_free(&h->was);
}

/*
 * The table line
 */

/* "<option> <option>...", without the identity; Return: how many */
static unsigned int keep_options(char *words, char *to)
{
	unsigned int nr = 0;
	char *save, *word;

	*to = '\0';
	for (word = strtok_r(words, " ", &save); word; word = strtok_r(NULL, " ", &save)) {
		if (!strncmp(word, "identity=", 9))
			continue;
		to += sprintf(to, " %s", word);
		nr++;
	}
	return nr;
}

char *handover_params(const char *live, const char *number, const char *identity)
{
	char spare[32], *params = NULL, *words = strdup(live), *kept = malloc(strlen(live) + 2);
	unsigned long long start, spare_start;
	int rest = 0;

	sscanf(live, "%*s %llu %31s %llu %*u%n", &start, spare, &spare_start, &rest);
	if (rest && words && kept) {
		unsigned int nr = keep_options(words + rest, kept);

		if (asprintf(&params, "%s %llu %s %llu %u identity=%s%s", number, start, spare,
			     spare_start, nr + 1, identity, kept) < 0)
			params = NULL;
	}
	free(words);
	free(kept);
	return params;
}
